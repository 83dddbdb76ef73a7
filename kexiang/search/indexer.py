"""Keeps the serving index up to date from the outbox, and builds new ones beside it.

Applying is idempotent: an operation only names a row, the source is asked what should be
findable now. The checkpoint is in the same commit as the documents, so that a killed indexer
replays some rows and skips none.
"""

import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event

from django.db import close_old_connections
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError

from kexiang.search import layout, near, outbox, pipeline, registry
from kexiang.search.analysis.entries import key_of, tokenise, warm
from kexiang.search.models import IndexerLease, Outbox
from kexiang.search.port import Checkpoint, Entry, IndexWriter

log = logging.getLogger("kexiang.search")
Progress = Callable[[str, int], None]

BREATH = 0.1  # seconds between commits: what arrives meanwhile shares one
_BEAT = 5.0
_PRUNE = 600.0
_REPLAYS = 50


def apply(writer: IndexWriter, rows: Sequence[Outbox], taken: list[Entry] | None = None) -> int:
    """Take the rows' documents into ``writer``, each once; returns how many changed.

    What was taken in is added to ``taken``, for the dictionary of near phrases."""
    wanted: dict[str, dict[str, None]] = {}
    for row in rows:
        wanted.setdefault(row.source, {})[row.uid] = None
    for name, uids in wanted.items():
        source = registry.source(name)
        docs = source.documents(list(uids)) if source else []
        present = {doc.id for doc in docs}
        writer.delete([key_of(name, uid) for uid in uids if uid not in present])
        entries = tokenise(name, docs)
        writer.upsert(entries)
        if taken is not None:
            taken += entries
    return sum(map(len, wanted.values()))


class Indexer:
    """The one writer of the serving index. Follows the alias when a rebuild swaps it."""

    def __init__(self, home: layout.Home) -> None:
        self._home = home
        self._name = ""
        self._writer: IndexWriter | None = None
        self.checkpoint = Checkpoint()

    def open(self) -> None:
        self.close()
        name = self._home.current()
        spec = self._home.spec(name)
        folder = self._home.folder(name)
        self._writer = self._home.engine.writer(folder, spec)
        self._name = name
        self.checkpoint = self._home.engine.reader(folder, spec).checkpoint()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def step(self) -> int:
        """Take in what is waiting, at most one batch; returns the number of rows read."""
        if self._writer is None or self._home.current() != self._name:
            self.open()
        rows = outbox.pending(self.checkpoint)
        if rows and self._writer is not None:
            reached = Checkpoint(rows[-1].xid, rows[-1].seq)
            taken: list[Entry] = []
            apply(self._writer, rows, taken)
            self._writer.commit(reached)
            self.checkpoint = reached
            near.add(self._home.folder(self._name), taken)
        return len(rows)

    def beat(self) -> None:
        """Tell the others that this process keeps this folder."""
        IndexerLease.objects.update_or_create(
            place=f"{socket.gethostname()}:{self._home.path}"[:255],
            defaults={
                "pid": os.getpid(),
                "index_name": self._name,
                "xid": self.checkpoint.xid,
                "seq": self.checkpoint.seq,
                "beat_at": Now(),
            },
        )


def outdated(home: layout.Home) -> str:
    """Why the serving index cannot be continued, in Chinese; "" when it can."""
    name = home.current()
    if not name or not (home.path / name).is_dir():
        return "还没有索引"
    spec = registry.index_spec()
    if registry.schema_mark(spec) not in name:
        return "资源类型或分词规则已变更"
    checkpoint = home.engine.reader(home.folder(name), home.spec(name)).checkpoint()
    if outbox.is_behind(checkpoint):
        return "索引比数据库新(数据库可能是从备份恢复的)"
    if not outbox.reaches_back_to(checkpoint):
        return "索引停留太久,缺少的变更记录已清理"
    return ""


def run(stop: Event) -> None:
    """Keep the index up to date until ``stop``: the body of the indexer process.

    Waits while another process holds the lease. A database that is away is waited for.
    """
    home = layout.home()
    while not stop.is_set():
        try:
            with home.lock("indexer"):
                _keep(home, stop)
        except layout.Busy:
            stop.wait(0.5)


def _keep(home: layout.Home, stop: Event) -> None:
    if reason := outdated(home):
        log.warning("search index is rebuilt: %s", reason)
        rebuild(home)
    warm()
    indexer = Indexer(home)
    last_beat = last_prune = float("-inf")
    try:
        while not stop.is_set():
            try:
                indexer.step()
                if time.monotonic() - last_beat > _BEAT:
                    indexer.beat()
                    last_beat = time.monotonic()
                if time.monotonic() - last_prune > _PRUNE:
                    outbox.prune(indexer.checkpoint)
                    last_prune = time.monotonic()
            except (OperationalError, InterfaceError):
                log.exception("the database is away; trying again")
                close_old_connections()
                stop.wait(1.0)
            stop.wait(BREATH)
    finally:
        indexer.close()


def rebuild(home: layout.Home, progress: Progress | None = None) -> str:
    """Build a new index beside the serving one, catch up, swap. Returns its name.

    Serving never stops; the index before is kept for ``rollback``. Raises ``layout.Busy``
    when another rebuild is running.
    """
    with home.lock("build"):
        previous = home.current()
        home.drop_all_but({previous} - {""})
        start = outbox.latest()
        name = home.create(registry.index_spec())
        writer = home.engine.writer(home.folder(name), home.spec(name), bulk=True)
        try:
            learned = _fill(writer, progress)
            writer.commit(start)
            _catch_up(writer, start)
        finally:
            writer.close()
        reader = home.engine.reader(home.folder(name), home.spec(name))
        near.build(home.folder(name), reader.names(near.MOST_NAMES), learned)
        home.point_to(name)
        return name


def _fill(writer: IndexWriter, progress: Progress | None) -> Counter[tuple[str, str]]:
    """Every document of every source; returns the abbreviations they explain."""
    learned: Counter[tuple[str, str]] = Counter()
    for source in registry.sources():
        done = 0
        for entries in pipeline.all_entries(source):
            writer.add(entries)
            learned.update(pair for entry in entries for pair in entry.learned)
            done += len(entries)
            if progress:
                progress(source.name, done)
    return learned


def _catch_up(writer: IndexWriter, checkpoint: Checkpoint) -> None:
    """Replay what changed during the build, until next to nothing is left."""
    for _ in range(_REPLAYS):
        rows = outbox.pending(checkpoint)
        if not rows:
            return
        apply(writer, rows)
        checkpoint = Checkpoint(rows[-1].xid, rows[-1].seq)
        writer.commit(checkpoint)
        if len(rows) < outbox.BATCH // 10:
            return


def rollback(home: layout.Home) -> str:
    """Let the index before the last rebuild serve again; returns its name, or "".

    It is only taken when the outbox still holds everything it has missed.
    """
    current = home.current()
    earlier = [name for name in home.names() if name != current]
    if not earlier:
        return ""
    name = earlier[-1]
    checkpoint = home.engine.reader(home.folder(name), home.spec(name)).checkpoint()
    if not outbox.reaches_back_to(checkpoint):
        return ""
    home.point_to(name)
    return name
