"""Organisations, persons, roles and tokens of the demo place, made by the real services."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kexiang.accounts import services as accounts
from kexiang.accounts.types import Scope
from kexiang.kernel.actor import Actor, Grant
from kexiang_site.demo.organisations import COUNTIES, Organisation, organisations
from kexiang_site.demo.people import CITY, Person, Role, password, people

SYSTEM = Actor.system("demo")
SINCE = date(2023, 1, 1)
TOKEN_LIFE = timedelta(days=365)
Progress = Callable[[int, int, str], None]


@dataclass
class Cast:
    """Who and what has been made: uids of organisations by key, actors by user name."""

    organisations: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    accounts: list[dict[str, str]] = field(default_factory=list)

    def actor(self, username: str) -> Actor:
        return self.actors[username]

    def unit_admin(self, key: str) -> Actor:
        named = {"sdu": "unit_admin", "citytest": "test_admin"}
        return self.actors[named.get(key, f"{key}_admin")]

    def keeper(self, key: str) -> Actor:
        return self.actors["instrument_keeper" if key == "sdu" else f"{key}_keeper"]


def settle(*, seed: str, at: datetime, progress: Progress) -> Cast:
    """Make everybody; returns the cast with the lines of demo-accounts.json."""
    cast = Cast()
    listed = list(organisations().values())
    for done, organisation in enumerate(listed, 1):
        cast.organisations[organisation.key] = _organisation(organisation, cast, at)
        progress(done, len(listed), "建立单位")
    for position, person in enumerate(people()):
        _person(person, position, cast, seed, at)
    return cast


def _organisation(organisation: Organisation, cast: Cast, at: datetime) -> str:
    department = cast.organisations.get(organisation.department, "")
    facts = {
        "nature": organisation.nature,
        "affiliation": organisation.affiliation,
        "funding": organisation.funding,
    }
    if department:
        facts["department"] = department
    row = accounts.create_organisation(
        actor=SYSTEM,
        name=organisation.name,
        region=organisation.region,
        credit_code=organisation.credit_code,
        code=organisation.key,
        attributes=facts,
        valid_from=SINCE,
        at=at,
        aliases=(organisation.short,),
        name_en=organisation.name_en,
        address=f"山西省长治市{organisation.street}" if organisation.street else "",
        phone=organisation.phone,
        email=organisation.email,
        opening_hours="工作日 8:30—17:30",
        introduction=_introduction(organisation),
        is_public=organisation.is_unit,
        is_department=organisation.kind in {"department", "bureau"},
    )
    return row.uid


def _introduction(organisation: Organisation) -> str:
    if not organisation.is_unit:
        return ""
    place = COUNTIES[organisation.region]
    under = (
        f"主管部门为{organisation.superior}。" if organisation.superior else "民营单位,自愿入网。"
    )
    return (
        f"{organisation.name}位于{place},{under}"
        f"由{organisation.depart}负责科研仪器开放共享,仪器集中在{organisation.place}。"
        "演示环境,单位与数据均为虚构。"
    )


def _person(person: Person, position: int, cast: Cast, seed: str, at: datetime) -> None:
    secret = password(seed, person.username) if person.is_account else None
    row = accounts.create_person(
        actor=SYSTEM,
        at=at,
        name=person.name,
        username=person.username,
        mobile=person.mobile,
        password=secret,
    )
    first = None
    for role in person.roles:
        membership = accounts.grant_role(
            actor=SYSTEM,
            person=row.uid,
            role=role.role,
            organisation=cast.organisations.get(role.org, ""),
            region=role.region,
            starts_on=SINCE,
            at=at,
        )
        first = first or membership.pk
    cast.actors[person.username] = Actor(row.uid, _grants(person.roles, cast))
    if secret is not None:
        accounts.add_demo_account(actor=SYSTEM, person=row.uid, membership=first, position=position)
        cast.accounts.append(_line(person, row.uid, secret, at))


def _grants(roles: tuple[Role, ...], cast: Cast) -> frozenset[Grant]:
    return frozenset(
        Grant(role.role, cast.organisations.get(role.org, ""), role.region) for role in roles
    )


def _line(person: Person, uid: str, secret: str, at: datetime) -> dict[str, str]:
    """One entry of demo-accounts.json (design.md §3)."""
    issued = accounts.create_token(
        actor=SYSTEM,
        person=uid,
        name="演示接口令牌",
        scopes=Scope.values,
        expires_at=at + TOKEN_LIFE,
        at=at,
    )
    role = person.roles[0]
    return {
        "role": role.role,
        "username": person.username,
        "password": secret,
        "api_token": issued.secret,
        "organisation": _place(role),
    }


def _place(role: Role) -> str:
    if role.org:
        return organisations()[role.org].name
    return {CITY: "长治市"}.get(role.region) or COUNTIES.get(role.region, "")


def write_accounts(home: Path, lines: list[dict[str, Any]]) -> None:
    """``$KEXIANG_HOME/demo-accounts.json``, readable by its owner only."""
    text = json.dumps(lines, ensure_ascii=False, indent=2)
    fresh = home / ".demo-accounts.json"
    fresh.touch(mode=0o600)
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(home / "demo-accounts.json")
