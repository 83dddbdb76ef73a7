"""The address of the results page: the same parameters as ``GET /api/v1/search`` (design.md §3).

A form sends every field, so an empty value means "not asked"; whatever cannot be read is told
in words and nothing is guessed or clamped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kexiang.kernel.errors import Invalid, Problem
from kexiang.search.types import SearchQuery

FIXED = (
    "q", "kind", "region", "owner", "year_from", "year_to", "sort", "page", "size", "cursor",
    "literal",
)  # fmt: skip
PAGE_ONLY = ("lang",)
SIZES = (20, 50, 100)
MAX_VALUES = 50
Params = MultiValueDict[str, str]


@dataclass
class _Reader:
    """Collects faults while reading, so that all of them are told at once."""

    params: Params
    problems: list[Problem] = field(default_factory=list)

    def whole(self, name: str, low: int, high: int, default: int | None) -> int | None:
        text = self.params.get(name, "").strip()
        if not text:
            return default
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            message = _("%(name)s 应为 %(low)s 到 %(high)s 之间的整数。")
            bounds = {"name": name, "low": low, "high": high}
            self.problems.append(Problem(name, message % bounds, name))
            return default
        return number

    def amount(self, name: str) -> float | None:
        text = self.params.get(name, "").strip().replace(",", "")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not -1e15 < number < 1e15:
            message = _("%(name)s 应为数字,例如 100。") % {"name": name}
            self.problems.append(Problem(name, message, name))
            return None
        return number


def read(params: Params) -> SearchQuery:
    """The question in an address. Raises ``Invalid`` with every fault found."""
    reader = _Reader(params)
    filters, ranges = _filters_and_ranges(reader)
    query = SearchQuery(
        q=params.get("q", "").strip(),
        kind=params.get("kind", ""),
        region=params.get("region", ""),
        owner=params.get("owner", ""),
        year_from=reader.whole("year_from", 1000, 2999, None),
        year_to=reader.whole("year_to", 1000, 2999, None),
        filters=filters,
        ranges=ranges,
        sort=params.get("sort", "") or "relevance",
        page=reader.whole("page", 1, 1000, 1) or 1,
        size=reader.whole("size", 1, 100, 20) or 20,
        cursor=params.get("cursor", ""),
        literal=params.get("literal", "") == "1",
    )
    if reader.problems:
        raise Invalid(reader.problems)
    return query


def _filters_and_ranges(
    reader: _Reader,
) -> tuple[Mapping[str, list[str]], Mapping[str, tuple[float | None, float | None]]]:
    """Everything that is no fixed name: ``<number>_from/_to`` are ranges, the rest facets."""
    filters: dict[str, list[str]] = {}
    ranges: dict[str, tuple[float | None, float | None]] = {}
    for name, values in reader.params.lists():
        if name in FIXED or name in PAGE_ONLY or not any(values):
            continue
        bare = name.removesuffix("_from").removesuffix("_to")
        if bare != name:
            ranges[bare] = (reader.amount(f"{bare}_from"), reader.amount(f"{bare}_to"))
        else:
            filters[name] = [value[:100] for value in values if value][:MAX_VALUES]
    return filters, {name: ends for name, ends in ranges.items() if ends != (None, None)}
