"""Writes: registering sources, noting changes, keeping and rebuilding the index."""

from collections.abc import Iterable, Iterator
from threading import Event

from kexiang.search import indexer, layout, outbox, reader, registry
from kexiang.search.analysis.entries import key_of
from kexiang.search.models import Outbox
from kexiang.search.pipeline import chunks
from kexiang.search.saving import change_search as change_search
from kexiang.search.saving import delete_search as delete_search
from kexiang.search.saving import mark_read as mark_read
from kexiang.search.saving import save_search as save_search
from kexiang.search.saving import tell_due as tell_due
from kexiang.search.types import IndexFault, Source

_BULK = 500


def register_source(source: Source) -> None:
    """Make a context's rows findable. Called from its ``apps.py``."""
    registry.register(source)


def enqueue(*, source: str, uid: str, version: int, op: str = "upsert") -> int:
    """Note a change in the caller's transaction; returns its outbox number.

    Pass the number as ``min_seq`` to a search that must reflect the change.
    """
    row = Outbox.objects.create(
        xid=outbox.current_xid(), source=source, uid=uid, version=version, op=op
    )
    return row.seq


def enqueue_many(
    *, source: str, changes: Iterable[tuple[str, int]], op: str = "upsert"
) -> int | None:
    """Note many changes (uid, version) at once; returns the last number, if any."""
    xid = outbox.current_xid()
    rows = [
        Outbox(xid=xid, source=source, uid=uid, version=version, op=op) for uid, version in changes
    ]
    Outbox.objects.bulk_create(rows, batch_size=_BULK)
    return Outbox.objects.order_by("-seq").values_list("seq", flat=True).first() if rows else None


def run_indexer(stop_event: Event) -> None:
    """Keep the index up to date until ``stop_event`` is set (the indexer process)."""
    indexer.run(stop_event)


def rebuild(progress: indexer.Progress | None = None) -> str:
    """Build the index anew beside the serving one and swap; returns its name.

    ``progress`` is called with the source's name and the number of documents done. Raises
    ``search.layout.Busy`` when a rebuild is already running.
    """
    return indexer.rebuild(layout.home(), progress)


def rollback() -> str:
    """Let the index before the last rebuild serve again; "" when that is impossible."""
    return indexer.rollback(layout.home())


def catch_up() -> int:
    """Take in everything waiting, once, without an indexer process; returns the rows read.

    For commands and tests. Builds the index when there is none. Raises ``layout.Busy`` while
    an indexer runs.
    """
    home = layout.home()
    with home.lock("indexer"):
        if indexer.outdated(home):
            indexer.rebuild(home)
        keeper = indexer.Indexer(home)
        done = 0
        try:
            while read := keeper.step():
                done += read
        finally:
            keeper.close()
        return done


def needs_rebuild() -> str:
    """Why the index must be built anew, in Chinese; "" when it is fine."""
    return indexer.outdated(layout.home())


def verify() -> Iterator[IndexFault]:
    """Compare the serving index with its sources, row by row.

    Rows changed while this runs may be named wrongly; run it twice before acting.
    """
    indexed = dict(reader.serving().reader.keys())
    for source in registry.sources():
        for uids in chunks(source.all_uids()):
            for doc in source.documents(uids):
                version = indexed.pop(key_of(source.name, doc.id), None)
                if version is None:
                    yield IndexFault(source.name, doc.id, "索引中没有")
                elif version != doc.version:
                    yield IndexFault(source.name, doc.id, f"索引为旧版本 {version}")
    for key in indexed:
        name, _, uid = key.partition(":")
        yield IndexFault(name, uid, "索引中多出")
