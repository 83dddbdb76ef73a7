"""Region pages: what a county or zone has, by kind, and its units. No map (ux.md B3.2.9, A)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card
from kexiang.core.formats import as_wan, hours, number
from kexiang.core.kept import kept
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kernel.errors import NotFound
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words
from kexiang.portal.queries.home import Distribution, distribution
from kexiang.reference import queries as reference
from kexiang.reference.types import RegionInfo

CARDS_PER_KIND = 5
UNITS_SHOWN = 16


@dataclass(frozen=True, slots=True)
class KindBlock:
    """The first records of a kind in a region."""

    code: str
    label: str
    total: int
    cards: Sequence[Card]
    more_url: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the region: its page, and how many of its resources lie in the region."""

    code: str
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class RegionPage:
    code: str
    name: str
    full_name: str
    figures: Sequence[tuple[str, str, str]]
    bars: Sequence[tuple[str, int, str]]
    blocks: Sequence[KindBlock]
    units: Sequence[UnitLine]
    unit_total: int
    neighbours: Sequence[tuple[str, str]]
    as_of: date


def region_of(code: str) -> RegionInfo:
    """The region in force that a code means; raises ``NotFound`` for codes outside the place."""
    info = reference.resolve_region(code) if code.isascii() and code.isdigit() else None
    home = reference.active_pack().region
    if info is None or home not in info.path:
        message = _("没有代码为“%(code)s”的区县,请从区县列表中选择。")
        raise NotFound(message % {"code": code[:12]})
    return info


def region_page(info: RegionInfo, today: date) -> RegionPage:
    """The page of a region for everybody; at most a minute old."""
    name = f"portal.region.{info.code}.{get_language()}.{today}"
    return kept(name, lambda: build(info, today))


def build(info: RegionInfo, today: date) -> RegionPage:
    """Counted now: a constant number of queries and one per kind that has records."""
    inside = reference.region_codes(info.code)
    summary = catalog.place_summary(ANONYMOUS, inside, today)
    listed = [spec for spec in kinds.kinds() if summary.counts.get(spec.code)]
    blocks = [
        KindBlock(
            spec.code,
            words.label(spec),
            summary.counts[spec.code],
            catalog.place_cards(ANONYMOUS, inside, spec.code, today, limit=CARDS_PER_KIND),
            _results(spec, info),
        )
        for spec in listed
    ]
    units = _units(inside, summary.owners)
    return RegionPage(
        code=info.code,
        name=reference.region_label(info.code),
        full_name="" if words.is_english() else reference.region_name(info.code, full=True),
        figures=_figures(summary, len(units)),
        bars=[
            (words.tab(spec), summary.counts[spec.code], _results(spec, info)) for spec in listed
        ],
        blocks=blocks,
        units=units[:UNITS_SHOWN],
        unit_total=len(units),
        neighbours=[
            (other.code, reference.region_label(other.code))
            for other in reference.regions(reference.active_pack().region)
        ],
        as_of=today,
    )


def _results(spec: KindSpec, info: RegionInfo) -> str:
    return f"/search?kind={spec.code}&region={info.code}"


def _units(inside: Any, owners: Mapping[int, int]) -> list[UnitLine]:
    """Public units seated in the region, those with most resources there first."""
    rows = accounts.organisations(ANONYMOUS).filter(
        is_public=True, is_department=False, region__in=inside
    )
    found = [
        UnitLine(code, words.name(name, english), owners.get(pk, 0))
        for pk, code, name, english in rows.values_list("pk", "code", "name", "name_en")
    ]
    return sorted(found, key=lambda unit: -unit.total)


def _figures(summary: catalog.PlaceSummary, units: int) -> list[tuple[str, str, str]]:
    """(label, value, unit) of what the region has; what is nothing is left out."""
    value, _sep, unit = as_wan(summary.value_wan).rpartition(" ")
    found = [
        (_("公开资源"), number(summary.total), _("项")),
        (_("管理单位"), number(units), _("家")),
        (_("共享仪器"), number(summary.counts.get("instrument", 0)), _("台(套)")),
        (_("检测项目"), number(summary.counts.get("test_item", 0)), _("项")),
        (_("仪器原值"), value if summary.value_wan else "", unit),
        (_("年对外服务机时"), hours(summary.external_hours or None), _("小时")),
    ]
    return [row for row in found if row[1] and row[1] != "0"]


def overview(today: date) -> Distribution:
    """County × kind for the page of all regions; at most a minute old."""

    def count() -> Distribution:
        counts = catalog.kind_counts(ANONYMOUS, today)
        return distribution(catalog.figures_by_county(ANONYMOUS, today), counts)

    return kept(f"portal.regions.{get_language()}.{today}", count)
