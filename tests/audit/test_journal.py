"""Recording, refusing texts, sealing, and moving things along their lifecycle."""

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from kexiang.audit import queries, rules, services
from kexiang.audit.models import Event
from kexiang.audit.types import Entry
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import NotAllowed, NotAuthenticated

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def write(n: int = 1, **more: Any) -> list[Event]:
    values = {"kind": "record.publish", "subject": "record:R1", "actor": "P1", "at": AT, **more}
    return [services.record(data={"n": i}, **values) for i in range(n)]


@pytest.mark.parametrize(
    "data",
    [
        {"name": "李明"},
        {"to": "13800138000"},
        {"to": "+8613800138000"},
        {"deep": [{"x": "中文"}]},
        {"中文": 1},
        {"ratio": 0.1},
        {"at": AT},
        {"line": "a\nb"},
        {"long": "x" * 201},
    ],
)
@pytest.mark.req("AA-02")
def test_texts_numbers_and_floats_are_refused(data: dict[str, Any]):
    with pytest.raises(ValueError, match="journal data"):
        rules.refuse_texts(data)


def test_uids_codes_and_integers_are_kept():
    rules.refuse_texts(
        {"uid": "01JDBX0000000000000000000A", "fields": ["name", "mobile"], "n": 3, "ok": True}
    )


@given(st.integers(-720, 720))
def test_a_hash_does_not_depend_on_the_zone_in_which_time_is_told(minutes: int):
    moved = AT.astimezone(timezone(timedelta(minutes=minutes)))
    row = {"row_id": 1, "stream": "s", "kind": "k", "subject": "s", "actor": "a", "data": {}}

    assert rules.digest(seal_no=1, prev_hash="0", at=moved, **row) == rules.digest(
        seal_no=1, prev_hash="0", at=AT, **row
    )


@given(
    st.fixed_dictionaries(
        {name: st.text('ab:|,"\\', max_size=4) for name in ("kind", "subject", "actor", "stream")}
    ),
    st.fixed_dictionaries(
        {name: st.text('ab:|,"\\', max_size=4) for name in ("kind", "subject", "actor", "stream")}
    ),
)
def test_different_rows_have_different_hashes(one: dict[str, str], two: dict[str, str]):
    rest = {"seal_no": 1, "prev_hash": "0", "row_id": 1, "at": AT, "data": {}}

    same = rules.digest(**rest, **one) == rules.digest(**rest, **two)

    assert same == (one == two)


@pytest.mark.django_db
def test_a_line_needs_kind_subject_and_actor():
    for missing in ("kind", "subject", "actor"):
        with pytest.raises(ValueError, match="needs"):
            write(**{missing: ""})


@pytest.mark.django_db
def test_record_many_writes_one_line_each():
    lines = [Entry("record.import", f"record:R{i}", "P1", AT, {"n": i}) for i in range(7)]

    assert services.record_many(lines) == 7
    assert Event.objects.filter(kind="record.import").count() == 7


@pytest.mark.django_db
def test_history_is_for_people_who_signed_in():
    write(2)
    write(1, subject="record:R2")

    assert [e.data["n"] for e in queries.history(Actor("P2"), "record:R1")] == [0, 1]
    with pytest.raises(NotAuthenticated):
        queries.history(ANONYMOUS, "record:R1")


@pytest.mark.django_db
def test_the_journal_is_for_its_readers():
    write(3)
    for role in ("auditor", "logadmin"):
        assert queries.journal(Actor("P9", frozenset({Grant(role)}))).count() == 3
    for role in ("sysadmin", "secadmin", "bureau_admin", "unit_admin"):
        with pytest.raises(NotAllowed):
            queries.journal(Actor("P9", frozenset({Grant(role)})))
    with pytest.raises(NotAuthenticated):
        queries.journal(ANONYMOUS)


@pytest.mark.django_db
def test_the_journal_is_filtered_by_kind_subject_person_and_business_day():
    reader = Actor("P9", frozenset({Grant("auditor")}))
    late = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # midnight of the 23rd in Shanghai
    write(1, at=late)
    write(1, at=late - timedelta(seconds=1))
    write(1, kind="person.closed", subject="person:P1", actor="P2", at=late)
    day = late.date() + timedelta(days=1)

    assert queries.journal(reader, since=day, until=day).count() == 2
    assert queries.journal(reader, until=late.date()).count() == 1
    assert queries.journal(reader, kind="record.").count() == 2
    assert queries.journal(reader, person="P2", subject="person:P1").count() == 1


@pytest.mark.django_db(transaction=True)
def test_seal_chains_each_stream_and_leaves_the_anchor(tmp_path: Any):
    write(3)
    write(2, stream="ledger")

    assert services.seal(limit=2) == 4
    assert services.seal() == 1
    assert services.seal() == 0

    rows = list(Event.objects.filter(stream="journal").order_by("seal_no"))
    assert [r.seal_no for r in rows] == [1, 2, 3]
    assert [r.prev_hash for r in rows] == [rules.GENESIS, rows[0].hash, rows[1].hash]
    marks = [json.loads(x) for x in (tmp_path / "audit-anchor").read_text().splitlines()]
    assert {(m["stream"], m["seal_no"]) for m in marks} == {("journal", 3), ("ledger", 2)}


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_the_seal_and_all_rows_end_in_one_chain():
    def work() -> None:
        for _ in range(10):
            with transaction.atomic():
                write(1)
        connection.close()

    def sealer() -> None:
        for _ in range(10):
            services.seal(limit=7)
        connection.close()

    threads = [threading.Thread(target=t) for t in (work, work, work, sealer, sealer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = services.verify()
    assert (list(report), report.rows) == ([], 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'other'",
        "UPDATE audit_event SET data = '{}'",
        "UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00'",
        "UPDATE audit_event SET seal_no = 7, prev_hash = 'a', hash = 'b', actor = 'other'",
        "UPDATE audit_event SET prev_hash = 'a'",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_to_change_the_journal(statement: str):
    write(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_seal_is_set_once():
    write(1)
    services.seal()
    for statement in (
        "UPDATE audit_event SET hash = 'x'",
        "UPDATE audit_event SET seal_no = 9",
        "UPDATE audit_event SET seal_no = NULL, prev_hash = NULL, hash = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_postgresql_refuses_to_truncate():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    write(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event")
