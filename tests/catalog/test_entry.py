"""Entering: numbers, columns, versions, secrecy, duplicates, duty, links and last days."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from kexiang.audit.models import Event
from kexiang.catalog import queries, services
from kexiang.catalog.models import PendingChange, Record, RecordColumn, Revision
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed
from kexiang.kinds import queries as kinds
from tests.catalog.conftest import (
    AT,
    TODAY,
    World,
    draft,
    instrument,
    later,
    publish,
    published,
    test_item,
)


@pytest.mark.req("A-02", "A-03")
def test_columns_follow_from_the_attributes(world: World) -> None:
    record = draft(world)
    assert record.value_wan == Decimal("126.50")
    assert record.price_fen == 15000
    assert (record.year, record.model, record.class_code) == (2021, "D8 ADVANCE", "010300")
    assert (record.inner_no, record.asset_no) == ("YQ-0001", "ZC-0001")
    assert record.title_pinyin.startswith("xshexian")
    assert record.region == "140403"
    assert record.department == world.department.uid
    assert 40 < record.completeness < 100


def test_numbers_count_per_kind_and_year(world: World) -> None:
    numbers = [draft(world, inner_id=f"N{n}", asset_no="", model=f"M{n}").number for n in range(3)]
    assert numbers == [f"YQ-2026-00000{n}" for n in (1, 2, 3)]


def test_own_number_is_used_once_in_a_unit(world: World) -> None:
    draft(world)
    with pytest.raises(Invalid) as refused:
        draft(world)
    assert {p.where for p in refused.value.problems} == {"inner_id", "asset_no"}
    record = draft(world, inner_id="other", asset_no="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(inner_no="YQ-0001")


@pytest.mark.req("A-24", "A-31", "AA-01", "AA-04")
def test_secret_item_leaves_no_trace(world: World) -> None:
    with pytest.raises(Invalid, match="不纳入开放共享备案"):
        services.refuse_secret()
    assert Record.objects.count() == 0
    assert Event.objects.filter(kind__startswith="record.").count() == 0


def test_researcher_enters_for_his_unit_and_touches_only_his_own(world: World) -> None:
    researcher = world.actor("researcher", world.university)
    record = services.create_record(
        actor=researcher,
        kind="instrument",
        owner=world.university.uid,
        raw=instrument(inner_id="R1", asset_no=""),
        at=AT,
    )
    other = draft(world)
    services.update_record(actor=researcher, uid=record.uid, raw={"brand": "A"}, at=later(1))
    with pytest.raises(NotAllowed):
        services.update_record(actor=researcher, uid=other.uid, raw={"brand": "A"}, at=later(1))


def test_nobody_enters_for_another_unit(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.create_record(
            actor=world.keeper, kind="instrument", owner=world.firm.uid, raw=instrument(), at=AT
        )


def test_revisions_show_who_changed_what(world: World) -> None:
    record = draft(world)
    services.update_record(
        actor=world.keeper,
        uid=record.uid,
        raw={"function": "物相定量分析", "brand": "布鲁克"},
        at=later(1),
    )
    revisions = list(queries.revisions(world.keeper, record))
    assert [r.number for r in revisions] == [2, 1]
    assert set(revisions[0].changed) == {"function", "brand"}
    diffs = queries.differences(world.keeper, record, revisions[1].values, revisions[0].values)
    assert {(d.label, d.old, d.new) for d in diffs} == {
        ("主要功能", "物相定性定量分析", "物相定量分析"),
        ("品牌", "", "布鲁克"),
    }


def test_restoring_writes_the_old_values_as_a_new_version(world: World) -> None:
    record = draft(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"brand": "布鲁克", "technical": "新"}, at=later(1)
    )
    services.restore_revision(actor=world.keeper, uid=record.uid, number=1, at=later(2))
    record.refresh_from_db()
    assert "brand" not in record.attributes
    assert record.attributes["technical"].startswith("铜靶")
    assert record.version == 3
    note = Revision.objects.get(record=record, number=3).note
    assert note == "恢复到第 1 版"


def test_revisions_are_immutable_in_the_database(world: World) -> None:
    record = draft(world)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Revision.objects.filter(record=record).update(note="x")


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "published"},
        {"state": "nonsense"},
        {"secrecy_by": "somebody"},
        {"visibility": "everybody"},
        {"completeness": 101},
        {"value_wan": -1},
        {"taken_down_level": "city"},
        {"title": ""},
    ],
    ids="-".join,
)
def test_database_refuses_impossible_rows(world: World, broken: dict[str, object]) -> None:
    record = draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(**broken)


def test_one_open_change_per_record(world: World) -> None:
    record = published(world)
    services.update_record(actor=world.keeper, uid=record.uid, raw={"brand": "A"}, at=later(5))
    change = PendingChange.objects.get(record=record)
    with pytest.raises(IntegrityError), transaction.atomic():
        PendingChange.objects.create(
            record=record, visibility="public", values={}, base_version=1,
            created_by="x", created_at=AT, updated_at=AT,
        )  # fmt: skip
    assert change.changed == ["brand"]


@pytest.mark.req("A-26")
def test_likely_duplicates_are_shown_with_the_reason(world: World) -> None:
    draft(world)
    found = queries.duplicates(
        world.keeper,
        kind="instrument",
        owner=world.university.uid,
        values={"title": "X-射线衍射仪", "model": "d8 advance"},
    )
    assert [suspect.reason for suspect in found] == ["名称与型号相近"]
    other_model = {"title": "X射线衍射仪", "model": "SmartLab"}
    assert (
        queries.duplicates(
            world.keeper, kind="instrument", owner=world.university.uid, values=other_model
        )
        == []
    )
    by_number = {"title": "电镜", "asset_no": "ZC-0001"}
    found = queries.duplicates(
        world.keeper, kind="instrument", owner=world.university.uid, values=by_number
    )
    assert [suspect.reason for suspect in found] == ["资产编号相同"]


@pytest.mark.req("A-02", "A-03")
@pytest.mark.parametrize(
    ("value", "binding"),
    [("9", 0), ("25", 2), ("60", 3), ("10", 1), ("9.99", 0)],
)
def test_duty_against_every_threshold(value: str, binding: int) -> None:
    """domain.md §13.39: 9 → none, 25 → city and province, 60 → all; exactly 10 counts."""
    spec = kinds.kind("instrument")
    hits = queries.duty(spec, {"funding_source": "fiscal", "original_value": value}, TODAY)
    assert sum(hit.must_share for hit in hits) == binding
    assert all(hit.reason for hit in hits)


@pytest.mark.req("A-04")
def test_private_owner_has_no_duty() -> None:
    spec = kinds.kind("instrument")
    hits = queries.duty(spec, {"funding_source": "private", "original_value": "500"}, TODAY)
    assert not any(hit.must_share for hit in hits)


def certificate(world: World, valid_until: str) -> Record:
    admin = world.admin
    record = services.create_record(
        actor=admin,
        kind="accreditation",
        owner=world.university.uid,
        raw={
            "title": "检验检测机构资质认定",
            "accreditation_kind": "CMA",
            "certificate_no": "21-0001",
            "issuer": "省市场监管局",
            "valid_from": "2021-01-01",
            "valid_until": valid_until,
            "scope": [{"object": "不锈钢", "parameter": "晶间腐蚀"}],
            "contact_name": "李老师",
            "contact_phone": "0355-0001234",
        },
        at=AT,
    )
    return publish(world, record)


@pytest.mark.req("A-13")
def test_expired_certificate_takes_its_test_items_along(world: World) -> None:
    paper = certificate(world, "2026-11-23")
    item = services.create_record(
        actor=world.admin,
        kind="test_item",
        owner=world.university.uid,
        raw=test_item(accreditations=[paper.number]),
        at=AT,
    )
    item = publish(world, item)
    assert str(item.valid_until) == "2026-11-23"
    assert queries.public_record(world.anybody, item.uid, TODAY).uid == item.uid
    from datetime import date  # noqa: PLC0415

    from kexiang.kernel.errors import NotFound  # noqa: PLC0415

    with pytest.raises(NotFound):
        queries.public_record(world.anybody, item.uid, date(2026, 11, 24))
    # the paper is renewed, and with it the item
    services.update_record(
        actor=world.admin, uid=paper.uid, raw={"valid_until": "2030-01-01"}, at=later(20)
    )
    services.submit_record(actor=world.admin, uid=paper.uid, at=later(21))
    services.approve_record(actor=world.city, uid=paper.uid, at=later(22), secrecy_checked=True)
    item.refresh_from_db()
    assert str(item.valid_until) == "2030-01-01"


def test_standards_and_other_columns_have_rows(world: World) -> None:
    item = services.create_record(
        actor=world.admin, kind="test_item", owner=world.university.uid, raw=test_item(), at=AT
    )
    texts = RecordColumn.objects.filter(record=item, name="standard").values_list("text", flat=True)
    assert list(texts) == ["gbt43342020"]


def test_current_state_changes_at_once(world: World) -> None:
    record = published(world)
    services.set_current_state(actor=world.keeper, uid=record.uid, value="fault", at=later(9))
    record.refresh_from_db()
    assert (record.state, record.current_state) == ("published", "fault")
    with pytest.raises(Invalid):
        services.set_current_state(actor=world.keeper, uid=record.uid, value="broken", at=later(9))


def test_confirming_makes_fresh(world: World) -> None:
    record = published(world)
    services.confirm_record(actor=world.keeper, uid=record.uid, at=later(99))
    record.refresh_from_db()
    assert record.confirmed_at == later(99)


def test_only_unpublished_entries_are_deleted(world: World) -> None:
    record = draft(world)
    services.delete_draft(actor=world.keeper, uid=record.uid, at=later(1))
    assert not Record.objects.exists()
    record = published(world)
    with pytest.raises(Conflict):
        services.delete_draft(actor=world.keeper, uid=record.uid, at=later(2))


def test_word_marks_never_block(world: World) -> None:
    from kexiang.reference import queries as reference  # noqa: PLC0415

    word = reference.error_words()[0]
    record = draft(world, function=f"可用于{word.word}的分析")
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    record.refresh_from_db()
    assert record.state == "city_check"
    flag = record.flags.get(kind="error_word")
    assert (flag.text, flag.suggestion, flag.field) == (word.word, word.suggestion, "function")


def test_triggers_exist_on_this_database(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'catalog%%frozen'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = {row[0] for row in cursor.fetchall()}
    assert {"catalog_revision_frozen", "catalog_recordstep_frozen"} <= names
