"""``kexiang bench kills``: the indexer is killed in mid-commit again and again while rows change.

Each time a new one takes over where the index stands. Nothing may be lost, doubled or torn: after
every kill the index opens and holds each key once, and at the end it holds exactly the rows of
the table in their last version. ``tests/search`` runs the same driver with 20 kills.
"""

import argparse
import contextlib
import mmap
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from django.db import connection, connections, transaction

from kexiang.kernel.actor import Actor
from kexiang.search import indexer, reader, registry, services
from kexiang.search.adapters.tantivy_engine import TantivyWriter
from kexiang.search.types import HitView, SearchDoc, SourceSpec

UIDS = 60
SHORTEST_S, LONGEST_S = 0.03, 0.25
PATIENCE_S = 3.0
"""How long a kill waits for a commit to be under way; then it happens anyway."""


class TableSource:
    """A source whose documents are rows of a table: every process sees the same ones."""

    name = "table"

    def create(self) -> None:
        self.drop()
        self.execute(
            "CREATE TABLE shelf_row (uid varchar(26) PRIMARY KEY, title text, version int)"
        )

    def drop(self) -> None:
        self.execute("DROP TABLE IF EXISTS shelf_row")

    @staticmethod
    def execute(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            return list(cursor.fetchall()) if cursor.description else []

    def write(self, uid: str, title: str, version: int) -> int:
        """Insert or change a row and note it, in one transaction; returns the outbox number."""
        with transaction.atomic():
            self.execute("DELETE FROM shelf_row WHERE uid = %s", [uid])
            self.execute("INSERT INTO shelf_row VALUES (%s, %s, %s)", [uid, title, version])
            return services.enqueue(source=self.name, uid=uid, version=version)

    def remove(self, uid: str) -> int:
        with transaction.atomic():
            self.execute("DELETE FROM shelf_row WHERE uid = %s", [uid])
            return services.enqueue(source=self.name, uid=uid, version=0, op="delete")

    def rows(self) -> dict[str, int]:
        """What the index should hold: uid → version."""
        return {str(uid): int(n) for uid, n in self.execute("SELECT uid, version FROM shelf_row")}

    def spec(self) -> SourceSpec:
        return SourceSpec(("kind", "region", "owner", "year", "state"), ("year", "price"))

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        marks = ", ".join(["%s"] * len(uids))
        rows = self.execute(f"SELECT * FROM shelf_row WHERE uid IN ({marks})", uids)  # noqa: S608 -- marks only
        return [
            SearchDoc(
                id=uid,
                kind="instrument",
                version=version,
                title=title,
                body="",
                audience=frozenset({"public"}),
            )
            for uid, title, version in rows
        ]

    def all_uids(self, after: str = "") -> Iterator[str]:
        rows = self.execute("SELECT uid FROM shelf_row WHERE uid > %s ORDER BY uid", [after])
        yield from (str(uid) for (uid,) in rows)

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        return {d.id: HitView(d.title, d.body, f"/r/{d.id}", d.kind) for d in self.documents(uids)}

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        return {value: f"{name}={value}" for value in values}


@contextlib.contextmanager
def indexer_process(*, kill: bool = False, committing: mmap.mmap | None = None) -> Iterator[int]:
    """An indexer in a process of its own, ended (or killed with -9) on leaving.

    ``committing`` is memory shared with it: its first byte is 1 while the engine commits, and
    stays 1 when the process dies there.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            stop = Event()
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            if committing is not None:
                _tell_commits(committing)
            services.run_indexer(stop)
            os._exit(0)
        finally:
            os._exit(1)
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL if kill else signal.SIGTERM)
        os.waitpid(child, 0)


def _tell_commits(committing: mmap.mmap) -> None:
    """In the child only: raise the flag for the length of each commit."""
    real = TantivyWriter.commit

    def commit(self: TantivyWriter, checkpoint: Any) -> None:
        committing[0] = 1
        real(self, checkpoint)
        committing[0] = 0

    TantivyWriter.commit = commit  # type: ignore[method-assign]  # the child's own copy


@dataclass
class Found:
    """What happened. ``in_commit`` counts the kills that hit the engine inside a commit."""

    kills: int = 0
    in_commit: int = 0
    writes: int = 0
    version: int = 1
    faults: list[str] = field(default_factory=list)


def drive(table: TableSource, *, kills: int, seed: int = 20) -> Found:
    """Change rows and kill the indexer ``kills`` times; the index exists and the table is known.

    ``faults`` names every torn or doubled index, and at the end what is lost or left over.
    """
    chance, found = random.Random(seed), Found()
    with contextlib.closing(mmap.mmap(-1, 1)) as committing:
        for _ in range(kills):
            committing[0] = 0
            with indexer_process(kill=True, committing=committing):
                _change_until_commit(table, chance, found, committing)
            found.kills += 1
            found.in_commit += committing[0]
            _look(found)
    services.catch_up()
    _compare(table, found)
    return found


def _change_until_commit(
    table: TableSource, chance: random.Random, found: Found, committing: mmap.mmap
) -> None:
    began = time.monotonic()
    earliest = began + chance.uniform(SHORTEST_S, LONGEST_S)
    while (now := time.monotonic()) < began + PATIENCE_S:
        if now > earliest and committing[0]:
            time.sleep(chance.uniform(0, 0.002))
            return
        found.version += 1
        found.writes += 1
        uid = f"{chance.randrange(UIDS):03d}"
        if chance.random() < 0.2:
            table.remove(uid)
        else:
            table.write(uid, f"第{found.version}版", found.version)


def _look(found: Found) -> None:
    """The index opens after the kill and holds each key once."""
    reader.close_all()
    serving = reader.serving().reader
    pairs = list(serving.keys())
    keys = [key for key, _version in pairs]
    documents = serving.stats()["documents"]
    if not len(keys) == len(set(keys)) == documents:
        found.faults.append(
            f"kill {found.kills}: {documents} documents, {len(keys)} keys, {len(set(keys))} known"
        )


def _compare(table: TableSource, found: Found) -> None:
    reader.close_all()
    pairs = list(reader.serving().reader.keys())
    indexed = {key.partition(":")[2]: version for key, version in pairs}
    rows = table.rows()
    for uid in sorted(indexed.keys() | rows.keys()):
        if indexed.get(uid) != rows.get(uid):
            found.faults.append(f"{uid}: {rows.get(uid)} in the table, {indexed.get(uid)} found")
    found.faults += [str(fault) for fault in services.verify()]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=20, help="杀死索引进程的次数")
    parser.add_argument("--seed", type=int, default=20, help="随机数种子")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The figures of the issue; raises ``AssertionError`` when anything is lost, doubled, torn."""
    indexer.BREATH = 0.001
    table = TableSource()
    table.create()
    registry.register(table)
    table.write("000", "开始", 1)
    services.rebuild()
    began = time.perf_counter()
    found = drive(table, kills=args.kills, seed=args.seed)
    seconds = time.perf_counter() - began
    if found.faults:
        raise AssertionError("\n".join(found.faults[:20]))
    print(
        f"杀死 {found.kills} 次(其中 {found.in_commit} 次正在提交),期间写入 {found.writes:,} 次,"
        f"索引与数据库逐条一致"
    )
    return {
        "kills": found.kills,
        "in_commit": found.in_commit,
        "writes": found.writes,
        "documents": len(table.rows()),
        "lost": 0,
        "doubled": 0,
        "torn": 0,
        "seconds": round(seconds, 1),
    }
