"""The seam: what a search engine must be able to do for us (search.md §7.3).

A capability an engine lacks is ``CapabilityMissing``, never a silent difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kexiang.search.tree import All, Query

# Token fields (positions or not) and keyword fields every index has.
POSITIONAL = ("b", "tb", "py", "pi")
BAGS = ("w", "tw", "j")
KEYWORDS = ("acl", "source")
TIE = "tie"
PINYIN = "pinyin"
INTEGERS = (TIE, PINYIN)


def facet_field(name: str) -> str:
    return f"f_{name}"


def number_field(name: str) -> str:
    return f"n_{name}"


class CapabilityMissing(Exception):
    """The engine cannot do this; the message names what."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """``durable`` keeps the checkpoint in the same commit as the documents."""

    name: str
    phrases: bool = True
    exact_total: bool = True
    facets: bool = True
    keyset: bool = True
    suggest: bool = True
    durable: bool = True


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """Schema of an index: facet and number names; the rest is fixed above."""

    facets: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def number_fields(self) -> tuple[str, ...]:
        return (*INTEGERS, *map(number_field, self.numbers))


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as an engine stores it: tokens joined by blanks, nothing else of the text."""

    key: str
    source: str
    kind: str
    version: int
    tie: int
    pinyin: int
    tokens: Mapping[str, str]
    acl: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, float]
    suggest: tuple[str, ...] = ()
    learned: tuple[tuple[str, str], ...] = ()  # abbreviations its text explains, not indexed


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """``post_filters`` narrow hits and total and every facet but their own.

    ``order`` is empty for relevance, else a number field; ties are broken by ``tie``
    ascending, rows without the number come last. ``after`` is the (value, tie) of the last
    row seen; ``offset`` counts rows to skip. ``facets`` are pairs (name, size).
    """

    query: Query = field(default_factory=All)
    post_filters: tuple[tuple[str, Query], ...] = ()
    facets: tuple[tuple[str, int], ...] = ()
    order: str = ""
    descending: bool = True
    after: tuple[float | int | None, int] | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    key: str
    score: float
    value: float | int | None = None
    tie: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``generation`` names the commit that answered."""

    hits: tuple[Found, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    generation: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far into the outbox an index is: transaction number (0 on SQLite) and sequence."""

    xid: int = 0
    seq: int = 0

    def covers(self, xid: int, seq: int) -> bool:
        return (xid, seq) <= (self.xid, self.seq)


class IndexReader(Protocol):
    """Answers questions from one index; follows commits of the writer by itself."""

    def capabilities(self) -> Capabilities: ...

    def generation(self) -> str: ...

    def search(self, request: SearchRequest) -> SearchResult: ...

    def suggest(self, prefix: str, condition: Query, limit: int) -> list[tuple[str, int]]:
        """Stored suggestions beginning with ``prefix`` with their counts, commonest first."""
        ...

    def names(self, limit: int) -> list[tuple[str, int]]:
        """The commonest stored suggestions of all documents, with their counts."""
        ...

    def keys(self) -> Iterable[tuple[str, int]]:
        """Every key with the version it was indexed at."""
        ...

    def checkpoint(self) -> Checkpoint: ...

    def stats(self) -> dict[str, Any]: ...


class IndexWriter(Protocol):
    """The one writer of an index. Nothing is visible before ``commit``."""

    def upsert(self, entries: Iterable[Entry]) -> None: ...

    def add(self, entries: Iterable[Entry]) -> None:
        """Like ``upsert`` for keys known to be absent."""
        ...

    def delete(self, keys: Sequence[str]) -> None: ...

    def commit(self, checkpoint: Checkpoint) -> None: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """Makes, opens and drops indexes inside one folder."""

    name: str

    def create(self, folder: str, spec: IndexSpec) -> None: ...

    def reader(self, folder: str, spec: IndexSpec) -> IndexReader: ...

    def writer(self, folder: str, spec: IndexSpec, *, bulk: bool = False) -> IndexWriter: ...
