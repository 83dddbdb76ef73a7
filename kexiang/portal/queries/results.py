"""The results page: hits, tabs, facets in the order of ux.md B3.3, and what to do without hits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words
from kexiang.portal.params import Params
from kexiang.reference import queries as reference
from kexiang.search import queries as search
from kexiang.search.types import Bucket, SearchPage, SearchQuery

FIRST = (
    "region",
    "owner",
    "service_ways",
    "voucher_usable",
    "accreditation_kinds",
    "report_kind",
    "current_state",
    "service_state",
    "open_state",
    "class_code",
)
LAST = ("brand", "nation", "year")
# Price and lead time stand before this filter (ux.md B3.3).
BEHIND_RANGES = "current_state"
HIDDEN = ("kind", "keywords")
SHOWN = 8
FACET_SIZE = 24
SINGLE = ("region", "owner")
OPEN_FACETS = 6
LARGEST_DEPTH = 1000
FEW = 3


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a filter; following ``url`` adds it to the question or takes it away."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter at the left: its values with counts; ``more`` are folded away."""

    name: str
    label: str
    values: Sequence[FacetValue]
    more: Sequence[FacetValue]
    is_open: bool
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A pair of number fields at the left."""

    name: str
    label: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter in force, with the parameter and value that a click takes away."""

    name: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Results:
    query: SearchQuery
    page: SearchPage
    tabs: Sequence[tuple[str, str, int]]
    facets: Sequence[Facet]
    ranges: Sequence[Range]
    chosen: Sequence[Chosen]
    sorts: Sequence[tuple[str, str]]
    pages: int
    is_cut: bool
    kind: KindSpec | None

    @property
    def first(self) -> int:
        """The running number of the first hit of this page."""
        return (self.query.page - 1) * self.query.size + 1


