"""Throughput of two reader processes, and how soon a published record can be found."""

import multiprocessing
import random
import threading
import time
from typing import Any

from django.db import connections, transaction

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import ask, queries, reader, registry, services
from kexiang.search.types import SearchQuery
from kexiang_site.bench.search_child import child
from kexiang_site.bench.search_corpus import BenchSource, Seeds, insert, rows

_SECONDS = 8.0
_PER_SECOND = 100


def ask_away(asked: list[SearchQuery], seed: int, start: Any, counted: Any) -> None:
    """One reader process: whole calls until the time is over."""
    registry._sources.clear()
    registry.register(BenchSource())
    random.Random(seed).shuffle(asked)
    for query in asked[:20]:
        queries.search(ANONYMOUS, query)
    start.wait()
    done, ends = 0, time.perf_counter() + _SECONDS
    while time.perf_counter() < ends:
        ask._answers.clear()
        queries.search(ANONYMOUS, asked[done % len(asked)])
        done += 1
    counted.put(done)


def throughput(asked: list[SearchQuery]) -> float:
    """Whole calls per second of two processes over a mix of all sets, nothing kept."""
    context = multiprocessing.get_context("spawn")
    start, counted = context.Barrier(2), context.Queue()
    workers = [
        context.Process(target=child, args=(f"{__name__}.ask_away", asked, seed, start, counted))
        for seed in (1, 2)
    ]
    connections.close_all()
    for worker in workers:
        worker.start()
    total = sum(counted.get() for _ in workers)
    for worker in workers:
        worker.join()
    return round(total / _SECONDS, 1)


def index_away(stop: Any) -> None:
    """The indexer process, until ``stop``."""
    registry._sources.clear()
    registry.register(BenchSource())
    ends = threading.Event()

    def follow() -> None:
        stop.wait()
        ends.set()

    threading.Thread(target=follow, daemon=True).start()
    services.run_indexer(ends)


def visibility(seeds: Seeds, seconds: int = 10) -> float:
    """p95 in ms from the commit of a record to the index that has it, at 100 records/s.

    Each tenth record carries a code of its own and must really be found once it counts as
    visible.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    indexer = context.Process(target=child, args=(f"{__name__}.index_away", stop))
    connections.close_all()
    indexer.start()
    try:
        return _publish(seeds, seconds * _PER_SECOND)
    finally:
        stop.set()
        indexer.join(20)


def _publish(seeds: Seeds, count: int) -> float:
    waiting: dict[int, float] = {}
    delays: list[float] = []
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(waiting, delays, done, count))
    _warm()
    watcher.start()
    began = time.perf_counter()
    for number, row in enumerate(rows(seeds, count, seed=99)):
        uid = f"new{number:09d}"
        fresh = (uid, row[1], row[2], row[3], f"QZ{number:06d}", *row[5:])
        with transaction.atomic():
            insert([fresh])
            seq = services.enqueue(source="bench", uid=uid, version=1)
        waiting[seq] = time.perf_counter()
        pause = began + (number + 1) / _PER_SECOND - time.perf_counter()
        time.sleep(max(0.0, pause))
    done.set()
    watcher.join(60)
    if len(delays) != count:
        raise AssertionError(f"{count - len(delays)} published records never became visible")
    for number in range(0, count, 10):
        found = queries.search(ANONYMOUS, SearchQuery(q=f"qz{number:06d}", facets=()))
        if found.total != 1:
            raise AssertionError(f"qz{number:06d}: {found.total}")
    return round(sorted(delays)[int(len(delays) * 0.95)] * 1000, 1)


def _warm() -> None:
    """Wait for the indexer's first commit."""
    seq = services.enqueue(source="bench", uid="warm", version=1)
    ends = time.perf_counter() + 60
    while reader.serving().reader.checkpoint().seq < seq:
        if time.perf_counter() > ends:
            raise AssertionError("the indexer did not start")
        time.sleep(0.05)


def _watch(
    waiting: dict[int, float], delays: list[float], done: threading.Event, count: int
) -> None:
    deadline = time.perf_counter() + 120
    while len(delays) < count and time.perf_counter() < deadline:
        reached = reader.serving().reader.checkpoint().seq
        now = time.perf_counter()
        arrived = [seq for seq in list(waiting) if seq <= reached]
        delays.extend(now - waiting.pop(seq) for seq in arrived)
        time.sleep(0.01)
