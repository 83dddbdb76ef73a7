"""Every operation of the interface × every role's token. Deny by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client

from kexiang.accounts.types import Scope
from kexiang.catalog.lifecycle import AUTHORS, CITY, UNIT
from kexiang.search import services as search
from kexiang_site.api import api
from tests.catalog.conftest import World, token_of, world
from tests.matrix import scene as scenes
from tests.matrix.scene import NOBODY, Scene, Who, outcome
from tests.matrix.table import ANYBODY, IMPORTERS, MEMBERS, REVIEW_READERS, WRITERS
from tests.support.index import index

__all__ = ["index", "world"]
pytestmark = [pytest.mark.slow, pytest.mark.once, pytest.mark.req("A-08", "G-10")]
JSON = "application/json"
READ, WRITE, IMPORT, SEARCH = (
    Scope.RECORDS_READ,
    Scope.RECORDS_WRITE,
    Scope.IMPORTS_WRITE,
    Scope.SEARCH,
)


@dataclass(frozen=True)
class Call:
    """``who`` may do it at home, and with ``scoped`` nowhere else; ``scope`` is the token's."""

    who: frozenset[str]
    scope: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    """Fields sent with a small file."""
    scoped: bool = False
    also: tuple[str, ...] = ()
    """Scopes needed besides: the file of an import is stored as the unit's."""


NEW = {"kind": "instrument", "is_secret": False, "attributes": {"title": "电子天平"}}
SHEET = {"kind": "instrument", "owner": "{unit}", "mode": "valid_rows", "is_secret": "false"}
CALLS: dict[str, list[Call]] = {
    "search": [Call(ANYBODY, SEARCH)],
    "suggest": [Call(ANYBODY, SEARCH)],
    "list_kinds": [Call(ANYBODY)],
    "get_kind": [Call(ANYBODY, path={"kind": "instrument"})],
    "list_records": [Call(ANYBODY, READ)],
    "get_record": [
        Call(ANYBODY, READ, {"uid": "{shown}"}),
        Call(REVIEW_READERS, READ, {"uid": "{waiting}"}, scoped=True),
        Call(MEMBERS, READ, {"uid": "{draft}"}, scoped=True),
    ],
    "create_record": [Call(AUTHORS, WRITE, body={**NEW, "owner": "{unit}"}, scoped=True)],
    "update_record": [
        Call(
            WRITERS,
            WRITE,
            {"uid": "{draft}"},
            {"attributes": {"title": "电子天平"}, "version": 1},
            scoped=True,
        )
    ],
    "act_on_record": [
        Call(WRITERS, WRITE, {"uid": "{draft}", "action": "submit"}, {}, scoped=True),
        Call(
            CITY,
            WRITE,
            {"uid": "{waiting}", "action": "approve"},
            {"secrecy_checked": True},
            scoped=True,
        ),
        Call(
            UNIT | CITY,
            WRITE,
            {"uid": "{shown}", "action": "take_down"},
            {"reason": "停机检修"},
            scoped=True,
        ),
    ],
    "create_import": [Call(IMPORTERS, IMPORT, form=SHEET, scoped=True, also=(WRITE,))],
    **{
        name: [Call(UNIT | CITY, IMPORT, {"uid": "{import}"}, scoped=True)]
        for name in ("get_import", "list_import_faults")
    },
    "get_import_workbook": [
        Call(UNIT | CITY, IMPORT, {"uid": "{import}"}, scoped=True, also=(WRITE,))
    ],
    "list_import_photos": [Call(UNIT | CITY, IMPORT, {"uid": "{import}"}, scoped=True)],
    "change_import": [Call(UNIT | CITY, IMPORT, {"uid": "{import}"}, {}, scoped=True)],
    **{
        name: [Call(UNIT | CITY, IMPORT, {"uid": "{import}"}, form={}, scoped=True)]
        for name in ("replace_import_file", "add_import_photos")
    },
    "act_on_import": [
        Call(UNIT | CITY, IMPORT, {"uid": "{import}", "action": "check"}, scoped=True)
    ],
}


