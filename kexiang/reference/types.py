"""What the reference context hands to others: plain values, no ORM.

Validity: ``valid_from`` and ``valid_to`` are whole days in Asia/Shanghai and both count as in
force (有效期自…至…). ``None`` means without limit.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from django.utils.translation import gettext_lazy

# Roles of ux.md B4.1; a pack may rename them on screen, never add one: policies are code.
ROLES: tuple[str, ...] = (
    "visitor",
    "researcher",
    "pi",
    "sme_admin",
    "instrument_keeper",
    "sample_receiver",
    "unit_admin",
    "unit_finance",
    "unit_leader",
    "county_officer",
    "bureau_admin",
    "bureau_leader",
    "finance_bureau",
    "dept_officer",
    "expert",
    "assessor",
    "auditor",
    "editor",
    "sysadmin",
    "secadmin",
    "logadmin",
)
# Optional review steps of a record, in the order in which they run (ux.md A, first row).
RECORD_STEPS: tuple[str, ...] = ("unit_check", "dept_check", "county_check", "city_check")


@dataclass(frozen=True, slots=True, order=True)
class PackFault:
    """One fault in a pack: the file relative to the pack, the 1-based line, what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """A county, city, province or functional zone. ``path`` runs from the province to itself.

    ``current_code`` is set when the code is no longer in force and names the code that stands
    for (the main part of) the place today; ``successors`` are all of them after a split.
    """

    code: str
    name: str
    short: str
    parent: str
    path: tuple[str, ...]
    kind: Literal["admin", "zone"]
    current_code: str = ""
    successors: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class CodeItem:
    """One entry of a code list."""

    code: str
    label: str
    label_en: str = ""
    parent: str = ""
    position: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class CodeSystemInfo:
    """A code list with its version and where it comes from."""

    name: str
    title: str
    title_en: str
    version: str
    source: str


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A policy pack in use. ``chain`` names it and its bases, most general first.

    ``key`` changes with any byte of any file of the chain: cache by it.
    """

    name: str
    title: str
    version: str
    status: Literal["current", "historical"]
    valid_from: date
    extends: str
    region: str
    place: str
    operator: str
    chain: tuple[str, ...]
    key: str
    valid_to: date | None = None
    site: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackFile:
    """A text file of a loaded pack, for contexts that read a part of it (kinds/*.toml)."""

    pack: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """A role as the pack words it. ``scope``: what it is held for (organisation, region, none)."""

    code: str
    label: str
    scope: Literal["organisation", "region", "none"]
    duty: str = ""


@dataclass(frozen=True, slots=True)
class ErrorWord:
    """A word that is marked in texts before publication, with what to write instead."""

    word: str
    suggestion: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SharingThreshold:
    """From which value (万元, inclusive) instruments paid from ``funding`` must be shared."""

    level: str
    label: str
    value_wan: Decimal
    funding: frozenset[str]
    valid_from: date
    valid_to: date | None
    source: str


class Duty(Enum):
    """How an instrument stands to one threshold."""

    REACHED = "reached"
    BELOW = "below"
    OTHER_FUNDS = "other_funds"


_DUTY_SENTENCES = {
    Duty.REACHED: gettext_lazy("%(level)s:原值达到 %(limit)s 万元,应当开放共享。"),
    Duty.BELOW: gettext_lazy("%(level)s:原值低于 %(limit)s 万元,可自愿开放。"),
    Duty.OTHER_FUNDS: gettext_lazy("%(level)s:资金来源不在应共享范围,可自愿开放。"),
}


@dataclass(frozen=True, slots=True)
class ThresholdHit:
    """What one threshold in force says of one instrument."""

    threshold: SharingThreshold
    duty: Duty

    @property
    def level(self) -> str:
        return self.threshold.level

    @property
    def must_share(self) -> bool:
        return self.duty is Duty.REACHED

    @property
    def reason(self) -> str:
        """The verdict as a sentence to show."""
        limit = f"{self.threshold.value_wan.normalize():f}"
        return _DUTY_SENTENCES[self.duty] % {"level": self.threshold.label, "limit": limit}


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """A period of working days. ``unpublished`` lists years without an official calendar."""

    first: date
    last: date
    days: int
    unpublished: tuple[int, ...] = ()
