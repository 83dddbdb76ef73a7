"""Questions to the packs in use. Public facts: everybody may ask, so no actor is named.

``at`` is a business date or an instant; without it the answer is for today. Every answer comes
from a snapshot in memory; the database is asked at most once a second whether it is still right.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kexiang.core.language import is_english
from kexiang.kernel import classes
from kexiang.kernel.errors import NotFound
from kexiang.reference import names, rules
from kexiang.reference.cache import as_day, snapshot
from kexiang.reference.packs.model import Parameter
from kexiang.reference.snapshot import in_force, with_retired
from kexiang.reference.types import (
    CodeItem,
    CodeSystemInfo,
    ErrorWord,
    PackFile,
    PackInfo,
    RegionInfo,
    RoleInfo,
    SharingThreshold,
    ThresholdHit,
    WorkSpan,
)

At = date | datetime | None
_THRESHOLD = "sharing.threshold."


# Packs


def active_pack() -> PackInfo:
    """The pack in use; its ``key`` changes with any change in it or its bases."""
    return snapshot().info


def pack_files(prefix: str = "") -> list[PackFile]:
    """The kept files of the chain (kinds, imports, national), most general pack first."""
    return [file for file in snapshot().files if file.path.startswith(prefix)]


def policies() -> list[dict[str, Any]]:
    """The policy documents behind the pack, with dates and whether they are current."""
    return [dict(policy) for policy in snapshot().policies]


def roles() -> list[RoleInfo]:
    """The roles as the place words them."""
    return list(snapshot().roles)


def record_steps(affiliation: str = "") -> tuple[str, ...]:
    """Which review steps a record of a unit with this 隶属关系 passes, in order."""
    return snapshot().steps_for(affiliation)


def synonyms() -> list[tuple[str, ...]]:
    """Groups of words that mean the same when searching; groups sharing a word are merged."""
    return list(snapshot().synonyms)


def problem_words() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What people say of a problem → what tests for it are called; the pack's own come last."""
    return list(snapshot().problems)


def error_words() -> list[ErrorWord]:
    """Words that are marked in texts before publication (they never block)."""
    return list(snapshot().error_words)


def hot_words() -> list[str]:
    """The words offered under the search box of the home page."""
    return list(snapshot().hot_words)


# Dated parameters


def parameter(name: str, *, at: At = None, default: Any = None) -> Any:
    """The value in force on that day, or ``default`` when there is none."""
    found = parameter_entry(name, at=at)
    return default if found is None else found.value


def parameter_entry(name: str, *, at: At = None) -> Parameter | None:
    """The parameter in force on that day with its period, unit and source."""
    day = as_day(at)
    for entry in snapshot().parameters.get(name, ()):
        if in_force(entry.valid_from, entry.valid_to, day):
            return entry
    return None


def parameter_history(name: str) -> list[Parameter]:
    """All periods of a parameter, earliest first."""
    return sorted(snapshot().parameters.get(name, ()), key=lambda entry: entry.valid_from)


def sharing_thresholds(at: At = None) -> list[SharingThreshold]:
    """Every sharing threshold in force, lowest value first (domain.md §5.4)."""
    found = []
    for name in snapshot().parameters:
        entry = parameter_entry(name, at=at) if name.startswith(_THRESHOLD) else None
        if entry is not None:
            found.append(_threshold(entry))
    return sorted(found, key=lambda threshold: threshold.value_wan)


def must_share(funding_source: str, value_wan: Decimal, at: At = None) -> list[ThresholdHit]:
    """One instrument against every threshold in force (requirements A-02, A-03)."""
    return rules.must_share(funding_source, value_wan, sharing_thresholds(at))


def _threshold(entry: Parameter) -> SharingThreshold:
    return SharingThreshold(
        level=entry.name.removeprefix(_THRESHOLD),
        label=entry.label,
        value_wan=Decimal(str(entry.value)),
        funding=frozenset(entry.applies_to),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        source=entry.source,
    )


# Code lists


def code_systems() -> list[CodeSystemInfo]:
    """All code lists of the packs in use."""
    return list(snapshot().systems.values())


def code_system(name: str) -> CodeSystemInfo:
    """One code list; raises ``NotFound``."""
    try:
        return snapshot().systems[name]
    except KeyError:
        raise NotFound(_("没有名为“%(name)s”的代码表。") % {"name": name}) from None


def codes(system: str, at: At = None, *, with_ended: bool = False) -> list[CodeItem]:
    """The codes in force on that day in the order of the list; raises ``NotFound``.

    ``with_ended`` adds codes of other periods, those that are over marked ``retired``.
    """
    items = snapshot().codes(system)
    if items is None:
        raise NotFound(_("没有名为“%(name)s”的代码表。") % {"name": system})
    day = as_day(at)
    if with_ended:
        return with_retired(items, day)
    return [item for item in items if in_force(item.valid_from, item.valid_to, day)]


