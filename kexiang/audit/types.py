"""What the journal hands to others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, overload

JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be journalled; ``data`` holds uids, codes and field names, never texts."""

    kind: str
    subject: str
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    stream: str = JOURNAL


@dataclass(frozen=True, slots=True)
class Fault:
    """Something ``verify`` found. ``problem`` is stable, ``message`` is for people.

    problem: altered, removed, reordered, inserted, truncated, anchor or guard.
    """

    problem: str
    message: str
    stream: str = ""
    seal_no: int | None = None
    id: int | None = None
    kind: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Report(Sequence[Fault]):
    """The outcome of ``verify``: a sequence of faults that also knows what was looked at."""

    faults: tuple[Fault, ...]
    rows: int
    streams: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def __len__(self) -> int:
        return len(self.faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    @overload
    def __getitem__(self, index: int) -> Fault: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Fault]: ...
    def __getitem__(self, index: int | slice) -> Fault | Sequence[Fault]:
        return self.faults[index]
