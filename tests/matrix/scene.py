"""One scene for every address: somebody in each role, at home and elsewhere, and things to ask for.

At home means: in the unit that owns the things, in the department above it, or in an office
whose region covers it. Elsewhere means the same role in another unit, department or city.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from kexiang.accounts import services as accounts
from kexiang.accounts.models import Membership, Organisation, Person
from kexiang.accounts.types import FREE_ROLES, REGION_ROLES, UNIT_ROLES, Role
from kexiang.catalog import services as catalog
from kexiang.files import services as files
from kexiang.files.models import StoredFile
from kexiang.kernel.actor import Actor
from tests.catalog.conftest import AT, World, draft, instrument, later, organisation
from tests.catalog.test_imports import jsonl
from tests.files.makers import picture, upload

SYSTEM = Actor.system("test")
CITY, OTHER_CITY, COUNTY = "140400", "140500", "140403"
NOBODY = "anonymous"


@dataclass(frozen=True)
class Who:
    """A role and where it is held; the visitor holds none, nobody is not signed in."""

    role: str
    at_home: bool = True

    def __str__(self) -> str:
        return self.role if self.at_home else f"{self.role} elsewhere"


@dataclass
class Scene:
    """``things`` are what the rows of the table name in braces."""

    world: World
    things: dict[str, Any]
    people: dict[Who, Person] = field(default_factory=dict)

    @property
    def at_home(self) -> list[Who]:
        return [who for who in self.people if who.at_home]

    def elsewhere(self, roles: frozenset[str]) -> list[Who]:
        return [who for who in self.people if not who.at_home and who.role in roles]

    def client(self, who: Who) -> Client:
        """A browser, signed in unless it is nobody's."""
        client = Client(headers={"Accept": "text/html"})
        if who.role != NOBODY:
            client.force_login(self.people[who])
        return client


def made(world: World, folder: Path) -> Scene:
    """Everybody and everything, written by the services as people would."""
    scene = Scene(world, {})
    others = {
        "unit": organisation("faraway", "他市单位(演示)", region="140502"),
        "department": organisation("faraway-office", "他市教育局(演示)", region=OTHER_CITY),
    }
    scene.people[Who(Role.VISITOR)] = _person("visitor")
    for role in [*Role]:
        if role in UNIT_ROLES:
            home, away = _units(world, role, others)
            _hold(scene, role, {"organisation": home.uid}, {"organisation": away.uid})
        elif role in REGION_ROLES:
            region = COUNTY if role == Role.COUNTY_OFFICER else CITY
            _hold(scene, role, {"region": region}, {"region": OTHER_CITY})
        elif role in FREE_ROLES:
            _hold(scene, role, {}, None)
    scene.things = _things(scene, folder)
    return scene


def _units(
    world: World, role: str, others: dict[str, Organisation]
) -> tuple[Organisation, Organisation]:
    if role == Role.DEPT_OFFICER:
        return world.department, others["department"]
    return world.university, others["unit"]


def _person(name: str) -> Person:
    return accounts.create_person(
        actor=SYSTEM, username=f"a-{name}".replace("_", "-"), name="张三", password=None, at=AT
    )


def _hold(scene: Scene, role: str, home: dict[str, str], away: dict[str, str] | None) -> None:
    for place, scope in ((True, home), (False, away)):
        if scope is None:
            continue
        person = _person(role if place else f"{role}-far")
        accounts.grant_role(actor=SYSTEM, person=person.uid, role=role, at=AT, **scope)
        scene.people[Who(role, place)] = person


def _things(scene: Scene, folder: Path) -> dict[str, Any]:
    """A draft, a record under review, a published one; an import, a file, a person, a role."""
    world = scene.world
    mine = {"actor": world.admin, "kind": "instrument", "owner": world.university.uid, "at": AT}
    waiting = draft(world, asset_no="ZC-2", inner_id="YQ-2")
    shown = catalog.create_record(**mine, raw=instrument(asset_no="ZC-3", inner_id="YQ-3"))
    for record in (waiting, shown):
        catalog.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    catalog.approve_record(actor=world.city, uid=shown.uid, at=later(2), secrecy_checked=True)
    sheet = jsonl(folder / "台账.jsonl", [instrument(asset_no="ZC-4", original_value="很贵")])
    job = catalog.start_import(
        actor=world.admin,
        kind="instrument",
        owner=world.university.uid,
        path=sheet,
        file_name=sheet.name,
        mode="valid_rows",
        at=AT,
    )
    begun = catalog.begin_check(actor=world.admin, uid=job.uid, at=AT)
    catalog.proceed_import(actor=world.admin, job=begun, at=AT)
    member = _person("member")
    role = accounts.grant_role(
        actor=SYSTEM, person=member.uid, role="researcher", at=AT, organisation=world.university.uid
    )
    return {
        "draft": draft(world).uid,
        "waiting": waiting.uid,
        "shown": shown.uid,
        "import": job.uid,
        "person": member.uid,
        "membership": role.pk,
        "unit": world.university.uid,
        "unit_code": world.university.code,
        "file": _file(world).uid,
        "token": "0" * 26,
        "job": "00000000-0000-0000-0000-000000000000",
        "today": date.today().isoformat(),  # noqa: DTZ011 -- what a browser's date field sends
    }


def _file(world: World) -> StoredFile:
    """A picture of the unit's own."""
    return files.store(
        actor=world.admin,
        upload=upload(picture(), "照片.jpg"),
        purpose="picture",
        owner_org=world.university.uid,
        at=AT,
        visibility="unit",
        subject="unit:picture",
    )


def outcome(response: Any) -> str:
    """``in``, ``login`` (asked to sign in), ``no`` (refused or hidden), ``method``, ``fault``."""
    status = response.status_code
    if status == 401:
        return "login"
    if status in (301, 302, 303):
        return "login" if response["Location"].startswith(settings.LOGIN_URL) else "in"
    if status in (403, 404):
        return "no"
    if status == 405:
        return "method"
    return "fault" if status >= 500 else "in"


def memberships() -> set[str]:
    """The roles somebody holds in the scene."""
    return set(Membership.objects.values_list("role", flat=True))