def code_item(system: str, code: str, at: At = None) -> CodeItem | None:
    """One code: its meaning on that day, else the latest one it had; ``None`` when unknown."""
    day = as_day(at)
    found = snapshot().index(system).get(code, ())
    for item in found:
        if in_force(item.valid_from, item.valid_to, day):
            return item
    return with_retired(found[-1:], day)[0] if found else None


def code_label(system: str, code: str, at: At = None) -> str:
    """What people call the code; the code itself when the list does not know it."""
    item = code_item(system, code, at)
    return item.label if item else code


def code_path(system: str, code: str) -> tuple[str, ...]:
    """The code with its ancestors, topmost first; empty when unknown (for tree facets)."""
    path: list[str] = []
    item = code_item(system, code)
    while item is not None and item.code not in path:
        path.insert(0, item.code)
        item = code_item(system, item.parent) if item.parent else None
    return tuple(path)


def class_path(system: str, code: str) -> tuple[str, ...]:
    """The path of the code or, where the table ends above it, of the nearest class above it.

    S511.01 of a table that ends at S511 is classified at S511; empty when nothing fits.
    """
    path = code_path(system, code)
    if not path and code not in snapshot().index(system):
        for parent in classes.above(code):
            if path := code_path(system, parent):
                break
    return path


def code_of_label(system: str, label: str, at: At = None) -> str | None:
    """The code in force with this label in Chinese or English, whatever its case."""
    wanted = label.strip().casefold()
    for item in codes(system, at):
        if wanted in (item.label.casefold(), item.label_en.casefold()):
            return item.code
    return None


# Regions


def region(code: str) -> RegionInfo | None:
    """The region of a code, also of one no longer in force; ``None`` when there is none."""
    return snapshot().regions.by_code.get(code)


def regions(under: str = "", *, at: At = None, deep: bool = False) -> list[RegionInfo]:
    """The regions directly under a code (all below it when ``deep``) in force on that day.

    Without ``under`` the provinces, or everything when ``deep``. Functional zones stand last.
    """
    day = as_day(at)
    found = snapshot().regions.under(under, deep=deep)
    return [info for info in found if in_force(info.valid_from, info.valid_to, day)]


def resolve_region(code: str, at: At = None) -> RegionInfo | None:
    """The region that stands for this code on that day: itself, or its (main) heir.

    140402 城区 is 潞州区 since 2018; a code that ended without an heir, or is unknown, is ``None``.
    """
    known, day = snapshot().regions, as_day(at)
    heirs = known.heirs(code, day)
    return known.at(heirs[0], day) if heirs else None


def region_codes(code: str) -> frozenset[str]:
    """Every code that means this region or a place in it, retired codes included."""
    return frozenset(
        info.code
        for info in snapshot().regions.by_code.values()
        if code in info.path or info.current_code == code
    )


def region_name(code: str, *, full: bool = False) -> str:
    """The name of a region; ``full`` puts province and city before it (山西省长治市潞州区)."""
    info = region(code)
    if info is None:
        return code
    parts = [snapshot().regions.by_code[one].name for one in info.path]
    return "".join(parts) if full else info.name


def region_label(code: str) -> str:
    """The name of a region in the language of the page: 潞州区, ``Luzhou District``."""
    info = region(code)
    if info is None or not is_english():
        return region_name(code)
    return names.region_english(info.name)


# Working days


def is_workday(day: date) -> bool:
    """Whether offices work: the State Council's calendar, else Monday to Friday."""
    return snapshot().is_workday(day)


def workdays_add(start: date, n: int) -> date:
    """The ``n``-th working day, counted from the day after ``start`` (次日起算).

    ``n`` < 0 goes back; ``n`` = 0 is ``start`` itself, whatever day it is.
    """
    return snapshot().nth_workday(start, n)


def workdays_between(a: date, b: date) -> int:
    """How many working days lie after ``a`` up to and including ``b``; negative when b < a."""
    if b < a:
        return -workdays_between(b, a)
    now = snapshot()
    return sum(now.is_workday(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))


def workday_span(published: date, n: int) -> WorkSpan:
    """The period of ``n`` working days after a publication, with both dates to print.

    Published on Friday 27 February 2026, 5 working days: 28 February (a make-up day) to 5 March.
    """
    first, last = workdays_add(published, 1), workdays_add(published, n)
    return WorkSpan(first, last, n, unpublished_years(first, last))


def unpublished_years(first: date, last: date) -> tuple[int, ...]:
    """Years of the period whose official calendar is not known yet (未公布): weekends only."""
    published = snapshot().published_years
    return tuple(y for y in range(first.year, last.year + 1) if y not in published)


def day_name(day: date) -> str:
    """The holiday's name, empty on ordinary days."""
    special = snapshot().calendar.get(day)
    return special.name if special else ""


def cached(build: Callable[[], Any], store: dict[str, Any]) -> Any:
    """``build()`` once per version of the packs; ``store`` is the caller's own dict.

    For what other contexts derive from a pack (parsed kinds, synonym graphs).
    """
    key = active_pack().key
    if key not in store:
        fresh = build()
        store.clear()
        store[key] = fresh
    return store[key]
