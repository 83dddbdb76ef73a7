"""Outbox, indexer, rebuild: nothing is lost, doubled or torn, and serving never stops."""

import os
import threading
import time

import pytest
from django.db import connection, connections, transaction

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import indexer, layout, outbox, queries, reader, services
from kexiang.search.models import Outbox
from kexiang.search.port import Checkpoint
from kexiang.search.types import SearchQuery
from kexiang_site.bench.kills import drive, indexer_process
from tests.search.support import doc

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("KEXIANG_TEST_KILLS", "20"))


def total(q):
    return queries.search(ANONYMOUS, SearchQuery(q=q)).total


def eventually(condition, seconds=2.0):
    """Seconds until ``condition`` holds; fails after ``seconds``."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "not in time"
        time.sleep(0.01)
    return time.monotonic() - began


def indexed():
    entries = dict(reader.serving().reader.keys())
    return {key.partition(":")[2]: version for key, version in entries.items()}


def test_before_the_first_index_the_answer_is_not_ready(shelf):
    with pytest.raises(queries.NotReady):
        total("镜")


def test_a_change_rolled_back_leaves_no_trace_in_the_outbox(table):
    with transaction.atomic():
        table.write("1", "镜", 1)
        transaction.set_rollback(True)

    assert not Outbox.objects.exists()


@pytest.mark.req("A-22")
def test_published_is_findable_and_taken_down_is_gone_within_two_seconds(table):
    table.write("0", "首条", 1)
    services.rebuild()
    with indexer_process():
        table.write("warm", "预热", 1)
        eventually(lambda: total("预热") == 1, 20)

        table.write("1", "透射电镜", 1)
        eventually(lambda: total("透射电镜") == 1)
        table.write("1", "扫描探针", 2)
        eventually(lambda: (total("透射电镜"), total("扫描探针")) == (0, 1))
        table.remove("1")
        eventually(lambda: total("扫描探针") == 0)

    assert list(services.verify()) == []


@pytest.mark.req("A-22")
def test_an_indexer_killed_again_and_again_loses_doubles_and_tears_nothing(table, monkeypatch):
    monkeypatch.setattr(indexer, "BREATH", 0.001)
    table.write("000", "开始", 1)
    services.rebuild()

    found = drive(table, kills=KILLS)

    assert found.faults == []
    assert found.kills == KILLS
    assert found.in_commit > KILLS / 2, "most kills hit the engine inside a commit"
    assert indexed() == table.rows()
    last = found.version in table.rows().values()
    assert total(f"第{found.version}版") == (1 if last else 0)


def test_rebuild_and_swap_without_one_failed_query(shelf):
    shelf.put(*(doc(f"{n:05d}", f"仪器{n}", "共有词") for n in range(2600)))
    services.rebuild()
    faults, asked, stop = [], [0], threading.Event()

    def ask():
        try:
            while not stop.is_set():
                page = queries.search(ANONYMOUS, SearchQuery(q="共有词", page=1 + asked[0] % 50))
                asked[0] += 1
                if page.total != 2600 or len(page.hits) != 20:
                    faults.append(page.total)
        except Exception as error:  # noqa: BLE001 -- any failure is the finding
            faults.append(error)
        finally:
            connections.close_all()

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for thread in readers:
        thread.start()
    names = {services.rebuild() for _ in range(2)}
    stop.set()
    for thread in readers:
        thread.join()

    assert faults == []
    assert asked[0] > 50
    assert len(names) == 2
    assert len(layout.home().names()) == 2  # the serving one and the one before


def test_changes_during_a_rebuild_are_in_the_new_index(table):
    for n in range(30):
        table.write(f"{n:03d}", "旧词", 1)
    done = []

    def change_meanwhile(name, count):
        done.append(count)
        table.write("005", "新词", 2)
        table.remove("006")

    services.rebuild(change_meanwhile)

    assert done == [30]
    assert total("新词") == 1
    assert indexed() == table.rows()


def test_the_indexer_follows_a_swap(table):
    table.write("1", "甲", 1)
    services.rebuild()
    keeper = indexer.Indexer(layout.home())
    table.write("2", "乙乙", 1)
    assert keeper.step() == 1

    services.rebuild()
    table.write("3", "丙丙", 1)
    keeper.step()
    keeper.close()

    assert total("丙丙") == 1
    assert indexed() == table.rows()


def test_rollback_serves_the_index_before_and_catches_up(table):
    table.write("1", "甲甲", 1)
    first = services.rebuild()
    table.write("2", "乙乙", 1)
    services.rebuild()

    assert services.rollback() == first
    services.catch_up()

    assert reader.serving().name == first
    assert indexed() == table.rows()


def test_only_one_rebuild_at_a_time(table):
    with layout.home().lock("build"), pytest.raises(layout.Busy):
        services.rebuild()


def test_read_your_writes(table):
    table.write("1", "甲甲", 1)
    services.rebuild()
    seq = table.write("2", "乙乙", 1)

    began = time.monotonic()
    late = queries.search(ANONYMOUS, SearchQuery(q="乙乙", min_seq=seq))
    waited = time.monotonic() - began
    services.catch_up()
    fresh = queries.search(ANONYMOUS, SearchQuery(q="乙乙", min_seq=seq))

    assert (late.stale, late.total) == (True, 0)
    assert 0.4 < waited < 1.5
    assert (fresh.stale, fresh.total) == (False, 1)


def test_many_changes_of_one_row_are_taken_in_once(table):
    services.rebuild()
    for version in range(1, 40):
        table.write("1", f"第{version}版", version)
    rows = outbox.pending(Checkpoint())
    home = layout.home()
    writer = home.engine.writer(home.folder(home.current()), home.spec(home.current()))

    assert len(rows) == 39
    assert indexer.apply(writer, rows) == 1
    writer.close()


def test_pruning_keeps_what_an_index_may_still_need(table):
    for n in range(5):
        table.write(str(n), "镜", 1)
    services.rebuild()
    checkpoint = reader.serving().reader.checkpoint()
    assert outbox.prune(checkpoint) == 0

    Outbox.objects.update(at="2020-01-01T00:00:00Z")

    assert outbox.prune(Checkpoint()) == 0
    assert outbox.prune(checkpoint) == 4
    assert services.needs_rebuild() == ""
    assert outbox.reaches_back_to(checkpoint)
    assert not outbox.reaches_back_to(Checkpoint())


def test_an_index_newer_than_the_database_is_rebuilt(table):
    for n in range(3):
        table.write(str(n), "镜", 1)
    services.rebuild()

    Outbox.objects.all().delete()

    assert "备份" in services.needs_rebuild()


def test_a_new_facet_asks_for_a_new_index(shelf):
    services.rebuild()
    assert services.needs_rebuild() == ""

    shelf.facets = (*shelf.facets, "brand")

    assert "变更" in services.needs_rebuild()
    assert total("镜") == 0  # the old index still answers


def test_verify_names_what_differs(table):
    table.write("1", "甲", 1)
    table.write("2", "乙", 1)
    table.write("3", "丙", 1)
    services.rebuild()
    table.execute("DELETE FROM shelf_row WHERE uid = '1'")
    table.execute("UPDATE shelf_row SET version = 7 WHERE uid = '2'")
    table.execute("INSERT INTO shelf_row VALUES ('4', '丁', 1)")

    found = {(fault.uid, fault.message) for fault in services.verify()}

    assert found == {("1", "索引中多出"), ("2", "索引为旧版本 1"), ("4", "索引中没有")}


def test_enqueue_many_returns_the_last_number(table):
    last = services.enqueue_many(source="table", changes=((str(n), 1) for n in range(700)))

    assert Outbox.objects.count() == 700
    assert last == Outbox.objects.order_by("-seq").first().seq
    assert services.enqueue_many(source="table", changes=[]) is None


def test_a_lower_number_that_commits_late_is_not_skipped(table):
    if connection.vendor != "postgresql":
        pytest.skip("writers of SQLite wait for each other")
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            table.execute("INSERT INTO shelf_row VALUES ('slow', '慢慢', 1)")
            services.enqueue(source="table", uid="slow", version=1)
            begun.set()
            go_on.wait(10)
        connections.close_all()

    services.rebuild()
    writer = threading.Thread(target=slow)
    writer.start()
    begun.wait(10)
    table.write("fast", "快快", 1)
    services.catch_up()
    assert total("快快") == 0  # held back until the older transaction has ended
    go_on.set()
    writer.join()

    services.catch_up()

    assert (total("慢慢"), total("快快")) == (1, 1)
