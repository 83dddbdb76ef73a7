"""The index that serves, as every process sees it: follows the alias and the commits."""

import contextlib
import threading
import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kexiang.kernel.errors import Unavailable
from kexiang.search import layout
from kexiang.search.analysis.entries import warm
from kexiang.search.port import Checkpoint, IndexReader, IndexSpec

_POLL = 0.02
_ATTEMPTS = 4


class NotReady(Unavailable):
    """There is no index yet: nothing has been built in this home."""

    code = "search_warming"


@dataclass(frozen=True, slots=True)
class Serving:
    """One opened index."""

    name: str
    folder: str
    reader: IndexReader
    spec: IndexSpec

    def generation(self) -> str:
        return f"{self.name}@{self.reader.generation()}"


_lock = threading.Lock()
_open: dict[str, tuple[tuple[int, int], Serving]] = {}


def serving() -> Serving:
    """The serving index, opened once per process and alias; raises ``NotReady``."""
    home = layout.home()
    for _attempt in range(_ATTEMPTS):
        try:
            mark_now = home.alias.stat()
        except FileNotFoundError:
            break
        mark = (mark_now.st_mtime_ns, mark_now.st_ino)
        held = _open.get(str(home.path))
        if held is not None and held[0] == mark:
            return held[1]
        with _lock, contextlib.suppress(FileNotFoundError, ValueError):
            _open[str(home.path)] = (mark, _opened(home))
        # a folder dropped between reading the alias and opening it: read the alias again
    raise NotReady(_("检索索引正在建立,请稍后再试。"))


def _opened(home: layout.Home) -> Serving:
    warm()
    name = home.current()
    spec = home.spec(name)
    folder = home.folder(name)
    return Serving(name, folder, home.engine.reader(folder, spec), spec)


def close_all() -> None:
    """Forget opened indexes (after a fork, and between tests)."""
    _open.clear()


def wait_for(index: Serving, place: Checkpoint, timeout: float = 0.5) -> bool:
    """Whether ``place`` of the outbox is in the index, waiting at most ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not index.reader.checkpoint().covers(place.xid, place.seq):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
        index = serving()
    return True
