"""Every address × every role: let in, refused, or led to the sign-in page. Deny by default."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kexiang.accounts.types import GRANTED_ROLES
from kexiang.search import services as search
from tests.catalog.conftest import World, world
from tests.matrix import scene as scenes
from tests.matrix.scene import NOBODY, Scene, Who, outcome
from tests.matrix.table import ANYBODY, GROUPS, KNOWN, PAGES, Row
from tests.support.index import index

__all__ = ["index", "world"]
pytestmark = [pytest.mark.slow, pytest.mark.once, pytest.mark.req("A-08", "W-04")]
METHODS = ("GET", "POST")


@pytest.fixture
def scene(world: World, index: None, tmp_path: Path) -> Scene:
    made = scenes.made(world, tmp_path)
    search.catch_up()
    return made


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}:{entry.name}" if namespace else str(entry.name)
        elif entry.namespace != "api-1":  # test_api.py
            yield from _names(entry, entry.namespace or namespace)


def _filled(text: Any, things: dict[str, Any]) -> Any:
    if isinstance(text, list):
        return [_filled(item, things) for item in text]
    return str(text).format(**things)


def _address(name: str, row: Row, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: _filled(value, things) for key, value in row.args.items()})


def _asked(client: Client, name: str, row: Row, things: dict[str, Any]) -> str:
    """How the request ends; what it wrote is taken back, and the browser stays signed in."""
    data = {key: _filled(value, things) for key, value in row.data.items()}
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    with transaction.atomic():
        ask = client.get if row.method == "GET" else client.post
        response = ask(_address(name, row, things), data)
        told = outcome(response)
        # Closes its file, too; the test's transaction outlives the answer.
        request_finished.disconnect(close_old_connections)
        response.close()
        transaction.set_rollback(True)
    client.cookies.load(cookies)
    return told


def _expected(row: Row, who: Who) -> str:
    is_let_in = who.role in row.who and (who.at_home or not row.scoped)
    if is_let_in:
        return "in"
    return "login" if who.role == NOBODY and row.who <= KNOWN and row.who else "no"


def _wrong(row: Row, who: Who, told: str) -> bool:
    wanted = _expected(row, who)
    if row.stage:
        return told in ("fault", "method")
    if who.role == NOBODY and wanted != "in" and (row.scoped or not row.who):
        return told not in ("login", "no")  # either keeps the secret whether there is such a thing
    return told != wanted


def test_every_address_has_its_rows_and_every_row_its_address() -> None:
    known = set(_names(get_resolver()))

    assert known - set(PAGES) == set()
    assert set(PAGES) - known == set()


def test_exactly_the_methods_that_are_answered_have_rows(scene: Scene) -> None:
    client = scene.client(Who("visitor"))
    missing = []
    for name, rows in PAGES.items():
        for method in METHODS:
            probe = Row(ANYBODY, rows[0].args, method)
            told = _asked(client, name, probe, scene.things)
            if (told != "method") != (method in {row.method for row in rows}):
                missing.append(f"{method} {name}")

    assert missing == []


@pytest.mark.parametrize("group", GROUPS, ids=["signing in", "accounts", "catalog", "public"])
def test_everybody_gets_what_the_table_says(scene: Scene, group: dict[str, list[Row]]) -> None:
    assert scenes.memberships() == set(GRANTED_ROLES)
    wrong = []
    clients = {who: scene.client(who) for who in [Who(NOBODY), *scene.people]}
    for name, rows in group.items():
        for row in rows:
            asking = [Who(NOBODY), *scene.at_home]
            asking += scene.elsewhere(row.who) if row.scoped else []
            for who in asking:
                told = _asked(clients[who], name, row, scene.things)
                if _wrong(row, who, told):
                    wrong.append(f"{row.method} {name} {dict(row.args)}: {who} → {told}")

    assert not wrong, "\n".join(wrong)
