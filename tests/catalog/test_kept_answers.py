"""A kept answer of the API (``Idempotency-Key``) follows the rights of today."""

from typing import Any

import pytest

from kexiang.catalog.models import Record
from tests.catalog.conftest import AT, World, instrument, person_with, token_of
from tests.catalog.test_api import BASE, call


@pytest.mark.req("X-06")
def test_kept_answer_follows_the_rights_of_today(client: Any, world: World) -> None:
    """Who has lost the role, or whose record is gone, is not told again what it held."""
    person = person_with("instrument_keeper", world.university)
    headers = {**token_of(person), "Idempotency-Key": "one"}
    body = {"kind": "instrument", "is_secret": False, "attributes": instrument()}
    made = call(client, "POST", BASE, body, headers).json()
    record = Record.objects.get(uid=made["id"])
    moved = Record.objects.filter(pk=record.pk)
    moved.update(owner=world.firm, department="", region="140421")
    hidden = call(client, "POST", BASE, body, headers)
    assert (hidden.status_code, Record.objects.count()) == (409, 1)
    moved.update(owner=world.university)
    assert call(client, "POST", BASE, body, headers).json()["id"] == made["id"]

    person.memberships.update(ended_at=AT, ended_by="x")
    answer = call(client, "POST", BASE, body, headers)
    assert (answer.status_code, Record.objects.count()) == (403, 1)
    assert "X射线" not in answer.content.decode()
