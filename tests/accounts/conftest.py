"""A small world: two units in two counties, a department, and people in their roles."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from kexiang.accounts import services
from kexiang.accounts.models import Organisation, Person
from kexiang.kernel.actor import Actor, Grant

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")
PASSWORD = "correct-horse-9"
CITY, COUNTY, OTHER = "140400", "140403", "140404"


@dataclass
class World:
    unit: Organisation
    other: Organisation
    department: Organisation
    people: dict[str, Person] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The actor of a person with all roles, as a token would carry them."""
        person = self.people[name]
        grants = {
            Grant(m.role, m.organisation.uid if m.organisation else "", m.region)
            for m in person.memberships.filter(ended_at=None).select_related("organisation")
        }
        return Actor(person.uid, frozenset(grants))


def make_person(username: str, **more: Any) -> Person:
    values = {"name": "李明", "password": PASSWORD, **more}
    return services.create_person(actor=SYSTEM, username=username, at=AT, **values)


def make_organisation(name: str, region: str = COUNTY, **more: Any) -> Organisation:
    return services.create_organisation(actor=SYSTEM, name=name, region=region, at=AT, **more)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def make_world() -> World:
    made = World(
        unit=make_organisation("上党理工学院", COUNTY, phone="0355-2000001"),
        other=make_organisation("太行分析测试中心", OTHER),
        department=make_organisation("长治市教育局", CITY, is_department=True),
    )
    scopes: dict[str, dict[str, str]] = {
        "unit_admin": {"organisation": made.unit.uid},
        "researcher": {"organisation": made.unit.uid},
        "sme_admin": {"organisation": made.other.uid},
        "dept_officer": {"organisation": made.department.uid},
        "county_officer": {"region": COUNTY},
        "bureau_admin": {"region": CITY},
        "auditor": {"region": CITY},
        "expert": {},
        "sysadmin": {},
        "secadmin": {},
        "logadmin": {},
    }
    for number, (role, scope) in enumerate(scopes.items()):
        person = make_person(role.replace("_", "-"), mobile=f"138000000{number:02d}")
        services.grant_role(actor=SYSTEM, person=person.uid, role=role, at=AT, **scope)
        made.people[role] = person
    made.people["visitor"] = make_person("visitor")
    return made


@pytest.fixture
def signed_in(world: World) -> Any:
    """``signed_in("unit_admin")`` is a client with that person's session."""

    def make(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name])
        return client

    return make
