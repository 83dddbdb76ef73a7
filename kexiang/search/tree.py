"""The query tree: what adapters translate. Frozen, hashable, JSON round trip.

Interpretation of what people type happens once, above the port (``plan.py``); an adapter
only translates. Scores: ``Tokens`` score, everything under ``Filter.filter`` does not.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Op = Literal["and", "phrase", "any", "prefix_phrase"]
OPS: tuple[str, ...] = get_args(Op)
Value = str | int | float


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Terms of one token field: all of them, in a row, or any. In a ``prefix_phrase`` the
    last term may go on."""

    field: str
    terms: tuple[str, ...]
    op: Op = "phrase"


@dataclass(frozen=True, slots=True)
class Term:
    """A keyword field holds exactly this value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Terms:
    """A keyword field holds one of these values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A number field lies between two bounds; ``None`` leaves a side open."""

    field: str
    low: float | int | None = None
    high: float | int | None = None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """A number field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """A keyword field holds a value beginning like this."""

    field: str
    prefix: str


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least ``least`` of the parts."""

    parts: tuple["Query", ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    part: "Query"


@dataclass(frozen=True, slots=True)
class Boost:
    part: "Query"
    factor: float


@dataclass(frozen=True, slots=True)
class Const:
    """Matches like its part and scores a constant."""

    part: "Query"
    score: float


@dataclass(frozen=True, slots=True)
class Rank:
    """Matches what ``must`` matches; those that match ``should`` as well come earlier."""

    must: "Query"
    should: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """``part`` narrowed down by ``filter``, which adds nothing to the score."""

    part: "Query"
    filter: "Query"


Query = (
    All
    | Nothing
    | Tokens
    | Term
    | Terms
    | Range
    | Exists
    | Prefix
    | And
    | Or
    | Not
    | Boost
    | Const
    | Rank
    | Filter
)
_NODES: dict[str, type[Any]] = {node.__name__: node for node in get_args(Query)}


def to_json(query: Query) -> dict[str, Any]:
    """A JSON object from which ``from_json`` makes an equal tree."""
    encoded: dict[str, Any] = {"node": type(query).__name__}
    for slot in fields(query):
        encoded[slot.name] = _encode(getattr(query, slot.name))
    return encoded


def _encode(value: Any) -> Any:
    if type(value).__name__ in _NODES:
        return to_json(value)
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def from_json(encoded: dict[str, Any]) -> Query:
    """The tree; raises ``ValueError`` for an unknown node and ``TypeError`` for odd fields."""
    name = encoded.get("node", "")
    if name not in _NODES:
        raise ValueError(f"unknown query node {name!r}")
    node: Query = _NODES[name](**{k: _decode(v) for k, v in encoded.items() if k != "node"})
    return node


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        return from_json(value)
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    return value


def narrow(query: Query, *filters: Query) -> Query:
    """``query`` with every filter applied."""
    for condition in filters:
        query = Filter(query, condition)
    return query
