"""Attacks on the journal by somebody who owns the database. Each must be found and named."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from kexiang.audit import anchor, guards, services
from kexiang.audit.models import Event, Head
from kexiang.audit.rules import GENESIS
from kexiang.audit.types import Report
from kexiang.audit.verification import digest_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("AA-02")]
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def rows() -> Iterator[list[Event]]:
    """Ten sealed rows, and a database whose owner has dropped the guards."""
    for n in range(1, 11):
        services.record(
            kind="record.publish", subject=f"record:R{n}", actor="P1", at=AT, data={"n": n}
        )
    assert services.seal() == 10
    guards.remove(connection)
    yield list(Event.objects.order_by("seal_no"))
    guards.install(connection)


def attacked() -> Report:
    """What ``verify`` says once the attacker has put the guards back."""
    guards.install(connection)
    return services.verify()


def test_a_sound_journal_is_told_sound(rows: list[Event]):
    report = attacked()

    assert report.is_sound
    assert (report.rows, report.streams) == (10, ("journal",))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "P2"),
        ("kind", "record.refuse"),
        ("subject", "record:R99"),
        ("at", "2026-11-23 02:00:01+00:00"),
        ("data", '{"n": 5000}'),
        ("hash", "f" * 64),
        ("stream", "other"),
    ],
)
def test_an_altered_row_is_named(rows: list[Event], column: str, value: str):
    sql(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, rows[4].pk)  # noqa: S608

    faults = attacked()

    assert not faults.is_sound
    named = [f for f in faults if f.id == rows[4].pk]
    assert named
    assert named[0].problem == "altered"
    assert named[0].seal_no == 5
    assert named[0].kind.startswith("record.")
    assert str(rows[4].pk) in named[0].message


def test_an_altered_row_with_a_recomputed_hash_breaks_at_the_next(rows: list[Event]):
    row = rows[4]
    row.actor = "P2"
    fresh = digest_of(row, 5, row.prev_hash or "")
    sql("UPDATE audit_event SET actor = 'P2', hash = %s WHERE id = %s", fresh, row.pk)

    faults = attacked()

    assert [(f.problem, f.seal_no) for f in faults] == [("altered", 6)]


def test_a_chain_recomputed_to_its_end_is_caught_by_the_anchor(rows: list[Event]):
    rows[4].actor = "P2"
    sql("UPDATE audit_event SET actor = 'P2' WHERE id = %s", rows[4].pk)
    previous = GENESIS
    for row in rows:
        fresh = digest_of(row, row.seal_no or 0, previous)
        sql(
            "UPDATE audit_event SET prev_hash = %s, hash = %s WHERE id = %s",
            previous,
            fresh,
            row.pk,
        )
        previous = fresh
    sql("UPDATE audit_head SET hash = %s", previous)

    faults = attacked()

    assert [(f.problem, f.seal_no, f.id) for f in faults] == [("altered", 10, rows[9].pk)]
    assert "锚点" in faults[0].message


@pytest.mark.parametrize("gone", [[5], [3, 4], [1], [2, 7]])
def test_removed_rows_are_named(rows: list[Event], gone: list[int]):
    for number in gone:
        sql("DELETE FROM audit_event WHERE seal_no = %s", number)

    faults = attacked()

    removed = {f.seal_no for f in faults if f.problem == "removed"}
    assert removed == {gone[0]} | ({gone[1]} if gone == [2, 7] else set())


@pytest.mark.parametrize("head", [True, False])
def test_a_cut_off_tail_is_found_even_when_the_head_is_set_back(rows: list[Event], head: bool):
    sql("DELETE FROM audit_event WHERE seal_no > 7")
    if head:
        sql("UPDATE audit_head SET seal_no = 7, hash = %s", rows[6].hash)

    faults = attacked()

    assert {f.problem for f in faults} == {"truncated"}
    assert faults[0].seal_no == (10 if head else 8)


def test_a_cut_off_tail_stays_found_when_new_rows_are_sealed_over_it(rows: list[Event]):
    sql("DELETE FROM audit_event WHERE seal_no > 7")
    sql("UPDATE audit_head SET seal_no = 7, hash = %s", rows[6].hash)
    guards.install(connection)
    for n in range(5):
        services.record(kind="record.publish", subject=f"record:S{n}", actor="P1", at=AT)

    faults = services.verify()

    assert [(f.problem, f.seal_no) for f in faults] == [("altered", 10)]
    assert anchor.marks()["journal"].seal_no == 10


@pytest.mark.parametrize(("one", "two"), [(4, 5), (2, 9)])
def test_reordered_rows_are_named(rows: list[Event], one: int, two: int):
    first, second = rows[one - 1].pk, rows[two - 1].pk
    sql("UPDATE audit_event SET seal_no = 99 WHERE id = %s", first)
    sql("UPDATE audit_event SET seal_no = %s WHERE id = %s", one, second)
    sql("UPDATE audit_event SET seal_no = %s WHERE id = %s", two, first)

    faults = attacked()

    moved = {f.id for f in faults if f.problem == "reordered"}
    assert moved == {first, second}


def test_swapped_contents_are_named(rows: list[Event]):
    sql("UPDATE audit_event SET actor = 'X', subject = 'record:R5' WHERE seal_no = 4")
    sql("UPDATE audit_event SET subject = 'record:R4' WHERE seal_no = 5")

    faults = attacked()

    assert {(f.problem, f.seal_no) for f in faults} == {("altered", 4), ("altered", 5)}


def test_a_row_inserted_with_a_forged_seal_is_named(rows: list[Event]):
    forged = Event(
        kind="record.publish", subject="record:F", actor="P1", at=AT, data={}, seal_no=11
    )
    forged.prev_hash, forged.hash = rows[9].hash, "e" * 64
    forged.save()

    faults = attacked()

    assert {f.problem for f in faults} == {"altered", "inserted"}
    assert {f.id for f in faults} == {forged.pk}


def test_a_replaced_journal_is_found(rows: list[Event]):
    sql("DELETE FROM audit_event")
    Head.objects.all().delete()
    guards.install(connection)
    services.record(kind="record.publish", subject="record:N", actor="P1", at=AT)

    faults = services.verify()

    assert [f.problem for f in faults] == ["anchor"]


def test_an_emptied_journal_is_found(rows: list[Event]):
    sql("DELETE FROM audit_event")

    assert {f.problem for f in attacked()} == {"truncated"}


def test_a_dropped_guard_is_named(rows: list[Event]):
    report = services.verify()

    assert {f.problem for f in report} == {"guard"}
    assert len(report) == len(guards.expected(connection))


def test_a_torn_anchor_is_told_and_not_a_crash(rows: list[Event], tmp_path: Path):
    (tmp_path / "audit-anchor").write_text("{broken", encoding="utf-8")
    guards.install(connection)

    assert [f.problem for f in services.verify()] == ["anchor"]


def test_a_late_anchor_is_no_fault(rows: list[Event], tmp_path: Path):
    """A process killed between commit and anchor leaves an anchor that lags behind."""
    mark = anchor.marks()["journal"]
    guards.install(connection)
    services.record(kind="record.publish", subject="record:L", actor="P1", at=AT)
    services.seal()
    line = json.dumps({**{k: getattr(mark, k) for k in mark.__slots__}})
    (tmp_path / "audit-anchor").write_text(line + "\n", encoding="utf-8")

    assert services.verify().is_sound
    assert anchor.marks()["journal"].seal_no == 11


def test_after_a_restore_the_heads_can_be_accepted_by_an_act(rows: list[Event]):
    sql("DELETE FROM audit_event WHERE seal_no > 7")
    sql("UPDATE audit_head SET seal_no = 7, hash = %s", rows[6].hash)
    assert not attacked().is_sound

    services.accept_heads(actor="system:restore", at=AT)

    assert services.verify().is_sound
    assert Event.objects.filter(kind="audit.accept_heads", actor="system:restore").exists()


@pytest.mark.parametrize("faults", [list, lambda r: r[:], lambda r: [r[0]]])
def test_a_report_is_a_sequence(rows: list[Event], faults: Callable[[Report], list[object]]):
    report = services.verify()

    assert faults(report)[0] == report.faults[0]
