"""Every address of the platform, asked by people it does not concern, with real identifiers.

The walk takes its addresses from the URLconf, so that a page added tomorrow is walked too: no
answer may be a 500, hold one of the secrets, or change anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import File
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from kexiang.accounts import services as accounts
from kexiang.accounts.models import ApiToken, Membership, Person
from kexiang.audit.models import Event
from kexiang.catalog import services
from kexiang.catalog.models import ImportJob, PendingChange, Record, RecordStep
from kexiang.files import services as storing
from kexiang.files.models import StoredFile
from kexiang.kernel.actor import Actor
from tests.catalog.conftest import (
    AT,
    World,
    client_of,
    draft,
    later,
    organisation,
    person_with,
    published,
    token_of,
)
from tests.catalog.conftest import world as world  # the fixture

SECRETS = ("绝密草稿甲", "秘密用途乙", "ZC-SECRET", "导入机密.jsonl", "张保密", "+8613911112222")
TABLES = (Record, PendingChange, RecordStep, ImportJob, StoredFile, Person, Membership, ApiToken)
LEFT_OUT = re.compile(r"^(accounts/(logout|login|signup)|static/)")


@dataclass(frozen=True)
class Secret:
    """What the walk asks for: identifiers by the name of the address's parameter."""

    uids: tuple[str, ...]
    numbers: tuple[str, ...]


def _paths(resolver: Any, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        text = prefix + str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            yield from _paths(entry, text)
        elif isinstance(entry, URLPattern):
            yield text


def _filled(path: str, secret: Secret) -> list[str]:
    """The addresses of a pattern with our identifiers in place of its parameters."""
    path = path.replace(r"\Z", "").replace("^", "")
    named = re.compile(
        r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?P<body>(?:[^()]|\([^()]*\))*)\)"
    )
    found = [""]
    last = 0
    for match in named.finditer(path):
        found = [one + path[last : match.start()] for one in found]
        found = [one + value for one in found for value in _values(match, secret)]
        last = match.end()
    return [one + path[last:] for one in found]


def _values(match: re.Match[str], secret: Secret) -> tuple[str, ...]:
    name, body = match["name"] or match["group"], match["body"] or ""
    if "|" in body:
        return tuple(re.sub(r"[^a-z_|]", "", body).split("|"))
    if match["kind"] == "uuid":
        return ("00000000-0000-4000-8000-000000000000",)
    if match["kind"] == "int" or name in ("number", "pk"):
        return secret.numbers
    if name in ("uid", "code", "key", "uidb36"):
        return secret.uids
    if name == "action":
        return ("submit", "approve", "run", "undo", "check", "cancel", "restore")
    return ("instrument",)


@pytest.fixture
def secret(world: World, tmp_path: Any, settings: Any) -> Secret:
    """Things of the university that nobody outside may read: the walk asks for each."""
    settings.FILES_URL = f"file:///{tmp_path / 'files'}"
    settings.HOME = tmp_path
    picture = BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "PNG")
    picture.seek(0)
    file = storing.store(
        actor=world.keeper, upload=File(picture, name="绝密草稿甲.png"), purpose="picture",
        owner_org=world.university.uid, at=AT,
    )  # fmt: skip
    hidden = draft(world, title="绝密草稿甲", inner_id="S1", asset_no="ZC-SECRET")
    shown = published(world, inner_id="S2", asset_no="ZC-SECRET-2")
    services.update_record(
        actor=world.keeper, uid=shown.uid, raw={"plain_use": "秘密用途乙", "images": [file.uid]},
        at=later(5),
    )  # fmt: skip
    sheet = tmp_path / "a.jsonl"
    sheet.write_text('{"title": "绝密草稿甲"}\n', encoding="utf-8")
    job = services.start_import(
        actor=world.admin, kind="instrument", path=sheet, file_name="导入机密.jsonl",
        owner=world.university.uid, mode="valid_rows", at=AT,
    )  # fmt: skip
    private = organisation("private", "张保密研究所")
    type(private).objects.filter(pk=private.pk).update(is_public=False)
    person = accounts.create_person(
        actor=Actor.system("test"), username="zhang-baomi", name="张保密",
        mobile="13911112222", password="correct-horse-9", at=AT,
    )  # fmt: skip
    role = accounts.grant_role(
        actor=Actor.system("test"), person=person.uid, role="researcher",
        organisation=world.university.uid, at=AT,
    )  # fmt: skip
    token_of(person)
    token = ApiToken.objects.get(person=person)
    return Secret(
        (hidden.uid, shown.uid, job.uid, file.uid, person.uid, token.uid, private.uid,
         hidden.number),
        (str(role.pk), "1"),
    )  # fmt: skip


def _strangers(world: World) -> dict[str, Any]:
    """Name → client (with headers) of people whom nothing of the university concerns."""
    people = {
        "visitor": Client(),
        "unit_admin": client_of(person_with("unit_admin", world.firm)),
        "county": client_of(person_with("county_officer", region="140421")),
        "token": Client(headers=token_of(person_with("researcher", world.firm))),
    }
    for client in people.values():
        client.raise_request_exception = False
    return people


def _state() -> list[Any]:
    """Everything a stranger might change, as it stands."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def _addresses(secret: Secret) -> list[str]:
    found = dict.fromkeys(
        "/" + address
        for path in _paths(get_resolver())
        if not LEFT_OUT.match(path)
        for address in _filled(path, secret)
    )
    return list(found)


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace")) + str(dict(answer.headers))


def test_the_walk_reaches_what_there_is(secret: Secret) -> None:
    addresses = _addresses(secret)

    assert len(addresses) > 150
    for uid in secret.uids[:2]:
        for path in (f"/work/records/{uid}/", f"/api/v1/records/{uid}", f"/r/{uid}"):
            assert path in addresses
    assert f"/work/records/{secret.uids[0]}/approve/" in addresses
    assert f"/files/{secret.uids[3]}" in addresses


@pytest.mark.slow
@pytest.mark.req("X-06", "AA-02")
@pytest.mark.parametrize("who", ["visitor", "unit_admin", "county", "token"])
def test_strangers_read_and_change_nothing(world: World, secret: Secret, who: str) -> None:
    client = _strangers(world)[who]
    before, faults = _state(), []
    for address in _addresses(secret):
        for method in ("get", "post", "delete", "patch"):
            if method in ("delete", "patch") and not address.startswith("/api/"):
                continue
            kind = {} if method == "get" else {"content_type": "application/json"}
            if not address.startswith("/api/"):
                kind = {}
            answer = getattr(client, method)(address, **kind)
            text = _text(answer)
            told = [word for word in SECRETS if word in text]
            if (answer.status_code >= 500 and answer.status_code != 503) or told:
                faults.append((method, address, answer.status_code, told))

    assert faults == [], "\n".join(map(str, faults[:60]))
    assert _without_login_marks(_state()) == _without_login_marks(before)
    assert not Event.objects.filter(kind="person.contact_read").exists()


def _without_login_marks(state: list[Any]) -> list[Any]:
    """Signing in and using a token leaves its own marks."""
    return [
        [{k: v for k, v in row.items() if k not in ("last_login", "last_used_at")} for row in rows]
        for rows in state
    ]
