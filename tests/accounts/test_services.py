"""People, organisations, dated facts, closing an account."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress

from kexiang.accounts import queries, services
from kexiang.accounts.models import Membership, Organisation, Person
from kexiang.accounts.types import Attribute
from kexiang.audit.models import Event
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from kexiang.reference import queries as reference
from tests.accounts.conftest import (
    AT,
    CITY,
    COUNTY,
    SYSTEM,
    World,
    make_organisation,
    make_person,
)

pytestmark = pytest.mark.django_db


def test_person_is_opened_with_number_in_one_form():
    person = make_person("Wang.Fang", mobile="138 0013-8000", email="W@Example.CN")

    assert (person.username, person.mobile) == ("wang.fang", "+8613800138000")
    assert EmailAddress.objects.get(user=person).email == "w@example.cn"


def test_every_fault_of_a_new_account_is_told_at_once():
    make_person("taken", mobile="13800138000")

    with pytest.raises(Invalid) as told:
        services.create_person(
            actor=SYSTEM, name=" ", username="taken", mobile="13800138000", email="x", at=AT
        )

    assert [p.where for p in told.value.problems] == ["name", "email", "username", "mobile"]


@pytest.mark.parametrize("role", ["unit_admin", "county_officer", "bureau_admin", "logadmin"])
def test_only_the_system_administrator_opens_accounts(world: World, role: str):
    with pytest.raises(NotAllowed):
        services.create_person(actor=world.actor(role), name="某人", at=AT)
    assert services.create_person(actor=world.actor("sysadmin"), name="某人", at=AT).pk


def test_nobody_opens_no_account():
    with pytest.raises(NotAuthenticated):
        services.create_person(actor=ANONYMOUS, name="某人", at=AT)


@pytest.mark.req("AA-02")
def test_closing_an_account_leaves_a_tombstone_only(world: World):
    person = world.people["unit_admin"]
    actor = world.actor("unit_admin")
    services.create_token(
        actor=actor,
        person=person.uid,
        name="对接",
        scopes=["search"],
        expires_at=AT + timedelta(days=1),
        at=AT,
    )

    services.close_person(actor=actor, uid=person.uid, at=AT)

    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.email, row.mobile, row.pending_mobile) == ("", "", None, "")
    assert row.username == f"closed-{person.uid.lower()}"
    assert (row.is_active, row.has_usable_password(), row.closed_at) == (False, False, AT)
    assert not row.memberships.filter(ended_at=None).exists()
    assert not row.tokens.filter(revoked_at=None).exists()
    assert not EmailAddress.objects.filter(user=row).exists()
    assert queries.display_name(person.uid, SYSTEM) == "已注销用户"
    stored = " ".join(str(v) for v in Person.objects.filter(pk=person.pk).values().get().values())
    assert "李明" not in stored
    assert "1380000" not in stored


@pytest.mark.req("AA-02")
def test_the_journal_never_holds_names_or_numbers(world: World):
    text = " ".join(f"{e.subject} {e.actor} {e.data}" for e in Event.objects.all())

    assert Event.objects.count() > 20
    assert "李明" not in text
    assert "1380000" not in text
    assert "上党理工学院" not in text


def test_an_account_is_closed_by_its_owner_or_the_system_administrator(world: World):
    victim = world.people["researcher"].uid
    for role in ("unit_admin", "bureau_admin", "secadmin", "logadmin"):
        with pytest.raises(NotAllowed):
            services.close_person(actor=world.actor(role), uid=victim, at=AT)

    services.close_person(actor=world.actor("sysadmin"), uid=victim, at=AT)

    with pytest.raises(NotFound):
        services.close_person(actor=world.actor("sysadmin"), uid=victim, at=AT)


def test_a_locked_account_cannot_be_used_and_comes_back(world: World):
    uid = world.people["researcher"].uid
    admin = world.actor("secadmin")

    assert not services.lock_person(actor=admin, uid=uid, at=AT).is_active
    assert services.unlock_person(actor=admin, uid=uid, at=AT).is_active
    with pytest.raises(NotAllowed):
        services.lock_person(actor=admin, uid=admin.uid, at=AT)
    with pytest.raises(NotAllowed):
        services.lock_person(actor=world.actor("bureau_admin"), uid=uid, at=AT)


@pytest.mark.req("AA-02")
def test_reading_a_number_is_journalled(world: World):
    person = world.people["researcher"]
    reader = world.actor("unit_admin")

    contact = services.read_contact(actor=reader, uid=person.uid, at=AT)

    assert contact.mobile == person.mobile
    event = Event.objects.filter(kind="person.contact_read").get()
    assert (event.subject, event.actor) == (f"person:{person.uid}", reader.uid)
    services.read_contact(actor=world.actor("researcher"), uid=person.uid, at=AT)
    assert Event.objects.filter(kind="person.contact_read").count() == 1
    with pytest.raises(NotFound):
        services.read_contact(actor=world.actor("sme_admin"), uid=person.uid, at=AT)


@pytest.mark.req("AA-02")
def test_names_are_masked_for_strangers(world: World):
    uid = world.people["researcher"].uid
    shown = {
        role: queries.display_name(uid, world.actor(role))
        for role in ("unit_admin", "county_officer", "sysadmin", "sme_admin", "visitor")
    }

    assert shown == {
        "unit_admin": "李明",
        "county_officer": "李明",
        "sysadmin": "李明",
        "sme_admin": "李*",
        "visitor": "李*",
    }
    assert queries.display_name(uid, ANONYMOUS) == "李*"
    assert queries.display_name("system:seal", ANONYMOUS) == "系统"


def test_unproven_sign_ups_are_forgotten_after_a_day(world: World):
    services.save_signed_up(
        person=Person(username="u1", pending_mobile="+8613911112222", created_at=AT), at=AT
    )
    before = Person.objects.count()

    assert services.purge_unproven(at=AT + timedelta(hours=23)) == 0
    assert services.purge_unproven(at=AT + timedelta(hours=25)) == 1
    assert Person.objects.count() == before - 1


def test_organisation_gets_code_and_pinyin_order():
    first = make_organisation("上党理工学院")
    with pytest.raises(Invalid):
        make_organisation("上党理工学院")
    second = make_organisation("沙地林果研院")

    assert first.code == "sdlgxy"
    assert second.code == "sdlgyy"
    assert [o.name for o in queries.organisations(SYSTEM)] == ["沙地林果研院", "上党理工学院"]


@pytest.mark.req("W-04")
def test_credit_code_is_normalised_and_unique():
    row = make_organisation("甲公司", credit_code="91110000600037341l")

    assert row.credit_code == "91110000600037341L"
    with pytest.raises(Invalid) as told:
        make_organisation("乙公司", credit_code="91110000600037341L")
    assert told.value.problems[0].where == "credit_code"


@pytest.mark.req("A-08")
def test_who_opens_organisations(world: World):
    may = {role for role in world.people if _opens(world, role)}
    assert may == {"county_officer", "bureau_admin", "sysadmin"}


def _opens(world: World, role: str) -> bool:
    try:
        services.create_organisation(
            actor=world.actor(role), name=f"新单位{role}", region=COUNTY, at=AT
        )
    except NotAllowed:
        return False
    return True


def test_county_officer_opens_only_at_home(world: World):
    with pytest.raises(NotAllowed):
        services.create_organisation(
            actor=world.actor("county_officer"), name="新单位", region=CITY, at=AT
        )


def test_old_region_code_becomes_the_current_one():
    assert make_organisation("老单位", "140402").region == "140403"
    with pytest.raises(Invalid):
        make_organisation("别处", "149999")


def test_unit_administrator_keeps_contact_facts_and_not_core_facts(world: World):
    actor, uid = world.actor("unit_admin"), world.unit.uid

    row = services.update_organisation(
        actor=actor, uid=uid, version=1, changes={"phone": "0355-1"}, at=AT
    )

    assert (row.phone, row.version) == ("0355-1", 2)
    with pytest.raises(NotAllowed):
        services.update_organisation(
            actor=actor, uid=uid, version=2, changes={"name": "别名"}, at=AT
        )
    with pytest.raises(NotAllowed):
        services.update_organisation(
            actor=actor, uid=world.other.uid, version=1, changes={"phone": "1"}, at=AT
        )
    with pytest.raises(Conflict):
        services.update_organisation(actor=actor, uid=uid, version=1, changes={"phone": "2"}, at=AT)


def test_former_name_stays_findable(world: World):
    services.update_organisation(
        actor=world.actor("bureau_admin"),
        uid=world.unit.uid,
        version=1,
        changes={"name": "上党理工大学"},
        at=AT,
    )

    found = queries.organisations_named(SYSTEM, "上党理工学院")
    assert [o.name for o in found] == ["上党理工大学"]
    assert queries.organisation_by_name("上党理工学院") == world.unit


@pytest.mark.req("A-06", "B-06")
def test_dated_facts_answer_for_their_day(world: World):
    codes = _natures()
    for value, since in ((codes[0], date(2020, 1, 1)), (codes[1], date(2024, 7, 1))):
        _set(world, "nature", value, since)
    _set(world, "nature", "", date(2026, 1, 1))

    at = [queries.attribute_at(world.unit, Attribute.NATURE, on=day) for day in _days()]

    assert at == ["", codes[0], codes[0], codes[1], ""]
    on = date(2025, 1, 1)
    assert queries.organisations_with(Attribute.NATURE, codes[1], on=on) == [world.unit.pk]
    assert queries.organisations_with(Attribute.NATURE, codes[0], on=on) == []


def _natures() -> list[str]:
    return [item.code for item in reference.codes("org.nature")]


def _days() -> list[date]:
    return [
        date(2019, 12, 31),
        date(2020, 1, 1),
        date(2024, 6, 30),
        date(2024, 7, 1),
        date(2026, 1, 1),
    ]


def _set(world: World, attribute: str, value: str, since: date, by: str = "county_officer") -> None:
    services.set_organisation_attribute(
        actor=world.actor(by),
        uid=world.unit.uid,
        attribute=attribute,
        value=value,
        valid_from=since,
        at=AT,
    )


def test_a_dated_fact_can_be_corrected_in_place(world: World):
    codes = _natures()
    _set(world, "nature", codes[0], date(2020, 1, 1))
    _set(world, "nature", codes[1], date(2020, 1, 1))

    assert queries.attribute_at(world.unit, Attribute.NATURE, on=date(2021, 1, 1)) == codes[1]


def test_facts_come_from_lists(world: World):
    _set(world, "department", world.department.uid, date(2020, 1, 1))

    for attribute, value in (
        ("nature", "none-such"),
        ("department", world.other.uid),
        ("colour", "x"),
    ):
        with pytest.raises(Invalid):
            _set(world, attribute, value, date(2020, 1, 1))


def test_a_unit_does_not_choose_who_checks_it(world: World):
    """隶属关系 and 主管部门 decide which offices see an entry before it is public."""
    since = date(2020, 1, 1)
    for attribute, value in (("department", world.department.uid), ("affiliation", "city")):
        with pytest.raises(NotAllowed, match="审核"):
            _set(world, attribute, value, since, by="unit_admin")
        _set(world, attribute, value, since, by="bureau_admin")
    _set(world, "nature", _natures()[0], since, by="unit_admin")


@pytest.mark.parametrize("field", ["is_public", "is_department"])
def test_core_facts_are_not_for_the_unit(world: World, field: str):
    with pytest.raises(NotAllowed):
        services.update_organisation(
            actor=world.actor("unit_admin"),
            uid=world.unit.uid,
            version=world.unit.version,
            changes={field: not getattr(world.unit, field)},
            at=AT,
        )


def test_closing_an_organisation_ends_its_roles(world: World):
    services.close_organisation(
        actor=world.actor("bureau_admin"), uid=world.unit.uid, on=date(2026, 11, 23), at=AT
    )

    assert not Membership.objects.filter(organisation=world.unit, ended_at=None).exists()
    assert not Organisation.objects.get(pk=world.unit.pk).is_public
    with pytest.raises(Conflict):
        services.close_organisation(actor=SYSTEM, uid=world.unit.uid, on=date(2026, 11, 23), at=AT)


def test_a_hidden_organisation_is_found_by_its_own_and_those_above(world: World):
    Organisation.objects.filter(pk=world.unit.pk).update(is_public=False)
    sees = {
        role
        for role in world.people
        if queries.organisations(world.actor(role)).filter(pk=world.unit.pk).exists()
    }

    assert sees == {
        "unit_admin",
        "researcher",
        "county_officer",
        "bureau_admin",
        "auditor",
        "sysadmin",
    }
    with pytest.raises(NotFound):
        queries.organisation(ANONYMOUS, world.unit.uid)
