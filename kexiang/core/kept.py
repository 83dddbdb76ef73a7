"""Answers that every visitor asks for: computed by one process, shared by all of them.

A kept value answers at once while it is fresh. Then one caller computes it anew and the others
go on with the old one; only a value older than ``stale`` makes everybody wait for the one who
computes. So a page that many ask for never runs its queries more than once at a time, and a
change is seen within ``stale`` seconds. The store is the cache that all processes share.
"""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

FRESH = 20.0
STALE = 45.0
FOLDER = "kept"
T = TypeVar("T")


def kept(name: str, build: Callable[[], T], *, fresh: float = FRESH, stale: float = STALE) -> T:
    """The value kept under ``name``, or ``build()``; both times are in seconds.

    The value must be the same for every caller who uses the name, and can be pickled. What
    ``build`` raises is raised to the caller who computes; nothing is kept then.
    """
    key = f"kept:{hashlib.sha256(name.encode()).hexdigest()}"
    found: tuple[float, T] | None = cache.get(key)
    if found is not None and 0 <= time.time() - found[0] < fresh:
        return found[1]
    must_wait = found is None or not 0 <= time.time() - found[0] < stale
    with _turn(key, wait=must_wait) as mine:
        if not mine and found is not None:
            return found[1]
        again: tuple[float, T] | None = cache.get(key)
        if again is not None and 0 <= time.time() - again[0] < fresh:
            return again[1]  # somebody computed it while this caller waited
        began = time.time()
        value = build()
        cache.set(key, (began, value), stale)
        return value


@contextmanager
def _turn(key: str, *, wait: bool) -> Iterator[bool]:
    """Whether it is this caller's turn to compute: one at a time of all threads and processes."""
    folder = Path(settings.HOME) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{key[5:21]}.lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True  # closing the file gives the turn back
