"""The home page: blocks of ux.md B3.2 for which this installation has something to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card
from kexiang.core.kept import kept
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kinds import queries as kinds
from kexiang.portal import words
from kexiang.portal.queries import policies
from kexiang.reference import queries as reference

UNITS_ON_HOME = 24
INDUSTRIES = "portal.common_tests"
TABS = ("instrument", "test_item", "article", "dataset", "germplasm", "standard")
TABS_SHOWN = 5
COLUMNS_ON_HOME = 5
POLICIES_ON_HOME = 6


@dataclass(frozen=True, slots=True)
class Door:
    """One of the large entries under the search box."""

    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A number of the home page with its date and definition (ux.md B1.10)."""

    label: str
    value: Decimal | int
    unit: str
    url: str
    definition: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Distribution:
    """County × kind: ``rows`` are (name, search address, counts in the order of ``heads``)."""

    heads: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[int], int]]


@dataclass(frozen=True, slots=True)
class Home:
    hot_words: Sequence[str]
    doors: Sequence[Door]
    figures: Sequence[FigureView]
    tests: Sequence[Any]
    available: Sequence[Card]
    newest: Sequence[Card]
    distribution: Distribution
    policies: Sequence[policies.PolicyLine]
    units: Sequence[tuple[str, str]]
    counts: dict[str, int]
    as_of: date


def home(today: date) -> Home:
    """Everything the home page shows to everybody, whoever asks; at most a minute old."""
    return kept(f"portal.home.{get_language()}.{today}", lambda: build(today))


def build(today: date) -> Home:
    """The blocks of the home page, counted now. Constant queries."""
    actor = ANONYMOUS
    counts = catalog.kind_counts(actor, today)
    tests = catalog.common_tests(actor, industries(today), today)
    units = accounts.organisations(actor).filter(is_public=True, is_department=False)
    return Home(
        hot_words=reference.hot_words()[:12],
        doors=doors(counts),
        figures=[
            FigureView(f.label, f.value, f.unit, f.url, f.definition, f.as_of)
            for f in catalog.public_figures(actor, today)
            if f.value
        ],
        tests=[block for block in tests if block.cards],
        available=catalog.available_instruments(actor, today),
        newest=catalog.newest(actor, "instrument", today, limit=4),
        distribution=distribution(
            catalog.figures_by_county(actor, today), counts, columns=COLUMNS_ON_HOME
        ),
        policies=policies.lines(today, limit=POLICIES_ON_HOME) if counts.get("policy") else [],
        units=[
            (code, words.name(name, english))
            for code, name, english in units.values_list("code", "name", "name_en")[:UNITS_ON_HOME]
        ],
        counts=counts,
        as_of=today,
    )


def newest(kind: str, today: date) -> Sequence[Card]:
    """What was published last, of one kind or of all, for the feeds; at most a minute old."""
    name = f"portal.newest.{kind}.{get_language()}.{today}"
    return kept(name, lambda: catalog.newest_cards(ANONYMOUS, today, kind=kind))


def industries(today: date) -> list[tuple[str, list[str]]]:
    """The local industries and the words of their materials, from the pack."""
    found = reference.parameter(INDUSTRIES, at=today, default=[])
    key = "label_en" if words.is_english() else "label"
    return [
        (str(entry.get(key) or entry["label"]), [str(w) for w in entry["words"]]) for entry in found
    ]


def doors(counts: dict[str, int]) -> list[Door]:
    """The entries whose pages exist and are not empty."""
    all_doors = [
        ("test_item", _("我要送样检测"), _("按问题、材料或标准号找检测"), "eyedropper"),
        ("instrument", _("我要找仪器"), _("看谁有、多少钱、联系谁"), "microscope"),
        ("dataset", _("我要查数据"), _("科学数据目录与获取方式"), "database"),
        ("article", _("我要查文献"), _("题录、摘要与全文来源"), "journal-text"),
        ("germplasm", _("我要找种质"), _("作物、畜禽与微生物资源"), "flower1"),
    ]
    found = [
        Door(title, text, f"/search?kind={kind}", icon)
        for kind, title, text, icon in all_doors
        if counts.get(kind)
    ]
    return [
        *found[:4],
        Door(_("单位入网"), _("把本单位的资源放上来"), "/help/unit", "building"),
        Door(_("进度查询"), _("凭编号和手机尾号,不用登录"), "/progress", "clock-history"),
    ]


def distribution(
    counties: Sequence[Any], counts: dict[str, int], *, columns: int = 0
) -> Distribution:
    """The kinds that have records and, per county, how many; nothing is drawn on a map.

    ``columns`` > 0 keeps to the kinds with most records; the total counts all of them.
    """
    listed = [spec for spec in kinds.kinds() if counts.get(spec.code)]
    if columns:
        largest = sorted(listed, key=lambda spec: -counts[spec.code])[:columns]
        listed = [spec for spec in listed if spec in largest]
    rows = [
        (
            reference.region_label(row.region),
            _region_address(row.region),
            [row.counts.get(spec.code, 0) for spec in listed],
            row.total,
        )
        for row in counties
        if row.total or len(counties) <= 20
    ]
    return Distribution([words.tab(spec) for spec in listed], rows)


def _region_address(code: str) -> str:
    """The page of a region of this place; elsewhere the results of the region."""
    info = reference.region(code)
    inside = info is not None and reference.active_pack().region in info.path
    return f"/region/{code}" if inside else f"/search?region={code}"


def search_tabs(counts: dict[str, int]) -> list[tuple[str, str]]:
    """The choices over the search box: 全部, then the first kinds that have records."""
    order = [spec for code in TABS for spec in kinds.kinds() if spec.code == code]
    known = [(s.code, words.tab(s)) for s in order if counts.get(s.code)]
    return [("", _("全部")), *known[:TABS_SHOWN]]
