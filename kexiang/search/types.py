"""What contexts exchange with search: documents in, a query in, a page out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kexiang.kernel.actor import Actor

FEW = 3
"""With at most so many results people are helped on: pages and API ask with this ``few``."""

SORTS = ("relevance", "newest", "year", "value", "price", "fresh", "pinyin")
"""Orders a result may have; a leading ``-`` reverses one."""

PUBLIC = "public"
REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class SearchDoc:
    """One thing that can be found, as its owner describes it.

    ``id`` is the uid of the row and ``version`` its revision. ``keywords`` are exact codes,
    model numbers, standard numbers and key words; ``audience`` the tokens of which an actor
    must hold one to find it; ``facets`` values (codes) by facet name; ``numbers`` by name, of
    which the sorts read ``published``, ``fresh`` (seconds since 1970), ``year``, ``value``
    and ``price`` (yuan). ``suggest`` are phrases to offer while typing; without any, a short
    title and the key words are offered.
    """

    id: str
    kind: str
    version: int
    title: str
    body: str = ""
    keywords: tuple[str, ...] = ()
    audience: frozenset[str] = frozenset()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int | float] = field(default_factory=dict)
    sort_title: str = ""
    suggest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Facet and number names a source uses: derived from kinds, part of the index schema.

    ``kind_facets`` names the facets to show for one kind (``""``: for the tab of all kinds);
    ``weights`` is added to the relevance of every hit of a kind: 1 is little, 10 decides among
    hits that are alike, 100 puts the kind first. ``suggest_kinds``: for which kinds the search
    field offers suggestions of their own, in this order. ``nearest``: by facet, the value that
    records carry for one somebody asks for; a class below a table is found at its ancestor.
    """

    facets: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    kind_facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    suggest_kinds: tuple[str, ...] = ()
    nearest: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HitView:
    """What is shown of a hit, read from the database at the moment of answering."""

    title: str
    summary: str
    url: str
    kind: str = ""
    owner: str = ""
    region: str = ""
    year: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


class Source(Protocol):
    """A context's rows as search sees them; registered in its ``apps.py``."""

    name: str

    def spec(self) -> SourceSpec: ...

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        """The documents that should be findable now, in constant queries; others are gone."""
        ...

    def all_uids(self, after: str = "") -> Iterator[str]:
        """Every uid that should be findable, ascending, beginning behind ``after``."""
        ...

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        """What ``actor`` may see of these rows, in constant queries; others are left out."""
        ...

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What somebody looks for. ``filters`` by facet name, ``ranges`` by number name (both ends
    included, ``None`` open), ``facets`` the names to count, ``min_seq`` the outbox number a
    writer was given and wants to see reflected. ``few``: with at most so many results of the exact
    reading, what has all the words of an unspaced question is found as well. ``literal``: what
    is written is what is meant, no slip is corrected. ``why``: each hit tells why it was found."""

    q: str = ""
    kind: str = ""
    region: str = ""
    owner: str = ""
    year_from: int | None = None
    year_to: int | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    size: int = 20
    cursor: str = ""
    facets: Sequence[str] | None = None
    facet_size: int = 50
    min_seq: int | None = None
    few: int = 0
    literal: bool = False
    why: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text to emphasise, as character positions ``[start, end)``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of a page, ``why`` it was found in sentences (``is_literal``: the shown words say
    it as it was asked). ``highlight`` is HTML: escaped text
    with ``<mark>`` around what was found; ``title_marks`` are positions in the unescaped title."""

    id: str
    kind: str
    score: float
    source: str
    view: HitView
    highlight: str = ""
    title_html: str = ""
    title_marks: tuple[Mark, ...] = ()
    why: tuple[str, ...] = ()
    is_literal: bool = True


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many of the results carry this facet value; ``label`` for people."""

    value: str
    count: int
    label: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A phrase to offer while typing, and how many records of its group carry it."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class SuggestionGroup:
    """Suggestions of one kind (``unit``: organisations), under what people call it."""

    kind: str
    label: str
    items: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer. ``notes`` says in Chinese how the question was widened, if it was;
    ``stale`` that ``min_seq`` had not arrived in time; ``cursor`` asks for what follows.
    ``read_as`` is the question these hits answer, when the one asked finds nothing and holds a
    slip; ``advice`` a question that would find more."""

    total: int
    took_ms: float
    hits: list[Hit]
    facets: dict[str, list[Bucket]]
    notes: list[str] = field(default_factory=list)
    stale: bool = False
    cursor: str = ""
    widened: bool = False
    read_as: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class IndexFault:
    """A difference between a source and the index found by ``verify``."""

    source: str
    uid: str
    message: str
