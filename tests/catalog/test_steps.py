"""Through the offices: who may, what is asked for, what happens to the published version."""

import pytest

from kexiang.audit.models import Event
from kexiang.catalog import queries, services
from kexiang.catalog.models import Record, RecordStep, Revision
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from kexiang.search.models import Outbox
from tests.catalog.conftest import AT, World, draft, instrument, later, publish, published


@pytest.mark.req("A-08", "X-04")
def test_keeper_submits_to_his_unit_and_everyone_takes_a_step(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.keeper, uid=record.uid, at=later(1))
    record.refresh_from_db()
    assert record.state == "unit_check"

    services.approve_record(actor=world.admin, uid=record.uid, at=later(2))
    record.refresh_from_db()
    assert record.state == "city_check"  # this place has no step at the department

    services.approve_record(actor=world.city, uid=record.uid, at=later(3), secrecy_checked=True)
    record.refresh_from_db()
    assert record.state == "published"
    assert (record.secrecy_by, record.secrecy_at) == (world.city.uid, later(3))
    rows = RecordStep.objects.filter(record=record).order_by("pk")
    steps = list(rows.values_list("action", "source", "target"))
    assert steps == [
        ("submit", "draft", "unit_check"),
        ("approve", "unit_check", "dept_check"),
        ("skip", "dept_check", "city_check"),
        ("approve", "city_check", "published"),
    ]


def test_unit_of_a_county_passes_the_county(world: World) -> None:
    admin = world.actor("unit_admin", world.county_unit)
    record = services.create_record(
        actor=admin, kind="instrument", owner=world.county_unit.uid, raw=instrument(), at=AT
    )
    services.submit_record(actor=admin, uid=record.uid, at=later(1))
    record.refresh_from_db()
    assert record.state == "dept_check"

    services.approve_record(actor=world.county, uid=record.uid, at=later(2))
    record.refresh_from_db()
    assert record.state == "city_check"


@pytest.mark.req("AA-01", "A-05")
def test_publishing_needs_the_secrecy_check(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))

    with pytest.raises(Invalid, match="保密审查"):
        services.approve_record(actor=world.city, uid=record.uid, at=later(2))
    record.refresh_from_db()
    assert record.state == "city_check"
    assert record.secrecy_by == ""


def test_incomplete_draft_is_kept_but_not_submitted(world: World) -> None:
    record = services.create_record(
        actor=world.keeper,
        kind="instrument",
        owner=world.university.uid,
        raw={"title": "显微镜"},
        at=AT,
    )

    with pytest.raises(Invalid) as refused:
        services.submit_record(actor=world.keeper, uid=record.uid, at=later(1))
    assert {"model", "inner_id", "original_value"} <= {p.where for p in refused.value.problems}
    record.refresh_from_db()
    assert record.state == "draft"


def test_wrong_value_is_refused_at_once(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        draft(world, original_value="很贵", contact_email="x")
    assert {p.where for p in refused.value.problems} == {"original_value", "contact_email"}
    assert Record.objects.count() == 0


@pytest.mark.parametrize("action", ["return", "refuse"])
def test_reviewer_must_say_why(world: World, action: str) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))

    with pytest.raises(Invalid, match="原因"):
        services.act(action, actor=world.city, uid=record.uid, at=later(2), reason="  ")

    services.act(action, actor=world.city, uid=record.uid, at=later(3), reason="型号与铭牌不符")
    record.refresh_from_db()
    assert record.state == {"return": "returned", "refuse": "refused"}[action]
    assert queries.last_reason(record).reason == "型号与铭牌不符"


def test_returned_keeps_its_number_and_comes_back(world: World) -> None:
    record = draft(world)
    number = record.number
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.return_record(actor=world.city, uid=record.uid, at=later(2), reason="请补照片")
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"function": "物相分析"}, at=later(3)
    )
    record = publish(world, Record.objects.get(pk=record.pk))
    assert (record.state, record.number) == ("published", number)


def test_nobody_decides_on_his_own_submission(world: World) -> None:
    from kexiang.kernel.actor import Actor, Grant  # noqa: PLC0415

    both = Actor(
        "both".ljust(26, "0"),
        frozenset({Grant("unit_admin", world.university.uid), Grant("bureau_admin", "", "140400")}),
    )
    record = draft(world)
    services.submit_record(actor=both, uid=record.uid, at=later(1))

    with pytest.raises(NotAllowed, match="审核与填报分离"):
        services.approve_record(actor=both, uid=record.uid, at=later(2), secrecy_checked=True)


