"""The sources contexts have registered, and the index schema that follows from them."""

import hashlib
import json
from collections.abc import Sequence

from kexiang.search.analysis import VERSION
from kexiang.search.port import IndexSpec
from kexiang.search.types import Source

_sources: dict[str, Source] = {}
_ALWAYS = ("kind", "region", "owner", "year")
_NUMBERS = ("published", "fresh", "year", "value", "price")


def register(source: Source) -> None:
    """Add or replace the source of this name."""
    _sources[source.name] = source


def unregister(name: str) -> None:
    _sources.pop(name, None)


def sources() -> Sequence[Source]:
    return tuple(_sources.values())


def source(name: str) -> Source | None:
    return _sources.get(name)


def index_spec() -> IndexSpec:
    """Facet and number names of all sources, in a stable order."""
    specs = [s.spec() for s in _sources.values()]
    facets = {*_ALWAYS, *(name for spec in specs for name in spec.facets)}
    numbers = {*_NUMBERS, *(name for spec in specs for name in spec.numbers)}
    return IndexSpec(tuple(sorted(facets)), tuple(sorted(numbers)))


def schema_mark(spec: IndexSpec) -> str:
    """``s{schema hash}-a{analyser}``: the middle of an index name."""
    encoded = json.dumps([spec.facets, spec.numbers]).encode()
    return f"s{hashlib.sha256(encoded).hexdigest()[:8]}-a{VERSION}"
