"""Filters of a question as conditions, each under the name of its facet."""

from collections.abc import Iterator

from kexiang.kernel.errors import Invalid, Problem
from kexiang.search import tree
from kexiang.search.port import IndexSpec, facet_field, number_field
from kexiang.search.registry import sources
from kexiang.search.types import SearchQuery


def invalid(where: str, message: str) -> Invalid:
    """The error at one parameter."""
    return Invalid([Problem(where, message, where)])


def region_filter(code: str) -> tree.Query:
    """A region with everything in it: 140400 finds 140403 (GB/T 2260 nests by pairs)."""
    prefix = code
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    field = facet_field("region")
    return tree.Term(field, code) if prefix == code else tree.Prefix(field, prefix)


def filters(spec: IndexSpec, query: SearchQuery) -> Iterator[tuple[str, tree.Query]]:
    if query.kind:
        yield "kind", tree.Term(facet_field("kind"), query.kind)
    if query.region:
        yield "region", region_filter(query.region)
    if query.owner:
        yield "owner", tree.Term(facet_field("owner"), query.owner)
    if query.year_from is not None or query.year_to is not None:
        yield "year", tree.Range(number_field("year"), query.year_from, query.year_to)
    for name, values in sorted(query.filters.items()):
        if values:
            _known(name, spec.facets)
            carried = {_nearest(name, value) for value in values}
            yield name, tree.Terms(facet_field(name), tuple(sorted(carried)))
    for name, (low, high) in sorted(query.ranges.items()):
        _known(name, spec.numbers)
        yield f"{name}#", tree.Range(number_field(name), low, high)


def _nearest(name: str, value: str) -> str:
    """The value records carry: CLC S511.01 is found at S511 where the table ends there."""
    for source in sources():
        if name in (nearest := source.spec().nearest):
            return nearest[name](value)
    return value


def _known(name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise invalid(name, f"没有这个筛选条件:{name}。")
