"""Numbers and blocks for the home page, unit sites and overviews, each with its definition.

Counted over what the public side shows. Nothing is kept here: who shows them to every visitor
keeps the whole page's answer (``core.kept``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.queries.cards import card
from kexiang.catalog.types import Card, Figure, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

PER_UNIT = 2
YI = Decimal(10_000)


def public_rows(today: date) -> QuerySet[Record]:
    """What everybody may see: published, unrestricted, not expired."""
    return Record.objects.filter(policies.on_public_side(today), visibility=Visibility.PUBLIC)


def sharing_owners(today: date) -> list[str]:
    """Uids of the units with at least one public record; offices that publish are no units."""
    rows = public_rows(today).filter(owner__is_department=False)
    found = rows.order_by().values_list("owner__uid", flat=True)
    return list(found.distinct())


def public_figures(actor: Actor, today: date) -> list[Figure]:
    """The numbers of the home page, with date and definition (ux.md B3.2.4, B1.10)."""
    sums = public_rows(today).aggregate(
        units=Count("owner", filter=Q(owner__is_department=False), distinct=True),
        instruments=Count("pk", filter=Q(kind="instrument")),
        value=Sum("value_wan", filter=Q(kind="instrument")),
        hours=Sum("external_hours", filter=Q(kind="instrument")),
        tests=Count("pk", filter=Q(kind="test_item")),
        records=Count("pk"),
    )
    yi = ((sums["value"] or Decimal(0)) / YI).quantize(Decimal("0.01"))
    return [
        _figure("units", _("入网单位"), sums["units"], _("家"), today, UNITS),
        _figure("instruments", _("共享仪器"), sums["instruments"], _("台(套)"), today, INSTRUMENTS),
        _figure("value", _("仪器原值"), yi, _("亿元"), today, VALUE),
        _figure("hours", _("年对外服务机时"), sums["hours"] or 0, _("小时"), today, HOURS),
        _figure("tests", _("检测项目"), sums["tests"], _("项"), today, TESTS),
        _figure("records", _("公开资源"), sums["records"], _("项"), today, RECORDS),
    ]


UNITS = gettext_lazy("至少有一条已公开资源记录的管理单位数")
INSTRUMENTS = gettext_lazy("状态为已发布、向社会公开的大型科研仪器记录数")
VALUE = gettext_lazy("已公开大型科研仪器的原值合计,进口仪器按建账时汇率折合")
HOURS = gettext_lazy("已公开仪器最近一次填报的年对外服务机时合计")
TESTS = gettext_lazy("状态为已发布、在有效期内、向社会公开的检测项目数")
RECORDS = gettext_lazy("已发布、在有效期内、向社会公开的各类资源记录数")
# A number and the list behind it agree (a test follows each of these).
LINKS = {
    "units": "/units?sharing=1",
    "instruments": "/search?kind=instrument",
    "value": "/search?kind=instrument&sort=value",
    "hours": "/search?kind=instrument",
    "tests": "/search?kind=test_item",
    "records": "/search",
}


def _figure(
    name: str, label: str, value: Decimal | int, unit: str, today: date, definition: Any
) -> Figure:
    return Figure(name, label, value, unit, today, str(definition), LINKS[name])


@dataclass(frozen=True, slots=True)
class CountyRow:
    """How many public records of each kind lie in one county or zone."""

    region: str
    name: str
    counts: dict[str, int]
    total: int


def figures_by_county(actor: Actor, today: date) -> list[CountyRow]:
    """County × kind in the order of the region table; empty counties stand at 0 (A-33)."""
    found: dict[str, dict[str, int]] = {}
    rows = public_rows(today).values("region", "kind").annotate(n=Count("pk")).order_by()
    for row in rows:
        code = _county(row["region"])
        counts = found.setdefault(code, {})
        counts[row["kind"]] = counts.get(row["kind"], 0) + row["n"]
    listed = [info.code for info in reference.regions(reference.active_pack().region)]
    rest = sorted(code for code in found if code and code not in listed)
    return [
        CountyRow(
            code,
            reference.region_name(code),
            found.get(code, {}),
            sum(found.get(code, {}).values()),
        )
        for code in [*listed, *rest]
    ]


def _county(code: str) -> str:
    info = reference.resolve_region(code)
    return info.code if info is not None else code


def kind_counts(actor: Actor, today: date) -> dict[str, int]:
    """Public records by kind, for tabs and doors."""
    return dict(public_rows(today).values_list("kind").annotate(n=Count("pk")).order_by())


def newest(actor: Actor, kind: str, today: date, *, limit: int = 8) -> list[Card]:
    """The latest public records of a kind."""
    rows = public_rows(today).filter(kind=kind).select_related("owner")
    return [card(row) for row in rows.order_by("-published_at", "-id")[:limit]]


def available_instruments(actor: Actor, today: date, *, limit: int = 8) -> list[Card]:
    """Instruments that can be used now: the most used by others first, each class and name once,
    at most ``PER_UNIT`` of a unit."""
    rows = public_rows(today).filter(kind="instrument", current_state="available")
    ordered = rows.select_related("owner").order_by(
        F("external_hours").desc(nulls_last=True), "-published_at", "-id"
    )
    return [card(row) for row in _varied(ordered[: limit * 25], limit)]


def _varied(rows: Iterable[Record], limit: int) -> list[Record]:
    found: list[Record] = []
    seen: set[str] = set()
    units: Counter[int] = Counter()
    for row in rows:
        marks = {row.title, row.class_code} - {""}
        if marks & seen or units[row.owner_id] == PER_UNIT:
            continue
        seen |= marks
        units[row.owner_id] += 1
        found.append(row)
        if len(found) == limit:
            break
    return found


@dataclass(frozen=True, slots=True)
class TestBlock:
    """A heading of the home page with its usual tests."""

    label: str
    cards: Sequence[Card]


def common_tests(
    actor: Actor, groups: Sequence[tuple[str, Sequence[str]]], today: date, *, limit: int = 5
) -> list[TestBlock]:
    """Usual tests by local industry: each group is a heading and words of materials (B3.2.5)."""
    rows = list(
        public_rows(today)
        .filter(kind="test_item")
        .select_related("owner")
        .order_by(F("price_fen").asc(nulls_last=True), "id")[:2000]
    )
    return [TestBlock(label, _matching(rows, words, limit)) for label, words in groups]


def _matching(rows: Sequence[Record], words: Sequence[str], limit: int) -> list[Card]:
    found: list[Card] = []
    titles: set[str] = set()
    for row in rows:
        text = f"{row.title} {row.attributes.get('material', '')}"
        if row.title not in titles and any(word in text for word in words):
            titles.add(row.title)
            found.append(card(row))
        if len(found) == limit:
            break
    return found


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """What a unit site tells of the unit's resources."""

    counts: dict[str, int]
    total: int
    instruments: int
    value_wan: Decimal
    external_hours: Decimal
    as_of: date


def unit_summary(actor: Actor, owner: str, today: date) -> UnitSummary:
    """Numbers of one unit over its public records (B3.6); one query per call."""
    rows = public_rows(today).filter(owner__uid=owner)
    grouped = rows.values("kind").annotate(
        n=Count("pk"), worth=Sum("value_wan"), hours=Sum("external_hours")
    )
    found = {row["kind"]: row for row in grouped.order_by()}
    instrument: Mapping[str, Any] = found.get("instrument") or {}
    return UnitSummary(
        counts={kind: row["n"] for kind, row in found.items()},
        total=sum(row["n"] for row in found.values()),
        instruments=instrument.get("n", 0),
        value_wan=instrument.get("worth") or Decimal(0),
        external_hours=instrument.get("hours") or Decimal(0),
        as_of=today,
    )


def unit_cards(actor: Actor, owner: str, kind: str, today: date, *, limit: int = 50) -> list[Card]:
    """The public records of one kind of a unit, by name."""
    rows = public_rows(today).filter(owner__uid=owner, kind=kind).select_related("owner")
    return [card(row) for row in rows.order_by("title_pinyin", "id")[:limit]]


def kind_labels() -> dict[str, str]:
    return {spec.code: str(spec.label) for spec in kinds.kinds()}
