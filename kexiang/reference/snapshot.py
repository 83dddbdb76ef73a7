"""The packs in use merged into one read model. Pure; built once per content of the chain."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kexiang.reference.packs.model import Code, Pack, Parameter, Region, RegionChange
from kexiang.reference.types import (
    CodeItem,
    CodeSystemInfo,
    ErrorWord,
    PackFile,
    PackInfo,
    RegionInfo,
    RoleInfo,
)

REGIONS = "gbt2260"


def in_force(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def pack_info(chain: Sequence[Pack]) -> PackInfo:
    last = chain[-1]
    place = next((pack.place for pack in reversed(chain) if pack.place), {})
    site: dict[str, Any] = {}
    for pack in chain:
        site.update(pack.site)
    return PackInfo(
        name=last.name,
        title=last.title,
        version=last.version,
        status="historical" if last.status == "historical" else "current",
        valid_from=last.valid_from,
        valid_to=last.valid_to,
        extends=last.extends,
        region=place.get("region", ""),
        place=place.get("name", ""),
        operator=place.get("operator", ""),
        chain=tuple(pack.name for pack in chain),
        key=".".join(pack.content_hash[:16] for pack in chain),
        site=site,
    )


class Snapshot:
    """Everything the queries answer from. Later packs of the chain win over earlier ones."""

    def __init__(self, chain: Sequence[Pack]) -> None:
        self.info = pack_info(chain)
        self.policies = tuple(policy for pack in reversed(chain) for policy in pack.policies)
        self.parameters = _parameters(chain)
        self.roles = _roles(chain)
        self.steps = next((pack.steps for pack in reversed(chain) if pack.steps), ())
        self.files = tuple(
            PackFile(pack.name, path, text) for pack in chain for path, text in pack.files
        )
        self.synonyms = merge_groups(group for pack in chain for group in pack.words.synonyms)
        self.problems = tuple(entry for pack in chain for entry in pack.words.problems)
        words = {entry[0]: ErrorWord(*entry) for pack in chain for entry in pack.words.errors}
        self.error_words = tuple(words.values())
        self.hot_words = next((p.words.hot for p in reversed(chain) if p.words.hot), ())
        self.calendar = {day.day: day for pack in chain for day in pack.days}
        self.published_years = frozenset(day.year for day in self.calendar)
        self.regions = _Regions(chain)
        self.systems = _systems(chain)
        self._indexes: dict[str, dict[str, tuple[CodeItem, ...]]] = {}
        self._codes = _codes(chain)
        self._codes[REGIONS] = self.regions.as_codes()
        self.systems.setdefault(
            REGIONS,
            CodeSystemInfo(REGIONS, "行政区划", "Administrative divisions", "2020-12", "GB/T 2260"),
        )

    def codes(self, system: str) -> list[CodeItem] | None:
        """All periods of all codes in the order of the list; ``None``: no such list."""
        return self._codes.get(system)

    def index(self, system: str) -> dict[str, tuple[CodeItem, ...]]:
        """The periods of each code of a list; empty when there is no such list."""
        found = self._indexes.get(system)
        if found is None:
            same: dict[str, list[CodeItem]] = {}
            for item in self._codes.get(system, ()):
                same.setdefault(item.code, []).append(item)
            found = {code: tuple(items) for code, items in same.items()}
            self._indexes[system] = found
        return found

    def is_workday(self, day: date) -> bool:
        special = self.calendar.get(day)
        return special.is_workday if special else day.weekday() < 5

    def nth_workday(self, start: date, count: int) -> date:
        """The ``count``-th working day after (or, negative, before) ``start``."""
        step = timedelta(days=1 if count > 0 else -1)
        day, left = start, abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def steps_for(self, affiliation: str) -> tuple[str, ...]:
        for rule in self.steps[1:]:
            if affiliation in rule.affiliation:
                return rule.steps
        return self.steps[0].steps if self.steps else ()


def _parameters(chain: Sequence[Pack]) -> dict[str, tuple[Parameter, ...]]:
    """A name given by a later pack replaces all periods of the earlier one."""
    found: dict[str, tuple[Parameter, ...]] = {}
    for pack in chain:
        own: dict[str, list[Parameter]] = {}
        for parameter in pack.parameters:
            own.setdefault(parameter.name, []).append(parameter)
        found.update({name: tuple(values) for name, values in own.items()})
    return found


def _roles(chain: Sequence[Pack]) -> tuple[RoleInfo, ...]:
    found: dict[str, RoleInfo] = {}
    for pack in chain:
        for role in pack.roles:
            scope: Any = role.scope
            found[role.code] = RoleInfo(role.code, role.label, scope, role.duty)
    return tuple(found.values())


def merge_groups(groups: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Groups that share a word (whatever its case) become one group."""
    merged: list[dict[str, str]] = []
    where: dict[str, dict[str, str]] = {}
    for group in groups:
        words = {word.casefold(): word for word in group}
        homes = [where[key] for key in words if key in where]
        home = homes[0] if homes else {}
        if not homes:
            merged.append(home)
        for other in homes[1:]:
            if other is not home:
                home.update(other)
                merged = [kept for kept in merged if kept is not other]
        for key, word in words.items():
            home.setdefault(key, word)
        where.update(dict.fromkeys(home, home))
    return tuple(tuple(home.values()) for home in merged)


