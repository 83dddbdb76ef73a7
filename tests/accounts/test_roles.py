"""Giving and ending roles: the committed truth table, scopes, duplicates, races."""

import csv
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from kexiang.accounts import policies, queries, rules, services, sms
from kexiang.accounts.models import Membership, Person
from kexiang.accounts.types import (
    FREE_ROLES,
    GRANTED_ROLES,
    REGION_ROLES,
    UNIT_ROLES,
    Role,
)
from kexiang.audit.models import Event
from kexiang.core.worker import run_pending
from kexiang.kernel.actor import ANONYMOUS, Actor
from kexiang.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotAuthenticated
from tests.accounts.conftest import AT, CITY, COUNTY, OTHER, SYSTEM, World, make_person, make_world

GOLDEN = Path(__file__).parent.parent / "golden" / "role_granting.csv"


def scope_of(role: str, world: World) -> dict[str, str]:
    if role in UNIT_ROLES:
        return {"organisation": world.unit.uid}
    return {"region": COUNTY} if role in REGION_ROLES else {}


def test_every_role_has_exactly_one_kind_of_scope():
    kinds = [UNIT_ROLES, REGION_ROLES, FREE_ROLES]

    assert set().union(*kinds) == set(Role) - {Role.VISITOR}
    assert sum(map(len, kinds)) == len(GRANTED_ROLES)


@pytest.mark.req("W-02", "W-04", "A-08")
@pytest.mark.django_db
def test_who_gives_which_role_is_as_committed(world: World):
    """A change of ``rules.GIVES`` alone fails here: the table cites why each 'yes' holds."""
    with GOLDEN.open(encoding="utf-8") as file:
        golden = {(r["giver"], r["role"]): r["allowed"] == "yes" for r in csv.DictReader(file)}
    found = {
        (giver, role): _may(world, giver, role)
        for giver in world.people
        for role in sorted(GRANTED_ROLES)
    }

    assert found == golden


def test_every_yes_of_the_table_cites_its_source():
    with GOLDEN.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert all(row["source"] for row in rows if row["allowed"] == "yes")


def _may(world: World, giver: str, role: str) -> bool:
    target = make_person(f"{giver}.{role}"[:60].replace("_", "-"))
    scope = scope_of(role, world)
    if giver == "sme_admin" and scope.get("organisation"):
        scope["organisation"] = world.other.uid  # the firm he administers
    try:
        services.grant_role(actor=world.actor(giver), person=target.uid, role=role, at=AT, **scope)
    except NotAllowed:
        return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(GRANTED_ROLES))
def test_a_role_needs_its_own_kind_of_scope(world: World, role: str):
    person = make_person("somebody")
    right = scope_of(role, world)
    for wrong in (
        {},
        {"organisation": world.unit.uid},
        {"region": COUNTY},
        {"organisation": world.unit.uid, "region": COUNTY},
    ):
        if wrong != right:
            with pytest.raises(Invalid):
                services.grant_role(actor=SYSTEM, person=person.uid, role=role, at=AT, **wrong)
            with pytest.raises(DatabaseError), transaction.atomic():
                Membership.objects.create(
                    person=person,
                    role=role,
                    organisation=world.unit if "organisation" in wrong else None,
                    region=wrong.get("region", ""),
                    starts_on=AT.date(),
                    given_by="x",
                    created_at=AT,
                )
    assert services.grant_role(actor=SYSTEM, person=person.uid, role=role, at=AT, **right).pk


@pytest.mark.django_db
def test_unknown_roles_and_backward_periods_are_refused(world: World):
    uid = world.people["visitor"].uid
    for role in ("visitor", "root", ""):
        with pytest.raises(Invalid):
            services.grant_role(actor=SYSTEM, person=uid, role=role, at=AT)
    with pytest.raises(Invalid):
        services.grant_role(
            actor=SYSTEM, person=uid, role="expert", at=AT, ends_on=date(2026, 11, 22)
        )


@pytest.mark.django_db
def test_nobody_gives_roles_to_himself_or_without_signing_in(world: World):
    admin = world.actor("sysadmin")
    with pytest.raises(NotAllowed):
        services.grant_role(actor=admin, person=admin.uid, role="expert", at=AT)
    with pytest.raises(NotAuthenticated):
        services.grant_role(
            actor=ANONYMOUS, person=world.people["visitor"].uid, role="expert", at=AT
        )


@pytest.mark.django_db
def test_a_unit_administrator_may_keep_an_instrument_himself(world: World):
    actor = world.actor("unit_admin")
    row = services.grant_role(
        actor=actor,
        person=actor.uid,
        role="instrument_keeper",
        organisation=world.unit.uid,
        at=AT,
    )

    assert row.person == world.people["unit_admin"]
    bureau = world.actor("bureau_admin")
    with pytest.raises(NotAllowed):
        services.grant_role(
            actor=bureau,
            person=bureau.uid,
            role="unit_admin",
            organisation=world.unit.uid,
            at=AT,
        )


@pytest.mark.django_db
def test_unit_administrator_reaches_only_his_own_unit(world: World):
    with pytest.raises(NotAllowed):
        services.grant_role(
            actor=world.actor("unit_admin"),
            person=world.people["visitor"].uid,
            role="researcher",
            organisation=world.other.uid,
            at=AT,
        )


@pytest.mark.django_db
def test_officers_reach_only_their_region(world: World):
    visitor = world.people["visitor"].uid
    with pytest.raises(NotAllowed):
        services.grant_role(
            actor=world.actor("county_officer"),
            person=visitor,
            role="unit_admin",
            organisation=world.other.uid,
            at=AT,
        )
    for region in (OTHER, CITY):
        services.grant_role(
            actor=world.actor("bureau_admin"),
            person=visitor,
            role="county_officer",
            region=region,
            at=AT,
        )


