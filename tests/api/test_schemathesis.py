"""Schemathesis asks the real application what its own OpenAPI document allows and forbids.

No 5xx, no undocumented status, no answer of another shape, with a token and without.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kexiang.accounts import services as accounts
from kexiang.accounts.models import Membership, Person
from kexiang.kernel.actor import Actor
from kexiang_site.api import api
from tests.portal.conftest import add, index, place, world

__all__ = ["add", "index", "place", "world"]

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ASKED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
pytestmark = [pytest.mark.slow, pytest.mark.req("G-10")]


@pytest.fixture
def document(place: dict[str, Any], settings: Any) -> Iterator[Any]:
    """The served document; the test's transaction outlives a request, as with Django's client."""
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(DOCUMENT, get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(world: Any) -> str:
    """A unit administrator's token with every scope."""
    at = timezone.now()
    person = Person.objects.create(username="api-user", created_at=at)
    Membership.objects.create(
        person=person,
        organisation=world.university,
        role="unit_admin",
        starts_on=at.date() - timedelta(days=1),
        given_by="system:test",
        created_at=at,
    )
    issued = accounts.create_token(
        actor=Actor.system("test"),
        person=person.uid,
        name="schemathesis",
        scopes=["records:read", "records:write", "imports:write", "search"],
        expires_at=at + timedelta(days=1),
        at=at,
    )
    return str(issued.secret)


def _ask_everything(document: Any, headers: dict[str, str]) -> set[str]:
    """Every operation of the document, with generated good and bad input; which those were."""
    operations = [result.ok() for result in document.get_all_operations()]
    for operation in operations:

        @given(case=operation.as_strategy())
        @ASKED
        def ask(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        ask()
    return {operation.definition.raw["operationId"] for operation in operations}


def _published() -> set[str]:
    paths = api.get_openapi_schema()["paths"].values()
    return {operation["operationId"] for item in paths for operation in item.values()}


def test_anybody_gets_only_documented_answers(document: Any) -> None:
    assert _ask_everything(document, {}) == _published()


def test_token_holder_gets_only_documented_answers(document: Any, token: str) -> None:
    assert _ask_everything(document, {"Authorization": f"Bearer {token}"}) == _published()