@pytest.fixture
def scene(world: World, index: None, tmp_path: Path) -> Scene:
    made = scenes.made(world, tmp_path)
    search.catch_up()
    return made


def _operations() -> dict[str, tuple[str, str]]:
    """Operation → method and path, from the published document."""
    paths = api.get_openapi_schema()["paths"]
    return {
        operation["operationId"]: (method.upper(), path)
        for path, item in paths.items()
        for method, operation in item.items()
    }


def _filled(value: Any, things: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, things) for key, item in value.items()}
    return value.format(**things) if isinstance(value, str) else value


def _asked(client: Client, name: str, call: Call, things: dict[str, Any], **headers: str) -> str:
    """How the call ends; what it wrote is taken back."""
    method, path = _operations()[name]
    address = path.format(**{k: _filled(v, things) for k, v in call.path.items()})
    more: dict[str, Any] = {}
    if call.body is not None:
        more = {"data": _filled(dict(call.body), things), "content_type": JSON}
    elif call.form is not None:
        content = scenes.upload(b'{"title": "x"}\n', "a.jsonl")
        more = {"data": {**_filled(dict(call.form), things), "file": content}}
    with transaction.atomic():
        response = getattr(client, method.lower())(address, headers=headers, **more)
        told = outcome(response)
        request_finished.disconnect(close_old_connections)  # as in test_pages.py
        response.close()
        transaction.set_rollback(True)
    return told


def _calls() -> list[tuple[str, Call]]:
    return [(name, call) for name, calls in CALLS.items() for call in calls]


def test_every_operation_has_its_rows_and_every_row_its_operation() -> None:
    assert set(_operations()) == set(CALLS)


def test_everybody_may_do_what_the_table_says(scene: Scene) -> None:
    scopes = [READ, WRITE, IMPORT, SEARCH]
    headers = {who: token_of(person, *scopes) for who, person in scene.people.items()}
    headers[Who(NOBODY)] = {}
    client, wrong = Client(), []
    for name, call in _calls():
        asking = [Who(NOBODY), *scene.at_home]
        asking += scene.elsewhere(call.who) if call.scoped else []
        for who in asking:
            told = _asked(client, name, call, scene.things, **headers[who])
            let_in = who.role in call.who and (who.at_home or not call.scoped)
            refused = ("login", "no") if who.role == NOBODY else ("no",)
            if told not in (("in",) if let_in else refused):
                wrong.append(f"POST {name} {dict(call.path)}: {who} → {told}")

    assert not wrong, "\n".join(wrong)


def test_a_token_is_good_for_its_scopes_only(scene: Scene) -> None:
    """Somebody who may do everything, with a token that lacks just what the call needs."""
    scopes = {READ, WRITE, IMPORT, SEARCH}
    client, wrong = Client(), []
    for name, call in _calls():
        if not call.scope:
            continue
        role = next(iter(sorted(call.who & (UNIT | CITY))))
        for lacks in (True, False):
            given = scopes - {call.scope} if lacks else {call.scope, *call.also}
            with transaction.atomic():  # one person may have twenty tokens
                headers = token_of(scene.people[Who(role)], *sorted(given))
                told = _asked(client, name, call, scene.things, **headers)
                transaction.set_rollback(True)
            if told != ("no" if lacks else "in"):
                wrong.append(f"{name} {'without' if lacks else 'with only'} {call.scope}: {told}")

    assert not wrong, "\n".join(wrong)


def test_a_browsers_session_writes_nothing_through_the_interface(scene: Scene) -> None:
    """docs/adr/0004: otherwise another site's form could."""
    client = scene.client(Who("unit_admin"))
    told = {
        name: _asked(client, name, call, scene.things)
        for name, call in _calls()
        if _operations()[name][0] != "GET"
    }

    assert told
    assert {name: end for name, end in told.items() if end not in ("login", "no")} == {}
