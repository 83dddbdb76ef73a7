"""A policy pack as values: what the files say, before anything is stored."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    label: str
    label_en: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class System:
    """A code list. ``mode``: ``replace`` hides the same list of the base, ``extend`` adds to it."""

    name: str
    title: str
    title_en: str
    version: str
    source: str
    mode: str
    codes: tuple[Code, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    short: str
    parent: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class RegionChange:
    """``old_code`` became ``new_code`` on that day; ``is_main`` marks the heir of a split."""

    old_code: str
    new_code: str
    kind: str
    changed_on: date
    is_main: bool
    note: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day whose working status differs from its weekday."""

    day: date
    is_workday: bool
    name: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated value with the document it rests on."""

    name: str
    value: Any
    valid_from: date
    valid_to: date | None
    source: str
    label: str = ""
    unit: str = ""
    note: str = ""
    applies_to: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    code: str
    label: str
    scope: str
    duty: str = ""


@dataclass(frozen=True, slots=True)
class StepRule:
    """Which review steps run; ``affiliation`` empty means everybody not named elsewhere."""

    affiliation: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists: groups of equals, words to avoid (word, instead, why), words of the home,
    and what people say of a problem → what the tests for it are called."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    errors: tuple[tuple[str, str, str], ...] = ()
    hot: tuple[str, ...] = ()
    problems: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack, complete and checked. ``content_hash`` covers every file of the folder."""

    folder: Path
    name: str
    title: str
    version: str
    status: str
    valid_from: date
    valid_to: date | None
    extends: str
    content_hash: str
    place: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    policies: tuple[dict[str, Any], ...] = ()
    systems: tuple[System, ...] = ()
    regions: tuple[Region, ...] = ()
    region_changes: tuple[RegionChange, ...] = ()
    days: tuple[Day, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    roles: tuple[Role, ...] = ()
    steps: tuple[StepRule, ...] = ()
    words: Words = field(default_factory=Words)
    files: tuple[tuple[str, str], ...] = ()
