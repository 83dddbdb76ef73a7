"""A small world: a department, a university under it, a county unit, a firm, and their people."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kexiang.accounts import services as accounts
from kexiang.accounts.models import Organisation, OrganisationAttribute, Person
from kexiang.catalog import services
from kexiang.catalog.models import Record
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from tests.support.index import index

__all__ = ["index"]
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def later(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


@dataclass(frozen=True)
class World:
    department: Organisation
    university: Organisation
    county_unit: Organisation
    firm: Organisation

    def actor(self, role: str, org: Organisation | None = None, region: str = "") -> Actor:
        uid = f"{role}-{org.code if org else region}".ljust(26, "0")[:26]
        return Actor(uid, frozenset({Grant(role, org.uid if org else "", region)}))

    @property
    def keeper(self) -> Actor:
        return self.actor("instrument_keeper", self.university)

    @property
    def admin(self) -> Actor:
        return self.actor("unit_admin", self.university)

    @property
    def city(self) -> Actor:
        return self.actor("bureau_admin", region="140400")

    @property
    def county(self) -> Actor:
        return self.actor("county_officer", region="140403")

    @property
    def officer(self) -> Actor:
        return self.actor("dept_officer", self.department)

    @property
    def anybody(self) -> Actor:
        return ANONYMOUS

    @property
    def reader(self) -> Actor:
        return Actor("reader".ljust(26, "0"))


def organisation(code: str, name: str, *, region: str = "140403", **facts: str) -> Organisation:
    row = Organisation.objects.create(
        code=code,
        name=name,
        region=region,
        created_at=AT,
        is_department=code == "education",
    )
    for attribute, value in facts.items():
        OrganisationAttribute.objects.create(
            organisation=row, attribute=attribute, value=value, valid_from=date(2020, 1, 1)
        )
    return row


@pytest.fixture
def world(db: None) -> World:
    department = organisation("education", "市教育局(演示)")
    return World(
        department=department,
        university=organisation(
            "shangdang", "上党大学(演示)", affiliation="city", department=department.uid
        ),
        county_unit=organisation("luzhou", "潞州检测站(演示)", affiliation="county"),
        firm=organisation("firm", "太行精铸(演示)", affiliation="private"),
    )


def instrument(**changes: Any) -> dict[str, Any]:
    """A complete instrument, as somebody types it."""
    return {
        "title": "X射线衍射仪",
        "title_en": "X-ray Diffractometer",
        "inner_id": "YQ-0001",
        "asset_no": "ZC-0001",
        "model": "D8 ADVANCE",
        "manufacturer": "德国布鲁克公司",
        "nation": "德国",
        "class_code": "010300",
        "category": "通用",
        "source": "购置",
        "original_value": "126.50",
        "booked_on": "2021-05-20",
        "commissioned_on": "2021/6/18",
        "subjects": "化学",
        "technical": "铜靶,2θ 范围 3°~150°",
        "function": "物相定性定量分析",
        "plain_use": "判断粉末由哪些晶体组成",
        "open_state": "open",
        "share_mode": "外部共享",
        "funding_source": "fiscal",
        "street": "英雄中路 1 号",
        "price_from": "150",
        "price_unit": "样",
        "funds": "地方财政资金",
        "contact_name": "李老师",
        "contact_phone": "0355-0001234",
        "contact_email": "lab@example.org",
        "customs_supervised": "否",
        "current_state": "available",
        **changes,
    }


def test_item(**changes: Any) -> dict[str, Any]:
    return {
        "title": "不锈钢晶间腐蚀试验",
        "material": "不锈钢",
        "plain_problems": "阀体生锈、焊缝开裂",
        "standards": [{"number": "GB/T 4334-2020", "title": "不锈钢晶间腐蚀", "state": "现行"}],
        "price": "800",
        "price_unit": "样",
        "lead_days": 5,
        "report_kind": "检测报告(无资质章)",
        "contact_name": "王老师",
        "contact_phone": "0355-0005678",
        **changes,
    }


test_item.__test__ = False  # type: ignore[attr-defined]


def draft(world: World, **changes: Any) -> Record:
    return services.create_record(
        actor=world.keeper,
        kind="instrument",
        owner=world.university.uid,
        raw=instrument(**changes),
        at=AT,
    )


def publish(world: World, record: Record) -> Record:
    """Through every office, as people do it."""
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.approve_record(actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True)
    record.refresh_from_db()
    return record


def published(world: World, **changes: Any) -> Record:
    return publish(world, draft(world, **changes))


def person_with(role: str, org: Organisation | None = None, region: str = "") -> Person:
    """A person who holds one role, as the accounts context makes people."""
    system = Actor.system("test")
    name = f"{role}-{org.code if org else region}".replace("_", "-")
    person = accounts.create_person(
        actor=system, username=name, name="张三", password="correct-horse-9", at=AT
    )
    scope = {"organisation": org.uid} if org else {"region": region}
    accounts.grant_role(actor=system, person=person.uid, role=role, at=AT, **scope)
    return person


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def token_of(person: Person, *scopes: str) -> dict[str, str]:
    """Headers of an API caller."""
    now = timezone.now()
    issued = accounts.create_token(
        actor=Actor(person.uid),
        person=person.uid,
        name="test",
        scopes=scopes or ("records:read", "records:write", "imports:write"),
        expires_at=now + timedelta(days=30),
        at=now,
    )
    return {"Authorization": f"Bearer {issued.secret}"}