@pytest.mark.django_db
def test_three_administrators_stay_three(world: World):
    for holder, role, scope in (
        ("secadmin", "logadmin", {}),
        ("sysadmin", "expert", {}),
        ("researcher", "logadmin", {}),
    ):
        with pytest.raises(Conflict):
            services.grant_role(
                actor=SYSTEM, person=world.people[holder].uid, role=role, at=AT, **scope
            )


@pytest.mark.django_db
def test_a_role_is_given_once_and_again_after_it_ended(world: World):
    uid = world.people["visitor"].uid
    give = {"actor": SYSTEM, "person": uid, "role": "pi", "organisation": world.unit.uid}
    first = services.grant_role(**give, at=AT, ends_on=date(2026, 11, 30))

    with pytest.raises(Conflict):
        services.grant_role(**give, at=AT)
    later = services.grant_role(**give, at=AT + timedelta(days=10))

    first.refresh_from_db()
    assert (first.ended_by, first.ends_on) == ("system:expiry", date(2026, 11, 30))
    assert later.starts_on == date(2026, 12, 3)


@pytest.mark.django_db
def test_a_role_is_in_force_on_its_first_and_last_day(world: World):
    person = make_person("temp")
    services.grant_role(
        actor=SYSTEM,
        person=person.uid,
        role="expert",
        at=AT,
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 31),
    )
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]

    assert [bool(queries.grants_of(person, today=d)) for d in days] == [False, True, True, False]


@pytest.mark.django_db
def test_ending_a_role(world: World):
    role = world.people["researcher"].memberships.get()
    with pytest.raises(NotAllowed):
        services.end_role(actor=world.actor("sme_admin"), membership=role.pk, at=AT)
    with pytest.raises(NotAuthenticated):
        services.end_role(actor=ANONYMOUS, membership=role.pk, at=AT)

    ended = services.end_role(actor=world.actor("unit_admin"), membership=role.pk, at=AT)

    assert (ended.ended_at, ended.ends_on) == (AT, AT.date())
    with pytest.raises(Conflict):
        services.end_role(actor=world.actor("unit_admin"), membership=role.pk, at=AT)
    event = Event.objects.filter(kind="role.ended").get()
    assert event.data["organisation"] == world.unit.uid


@pytest.mark.django_db
def test_everybody_may_lay_down_his_own_role(world: World):
    role = world.people["expert"].memberships.get()

    assert services.end_role(actor=world.actor("expert"), membership=role.pk, at=AT).ended_at == AT


@pytest.mark.django_db
def test_a_unit_keeps_an_administrator(world: World):
    role = world.people["unit_admin"].memberships.get()
    with pytest.raises(NotAllowed, match="唯一"):
        services.end_role(actor=world.actor("unit_admin"), membership=role.pk, at=AT)

    services.grant_role(
        actor=world.actor("unit_admin"),
        person=world.people["researcher"].uid,
        role="unit_admin",
        organisation=world.unit.uid,
        at=AT,
    )

    assert services.end_role(actor=world.actor("unit_admin"), membership=role.pk, at=AT).ended_at


@pytest.mark.django_db
def test_inviting_answers_the_same_for_known_and_unknown_numbers(world: World, settings, tmp_path):
    settings.HOME, settings.SMS_BACKEND = tmp_path, "file"
    known = make_person("known", mobile="13900000001")
    now = timezone.now()
    rows = [
        services.invite_member(
            actor=world.actor("unit_admin"),
            organisation=world.unit.uid,
            mobile=mobile,
            name="王芳",
            role="researcher",
            at=now,
        )
        for mobile in ("13900000001", "139 0000 0002")
    ]
    run_pending()

    assert rows[0].person == known
    assert rows[0].person.name == "李明"
    fresh = Person.objects.get(mobile="+8613900000002")
    assert (fresh.name, fresh.has_usable_password()) == ("王芳", False)
    assert sms.outbox().read_text(encoding="utf-8").count("上党理工学院已为您开通") == 2


@pytest.mark.django_db
def test_inviting_is_for_those_who_may_give(world: World):
    for role in ("researcher", "sme_admin", "visitor", "dept_officer"):
        with pytest.raises(NotAllowed):
            services.invite_member(
                actor=world.actor(role),
                organisation=world.unit.uid,
                mobile="13900000003",
                name="王芳",
                role="researcher",
                at=AT,
            )
    assert not Person.objects.filter(mobile="+8613900000003").exists()


@pytest.mark.django_db(transaction=True)
def test_six_at_once_give_one_role():
    world = make_world()
    uid = world.people["visitor"].uid
    outcomes: list[str] = []

    def give() -> None:
        try:
            services.grant_role(
                actor=SYSTEM, person=uid, role="pi", organisation=world.unit.uid, at=AT
            )
            outcomes.append("given")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=give) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["conflict"] * 5 + ["given"]
    assert Membership.objects.filter(person__uid=uid, role="pi").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_a_second_open_row():
    world = make_world()
    held = world.people["researcher"].memberships.get()
    held.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        held.save(force_insert=True)


@pytest.mark.django_db
def test_filter_and_predicate_say_the_same_about_organisations(world: World):
    for role in world.people:
        actor = world.actor(role)
        rows = queries.organisations(actor)
        for unit in (world.unit, world.other, world.department):
            expected = unit.is_public or policies.may_edit_organisation(
                actor, unit.uid, unit.region
            )
            assert rows.filter(pk=unit.pk).exists() >= expected


def test_rules_name_known_roles_only():
    assert set(rules.GIVES) <= set(Role)
    assert all(given <= GRANTED_ROLES for given in rules.GIVES.values())
    assert not policies.may_give(Actor("P"), "expert")