def test_withdrawn_before_decision_only(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.withdraw_record(actor=world.keeper, uid=record.uid, at=later(2))
    record.refresh_from_db()
    assert record.state == "withdrawn"
    publish(world, record)
    with pytest.raises(Conflict):
        services.withdraw_record(actor=world.keeper, uid=record.uid, at=later(9))


def test_what_the_city_took_down_the_unit_cannot_restore(world: World) -> None:
    record = published(world)
    services.take_down_record(actor=world.city, uid=record.uid, at=later(5), reason="信息有误")

    with pytest.raises(NotAllowed, match="市科技局下架"):
        services.restore_record(actor=world.admin, uid=record.uid, at=later(6))
    services.restore_record(actor=world.city, uid=record.uid, at=later(7))
    record.refresh_from_db()
    assert (record.state, record.taken_down_level) == ("published", "")


def test_unit_takes_down_and_restores_its_own(world: World) -> None:
    record = published(world)
    services.take_down_record(actor=world.admin, uid=record.uid, at=later(5), reason="维修")
    assert Outbox.objects.filter(uid=record.uid).latest("seq").op == "delete"
    services.restore_record(actor=world.admin, uid=record.uid, at=later(6))
    assert Outbox.objects.filter(uid=record.uid).latest("seq").op == "upsert"


def test_cancelling_needs_reason_and_document(world: World) -> None:
    record = published(world)
    with pytest.raises(Invalid, match="文号"):
        services.cancel_record(
            actor=world.admin, uid=record.uid, at=later(5), reason="报废", document_no=""
        )
    services.cancel_record(
        actor=world.admin,
        uid=record.uid,
        at=later(6),
        reason="报废",
        document_no="上大资〔2026〕8号",
    )
    step = RecordStep.objects.filter(record=record, action="cancel").get()
    assert (step.reason, step.document_no) == ("报废", "上大资〔2026〕8号")
    # the owner may use the number again for a successor
    assert draft(world).inner_no == record.inner_no


def test_change_keeps_the_published_version_until_it_is_approved(world: World) -> None:
    record = published(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"price_from": "180"}, at=later(10)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(11))
    record.refresh_from_db()
    assert (record.state, record.price_fen) == ("change_check", 15000)
    assert queries.record(world.anybody, record.uid).attributes["price_from"] == "150.00"

    services.approve_record(actor=world.city, uid=record.uid, at=later(12), secrecy_checked=True)
    record.refresh_from_db()
    assert (record.state, record.price_fen) == ("published", 18000)
    assert queries.open_change(record) is None
    revision = Revision.objects.filter(record=record).latest("number")
    assert revision.changed == ["price_from"]


def test_refused_change_leaves_the_old_version(world: World) -> None:
    record = published(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"price_from": "9"}, at=later(10)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(11))
    services.refuse_record(actor=world.city, uid=record.uid, at=later(12), reason="明显错误")
    record.refresh_from_db()
    assert (record.state, record.price_fen) == ("published", 15000)
    assert queries.open_change(record) is None


def test_returned_change_can_be_mended(world: World) -> None:
    record = published(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"price_from": "9"}, at=later(10)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(11))
    services.return_record(actor=world.city, uid=record.uid, at=later(12), reason="请核对")
    record.refresh_from_db()
    assert record.state == "published"
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"price_from": "190"}, at=later(13)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(14))
    services.approve_record(actor=world.city, uid=record.uid, at=later(15), secrecy_checked=True)
    record.refresh_from_db()
    assert record.price_fen == 19000


def test_second_reviewer_is_told_that_somebody_was_first(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.return_record(actor=world.city, uid=record.uid, at=later(2), reason="请补照片")
    with pytest.raises(Conflict):
        services.approve_record(actor=world.city, uid=record.uid, at=later(3), secrecy_checked=True)


def test_stale_version_is_a_conflict(world: World) -> None:
    record = draft(world)
    services.update_record(actor=world.keeper, uid=record.uid, raw={"brand": "布鲁克"}, at=later(1))
    with pytest.raises(Conflict, match="已被他人修改"):
        services.update_record(
            actor=world.keeper, uid=record.uid, raw={"brand": "别的"}, at=later(2), version=1
        )


def test_outsiders_do_not_even_learn_of_a_draft(world: World) -> None:
    record = draft(world)
    for actor in (world.anybody, world.reader, world.county, world.actor("unit_admin", world.firm)):
        with pytest.raises((NotFound, NotAuthenticated)):
            services.submit_record(actor=actor, uid=record.uid, at=later(1))


def test_journal_holds_no_words(world: World) -> None:
    record = published(world)
    services.take_down_record(actor=world.city, uid=record.uid, at=later(5), reason="信息有误")
    for event in Event.objects.all():
        assert "信息有误" not in str(event.data)
        assert "衍射" not in str(event.data)
    kinds = list(
        Event.objects.filter(subject=f"record:{record.uid}")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert kinds == [
        "record.create", "record.submit", "record.skip", "record.skip", "record.approve",
        "record.take_down",
    ]  # fmt: skip


def test_batch_leaves_suspicious_records_alone(world: World) -> None:
    good = draft(world, title="核磁共振波谱仪", model="AVANCE NEO 400", inner_id="1", asset_no="")
    draft(world)
    twin = draft(world, inner_id="YQ-2", asset_no="ZC-2")
    for record in (good, twin):
        services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    outcomes = services.approve_many(
        actor=world.city, uids=[good.uid, twin.uid, "0" * 26], at=later(2), secrecy_checked=True
    )
    assert [o.is_done for o in outcomes] == [True, False, False]
    assert "疑似重复" in outcomes[1].message
