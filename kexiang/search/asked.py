"""A question as an address has it: the parameters of the results page, read and put in order."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from kexiang.kernel.errors import Invalid, Problem
from kexiang.search.port import IndexSpec
from kexiang.search.types import SearchQuery

LONGEST = 1000
_TEXTS = ("q", "kind", "region", "owner")
_YEARS = ("year_from", "year_to")
_LEFT_OUT = frozenset({"sort", "page", "size", "cursor", "lang", "literal", "name", "frequency"})
_MOST_VALUES = 50
Lists = Mapping[str, Sequence[str]]


def lists(question: str) -> Lists:
    """The values of each parameter of an address."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(question, max_num_fields=200, errors="replace"):
        found.setdefault(name, []).append(value.replace("\x00", ""))
    return found


def _first(params: Lists, name: str) -> str:
    return params.get(name, [""])[0].strip()


def canonical(question: str, spec: IndexSpec) -> str:
    """The question alone, without order and page, as it is kept.

    Raises ``Invalid`` when nothing is asked, when it is too long or a condition is unknown.
    """
    pairs = sorted(
        (name, value)
        for name, values in lists(question).items()
        for value in values
        if value.strip() and name not in _LEFT_OUT
    )
    kept = urlencode(pairs)
    if not pairs:
        raise _invalid(_("还没有检索条件:请先输入检索词或选择条件,再收藏。"))
    if len(kept) > LONGEST:
        raise _invalid(_("检索条件太长,请减少几个条件后再收藏。"))
    read(kept, spec)
    return kept


def read(question: str, spec: IndexSpec) -> SearchQuery:
    """The query of a kept question. Raises ``Invalid`` for a condition this index lacks."""
    params = lists(question)
    filters: dict[str, list[str]] = {}
    ranges: dict[str, tuple[float | None, float | None]] = {}
    for name, values in params.items():
        bare = name.removesuffix("_from").removesuffix("_to")
        if name in _TEXTS or name in _YEARS:
            continue
        if name in spec.facets:
            filters[name] = [value[:100] for value in values][:_MOST_VALUES]
        elif bare != name and bare in spec.numbers:
            ends = (_number(params, f"{bare}_from"), _number(params, f"{bare}_to"))
            ranges[bare] = ends
        else:
            raise _invalid(_("没有检索条件“%(name)s”。") % {"name": name[:50]})
    years = [_number(params, name) for name in _YEARS]
    q, kind, region, owner = (_first(params, name)[:200] for name in _TEXTS)
    first, last = (None if year is None else int(year) for year in years)
    return SearchQuery(q, kind, region, owner, first, last, filters, ranges)


def conditions(question: str) -> tuple[str, int]:
    """The words that were typed, and how many other conditions there are."""
    params = lists(question)
    others = sum(
        len(values) for name, values in params.items() if name != "q" and name not in _LEFT_OUT
    )
    return _first(params, "q"), others


def _number(params: Lists, name: str) -> float | None:
    text = _first(params, name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not -1e15 < number < 1e15:
        raise _invalid(_("%(name)s 应为数字。") % {"name": name})
    return number


def _invalid(message: str) -> Invalid:
    return Invalid([Problem("question", message, "question")])
