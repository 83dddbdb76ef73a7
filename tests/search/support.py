"""A source over plain data, and small ways to put it into an index."""

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from django.db import connection, connections, transaction

from kexiang.kernel.actor import Actor
from kexiang.search import queries, services
from kexiang.search.types import HitView, SearchDoc, SourceSpec

PUBLIC = frozenset({"public"})


@dataclass
class Shelf:
    """Documents by uid. What is taken off the shelf must vanish from the index."""

    name: str = "shelf"
    docs: dict[str, SearchDoc] = field(default_factory=dict)
    facets: tuple[str, ...] = ("kind", "region", "owner", "year", "state")
    numbers: tuple[str, ...] = ("year", "price", "published", "value", "fresh")

    def put(self, *docs: SearchDoc) -> None:
        self.docs.update({doc.id: doc for doc in docs})

    def spec(self) -> SourceSpec:
        return SourceSpec(self.facets, self.numbers)

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        return [self.docs[uid] for uid in uids if uid in self.docs]

    def all_uids(self, after: str = "") -> Iterator[str]:
        yield from (uid for uid in sorted(self.docs) if uid > after)

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        tokens = queries.audience(actor)
        return {
            uid: self.view(self.docs[uid])
            for uid in uids
            if uid in self.docs and ("*" in tokens or self.docs[uid].audience & tokens)
        }

    @staticmethod
    def view(doc: SearchDoc) -> HitView:
        return HitView(doc.title, doc.body, f"/r/{doc.id}", doc.kind)

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        return {value: f"{name}={value}" for value in values}


def doc(uid: str, title: str, body: str = "", **more: object) -> SearchDoc:
    given = {"kind": "instrument", "version": 1, "audience": PUBLIC, **more}
    return SearchDoc(id=uid, title=title, body=body, **given)  # type: ignore[arg-type]


class TableShelf(Shelf):
    """A shelf whose documents are rows of a table: every process sees the same ones."""

    def __init__(self) -> None:
        super().__init__("table")

    @staticmethod
    def execute(sql: str, values: Sequence[object] = ()) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            return cursor.fetchall() if cursor.description else []

    def create(self) -> None:
        self.drop()
        self.execute(
            "CREATE TABLE shelf_row (uid varchar(26) PRIMARY KEY, title text, version int)"
        )

    def drop(self) -> None:
        self.execute("DROP TABLE IF EXISTS shelf_row")

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
        return dict(self.execute("SELECT uid, version FROM shelf_row"))

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        marks = ", ".join(["%s"] * len(uids))
        rows = self.execute(f"SELECT * FROM shelf_row WHERE uid IN ({marks})", uids)  # noqa: S608
        return [doc(uid, title, version=version) for uid, title, version in rows]

    def all_uids(self, after: str = "") -> Iterator[str]:
        rows = self.execute("SELECT uid FROM shelf_row WHERE uid > %s ORDER BY uid", [after])
        yield from (uid for (uid,) in rows)

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        return {found.id: self.view(found) for found in self.documents(uids)}


@contextlib.contextmanager
def indexer_process(kill: bool = False) -> Iterator[int]:
    """An indexer in a process of its own, ended (or killed with -9) on leaving."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            stop = Event()
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            services.run_indexer(stop)
            os._exit(0)
        finally:
            os._exit(1)
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL if kill else signal.SIGTERM)
        os.waitpid(child, 0)
