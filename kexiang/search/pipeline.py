"""Tokenising beside indexing: Python makes tokens in processes of its own while the engine
writes in this one. The database is read here only."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from kexiang.search.analysis.entries import tokenise
from kexiang.search.port import Entry
from kexiang.search.types import SearchDoc, Source

CHUNK = 500
_FEW = 4 * CHUNK  # below this a process costs more than it saves
_IN_FLIGHT = 3


def chunks(uids: Iterable[str], size: int = CHUNK) -> Iterator[list[str]]:
    iterator = iter(uids)
    while chunk := list(islice(iterator, size)):
        yield chunk


def all_entries(source: Source, *, processes: int | None = None) -> Iterator[list[Entry]]:
    """Every document of ``source`` as entries, in batches."""
    batches = (source.documents(chunk) for chunk in chunks(source.all_uids()))
    head = list(islice(batches, _FEW // CHUNK))
    count = processes if processes is not None else max(1, (os.cpu_count() or 2) - 1)
    if len(head) < _FEW // CHUNK or count == 0:
        for docs in head:
            yield tokenise(source.name, docs)
        for docs in batches:
            yield tokenise(source.name, docs)
        return
    context = multiprocessing.get_context("spawn")  # no copy of our connections and threads
    with context.Pool(count) as pool:
        yield from _pooled(pool.apply_async, source.name, head, batches, count * _IN_FLIGHT)


def _pooled(
    submit: Callable[..., Any],
    name: str,
    head: list[list[SearchDoc]],
    rest: Iterator[list[SearchDoc]],
    window: int,
) -> Iterator[list[Entry]]:
    waiting: deque[Any] = deque(submit(tokenise, (name, docs)) for docs in head)
    for docs in rest:
        waiting.append(submit(tokenise, (name, docs)))
        if len(waiting) > window:
            yield waiting.popleft().get()
    while waiting:
        yield waiting.popleft().get()