def _systems(chain: Sequence[Pack]) -> dict[str, CodeSystemInfo]:
    return {
        s.name: CodeSystemInfo(s.name, s.title, s.title_en, s.version, s.source)
        for pack in chain
        for s in pack.systems
    }


def _codes(chain: Sequence[Pack]) -> dict[str, list[CodeItem]]:
    merged: dict[str, dict[str, list[Code]]] = {}
    for pack in chain:
        for system in pack.systems:
            own: dict[str, list[Code]] = {}
            for code in system.codes:
                own.setdefault(code.code, []).append(code)
            if system.mode == "replace":
                merged[system.name] = own
            else:
                merged.setdefault(system.name, {}).update(own)
    return {
        name: [
            CodeItem(c.code, c.label, c.label_en, c.parent, position, c.valid_from, c.valid_to)
            for position, c in enumerate(code for same in codes.values() for code in same)
        ]
        for name, codes in merged.items()
    }


class _Regions:
    """Regions by code; the latest period of a code speaks for it."""

    def __init__(self, chain: Sequence[Pack]) -> None:
        self._rows: dict[str, list[Region]] = {}
        changes: dict[tuple[str, str, date], RegionChange] = {}
        for pack in chain:
            own: dict[str, list[Region]] = {}
            for region in pack.regions:
                own.setdefault(region.code, []).append(region)
            self._rows.update(own)
            for change in pack.region_changes:
                changes[change.old_code, change.new_code, change.changed_on] = change
        self._changes: dict[str, list[RegionChange]] = {}
        for change in sorted(changes.values(), key=lambda c: c.changed_on):
            self._changes.setdefault(change.old_code, []).append(change)
        self._infos = {
            code: tuple(
                self._info(row) for row in sorted(rows, key=lambda r: r.valid_to or date.max)
            )
            for code, rows in self._rows.items()
        }
        self.by_code = {code: infos[-1] for code, infos in self._infos.items()}
        # zones stand after the counties of their city
        self._ordered = sorted(self.by_code.values(), key=lambda i: (i.kind == "zone", i.code))
        self._children: dict[str, list[RegionInfo]] = {}
        for info in self._ordered:
            self._children.setdefault(info.parent, []).append(info)

    def at(self, code: str, day: date) -> RegionInfo | None:
        """The region that carried this code on that day (襄樊市 until 2010, then 襄阳市)."""
        for info in self._infos.get(code, ()):
            if in_force(info.valid_from, info.valid_to, day):
                return info
        return None

    def under(self, code: str, *, deep: bool) -> list[RegionInfo]:
        """The regions directly below a code (provinces below ""), or all of them."""
        if not deep:
            return self._children.get(code, [])
        return [info for info in self._ordered if not code or code in info.path[:-1]]

    def heirs(self, code: str, day: date, seen: frozenset[str] = frozenset()) -> list[str]:
        """The codes in force on that day for the place that ``code`` meant, main heir first."""
        rows = self._rows.get(code, ())
        if any(in_force(row.valid_from, row.valid_to, day) for row in rows):
            return [code]
        found: list[str] = []
        steps = [c for c in self._changes.get(code, ()) if c.changed_on <= day]
        for change in sorted(steps, key=lambda c: not c.is_main):
            if change.new_code not in seen:
                found += self.heirs(change.new_code, day, seen | {code})
        return list(dict.fromkeys(found))

    def path(self, code: str) -> tuple[str, ...]:
        path: list[str] = []
        while code and code not in path:
            path.insert(0, code)
            rows = self._rows.get(code)
            code = rows[-1].parent if rows else ""
        return tuple(path)

    def as_codes(self) -> list[CodeItem]:
        rows = sorted((row for same in self._rows.values() for row in same), key=_region_order)
        return [
            CodeItem(r.code, r.name, "", r.parent, position, r.valid_from, r.valid_to)
            for position, r in enumerate(rows)
        ]

    def _info(self, row: Region) -> RegionInfo:
        heirs: list[str] = []
        if row.valid_to is not None:
            heirs = [code for code in self.heirs(row.code, date.max) if code != row.code]
        return RegionInfo(
            code=row.code,
            name=row.name,
            short=row.short,
            parent=row.parent,
            path=self.path(row.code),
            kind="zone" if row.kind == "zone" else "admin",
            current_code=heirs[0] if heirs else "",
            successors=tuple(heirs),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


def _region_order(row: Region) -> tuple[str, date]:
    return row.code, row.valid_from or date.min


def with_retired(items: Iterable[CodeItem], day: date) -> list[CodeItem]:
    """The same codes, each told whether it is over on that day."""
    return [
        replace(item, retired=True) if item.valid_to and item.valid_to < day else item
        for item in items
    ]