def results(actor: Actor, query: SearchQuery, asked: Params) -> Results:
    """One page of results with everything around it. Raises ``Invalid`` and ``NotReady``.

    ``asked`` are the parameters of the address, from which the links of the filters are made.
    """
    query = replace(query, few=FEW, why=True)
    page = search.search(actor, replace(query, facet_size=FACET_SIZE))
    spec = kinds.kind(query.kind) if query.kind else None
    reachable = min(page.total, LARGEST_DEPTH)
    return Results(
        query=query,
        page=page,
        tabs=_tabs(actor, query, page),
        facets=_facets(page, spec, asked),
        ranges=_ranges(query, spec),
        chosen=_chosen(query, page),
        sorts=_sorts(spec),
        pages=max(1, -(-reachable // query.size)),
        is_cut=page.total > LARGEST_DEPTH,
        kind=spec,
    )


def _tabs(actor: Actor, query: SearchQuery, page: SearchPage) -> list[tuple[str, str, int]]:
    """全部 and each kind that has results for the same words, place and unit."""
    if query.kind or query.filters or query.ranges:
        counts = search.counts(actor, replace(query, kind="", filters={}, ranges={}, sort=""))
    else:
        counts = {bucket.value: bucket.count for bucket in page.facets.get("kind", ())}
    tabs = [("", pgettext("tab", "全部"), sum(counts.values()))]
    tabs += [
        (spec.code, words.tab(spec), counts.get(spec.code, 0))
        for spec in kinds.kinds()
        if counts.get(spec.code) or spec.code == query.kind
    ]
    return tabs


def _common_labels() -> Mapping[str, str]:
    return {"region": _("区县"), "owner": _("单位"), "year": _("年份"), "kind": _("类型")}


def facet_label(name: str, spec: KindSpec | None) -> str:
    common = _common_labels()
    if name in common:
        return common[name]
    for known in [spec] if spec else kinds.kinds():
        if known.has(name):
            return words.label(known.field(name))
    return name


def _facets(page: SearchPage, spec: KindSpec | None, asked: Params) -> list[Facet]:
    names = [name for name in page.facets if name not in HIDDEN and page.facets[name]]
    order = {name: position for position, name in enumerate(FIRST)}
    order |= {name: 1000 + position for position, name in enumerate(LAST)}
    names.sort(key=lambda name: order.get(name, 100))
    found = []
    for position, name in enumerate(names):
        buckets = _sorted(name, page.facets[name])
        values = _with_links(name, [_worded(name, b, spec) for b in buckets], asked)
        is_open = position < OPEN_FACETS or any(b.chosen for b in buckets)
        label = facet_label(name, spec)
        is_late = order.get(name, 100) >= order[BEHIND_RANGES]
        found.append(Facet(name, label, values[:SHOWN], values[SHOWN:], is_open, is_late))
    return found


def _worded(name: str, bucket: Bucket, spec: KindSpec | None) -> Bucket:
    """A value of a filter in the language of the page; the index speaks Chinese."""
    return replace(bucket, label=_value_label(name, bucket.value, spec) or bucket.label)


def _value_label(name: str, value: str, spec: KindSpec | None) -> str:
    if not words.is_english():
        return ""
    if name == "region":
        return reference.region_label(value)
    fields = [known.field(name) for known in ([spec] if spec else kinds.kinds()) if known.has(name)]
    if fields and fields[0].type == "boolean":
        return _("是") if value == "true" else _("否")
    return words.code(fields[0], value) if fields else ""


def _with_links(name: str, buckets: Sequence[Bucket], asked: Params) -> list[FacetValue]:
    """Each value with the address that adds it or takes it away; region and unit hold one."""
    rest = [
        (key, value)
        for key, values in asked.lists()
        if key not in (name, "page", "cursor")
        for value in values
        if value
    ]
    start = urlencode(rest)
    chosen = [value for value in asked.getlist(name) if value]
    found = []
    for bucket in buckets:
        kept = [value for value in chosen if value != bucket.value]
        if not bucket.chosen:
            kept = [bucket.value] if name in SINGLE else [*kept, bucket.value]
        own = urlencode([(name, value) for value in kept])
        query = "&".join(part for part in (start, own) if part)
        url = f"/search?{query}" if query else "/search"
        found.append(FacetValue(bucket.label or bucket.value, bucket.count, url, bucket.chosen))
    return found


def _sorted(name: str, buckets: Sequence[Bucket]) -> list[Bucket]:
    """Years newest first; regions without the province and city that hold everything."""
    if name == "year":
        return sorted(buckets, key=lambda b: b.value, reverse=True)
    if name == "region":
        narrow = [b for b in buckets if not b.value.endswith("00") or b.chosen]
        return narrow or list(buckets)
    return list(buckets)


def _ranges(query: SearchQuery, spec: KindSpec | None) -> list[Range]:
    """Price, lead time, value and year, for the kinds that have them."""
    wanted = []
    if spec is not None:
        if spec.role("price"):
            wanted.append(("price", _("企业参考价(元)")))
        if spec.has("lead_days"):
            wanted.append(("days", _("周期(工作日)")))
        if spec.role("value"):
            wanted.append(("value", _("原值(元)")))
    found = []
    for name, label in wanted:
        low, high = query.ranges.get(name, (None, None))
        found.append(Range(name, label, _number(low), _number(high)))
    if spec is not None and spec.role("year"):
        found.append(Range("year", _("年份"), _number(query.year_from), _number(query.year_to)))
    return found


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _chosen(query: SearchQuery, page: SearchPage) -> list[Chosen]:
    """The filters in force as tags to take away."""
    spec = kinds.kind(query.kind) if query.kind else None
    pairs = [(n, v) for n, values in query.filters.items() for v in values]
    pairs += [(n, v) for n, v in (("region", query.region), ("owner", query.owner)) if v]
    found = []
    for name, value in pairs:
        labels = {b.value: b.label for b in page.facets.get(name, ())}
        label = _value_label(name, value, spec) or labels.get(value) or value
        text = f"{facet_label(name, spec)}:{label}"
        found.append(Chosen(name, value, text))
    ends = {**query.ranges, "year": (query.year_from, query.year_to)}
    titles = {
        "price": _("企业参考价"),
        "days": _("周期"),
        "value": _("原值"),
        "year": _("年份"),
    }
    for name, (low, high) in ends.items():
        for end, bound, sign in (("_from", low, "≥"), ("_to", high, "≤")):
            if bound is not None:
                text = f"{titles.get(name, name)} {sign} {_number(bound)}"
                found.append(Chosen(f"{name}{end}", "", text))
    return found


def _sorts(spec: KindSpec | None) -> list[tuple[str, str]]:
    """The orders that mean something for the kind."""
    sorts = [("relevance", _("综合")), ("fresh", _("最近更新")), ("newest", _("最新发布"))]
    if spec is not None and spec.role("price"):
        sorts += [("price", _("价格从低到高")), ("-price", _("价格从高到低"))]
    if spec is not None and spec.role("value"):
        sorts += [("value", _("原值从高到低"))]
    if spec is None or (spec.role("year") and not spec.role("value")):
        sorts += [("year", _("年份从新到旧")), ("-year", _("年份从旧到新"))]
    return [*sorts, ("pinyin", _("名称拼音"))]
