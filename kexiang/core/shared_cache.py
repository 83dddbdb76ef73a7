"""A cache that all processes of one machine share without a server: one small SQLite file.

Log-in and rate limits must hold however many web processes there are. Django's file cache
counts by reading and writing back, so that simultaneous requests lose counts, and its database
cache would take the write lock of the platform's own database at every page. This one counts
in a single statement, in a file of its own that is worth nothing after a loss.

Several machines behind one address need ``KEXIANG_CACHE_URL`` (Redis).
"""

import logging
import os
import pickle
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

log = logging.getLogger("kexiang.cache")
WAIT_S = 2.0
SWEEP_ONE_IN = 500
FOREVER = 9e12
_TABLE = (
    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value, ends REAL NOT NULL)"
    " WITHOUT ROWID"
)
_INDEX = "CREATE INDEX IF NOT EXISTS entry_ends ON entry (ends)"
_SET = (
    "INSERT INTO entry VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends = excluded.ends"
)
_ADD = f"{_SET} WHERE entry.ends <= ?"
_INCR = (
    "UPDATE entry SET value = value + ? WHERE key = ? AND ends > ?"
    " AND typeof(value) = 'integer' RETURNING value"
)
_INTEGERS = range(-(2**62), 2**62)
T = TypeVar("T")


class SharedCache(BaseCache):
    """Django cache backend; ``LOCATION`` is the path of the file.

    A file that cannot be read or written (disk full, locked for seconds) counts as an empty
    cache: pages go on, and the log says so.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        """This thread's connection; a forked process opens its own."""
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            opened = sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)
            opened.execute("PRAGMA journal_mode=WAL")
            # In WAL mode this waits for the disk only at checkpoints, and never tears the file.
            opened.execute("PRAGMA synchronous=NORMAL")
            opened.execute(_TABLE)
            opened.execute(_INDEX)
            held = self._local.held = (os.getpid(), opened)
        return held[1]

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        try:
            return work(self._open())
        except (sqlite3.Error, OSError) as error:
            log.warning("cache %s: %s", self._path, error)
            return otherwise

    def _run(self, sql: str, *values: Any) -> int:
        """Execute a statement; the number of rows it changed."""
        return self._try(lambda db: db.execute(sql, values).rowcount, 0)

    def _row(self, sql: str, *values: Any) -> Any:
        return self._try(lambda db: db.execute(sql, values).fetchone(), None)

    def _ends(self, timeout: Any) -> float:
        ends = self.get_backend_timeout(timeout)
        return FOREVER if ends is None else ends

    def _sweep(self) -> None:
        if random.randrange(SWEEP_ONE_IN) == 0:  # noqa: S311 -- not a secret
            self._run("DELETE FROM entry WHERE ends <= ?", time.time())

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        sql = "SELECT value FROM entry WHERE key = ? AND ends > ?"
        row = self._row(sql, name, time.time())
        return default if row is None else _unpacked(row[0])

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        name = self.make_and_validate_key(key, version=version)
        self._run(_SET, name, _packed(value), self._ends(timeout))
        self._sweep()

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Set unless there is a living entry; of simultaneous callers exactly one succeeds."""
        name = self.make_and_validate_key(key, version=version)
        values = (name, _packed(value), self._ends(timeout), time.time())
        added = self._try(lambda db: db.execute(_ADD, values).rowcount, 1) > 0
        self._sweep()
        return added

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Count up in one statement. Raises ``ValueError`` when there is no such number."""
        name = self.make_and_validate_key(key, version=version)

        def count(db: sqlite3.Connection) -> Any:
            # All rows are fetched, so that the statement ends and gives its lock back.
            return db.execute(_INCR, (delta, name, time.time())).fetchall()

        rows: list[Any] = self._try(count, [])
        if not rows:
            raise ValueError(f"there is no number under {key!r}")
        return int(rows[0][0])

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        sql = "UPDATE entry SET ends = ? WHERE key = ? AND ends > ?"
        return self._run(sql, self._ends(timeout), name, time.time()) > 0

    def delete(self, key: Any, version: Any = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return self._run("DELETE FROM entry WHERE key = ?", name) > 0

    def has_key(self, key: Any, version: Any = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        sql = "SELECT 1 FROM entry WHERE key = ? AND ends > ?"
        return self._row(sql, name, time.time()) is not None

    def clear(self) -> None:
        self._run("DELETE FROM entry")


def _packed(value: Any) -> int | bytes:
    """Numbers stay numbers, so that they can be counted up; the rest is pickled."""
    if type(value) is int and value in _INTEGERS:
        return value
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _unpacked(stored: int | bytes) -> Any:
    # Only our own processes write the file (mode 600), as with Django's file cache.
    return stored if isinstance(stored, int) else pickle.loads(stored)  # noqa: S301 -- see above
