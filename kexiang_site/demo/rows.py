"""What the generator hands to the catalogue, and the calendar of a demo day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the demo place.

    ``key`` is stable across dates; ``owner`` is the key of an organisation; ``age`` and
    ``fresh`` are the days since publication and since the unit last confirmed the record.
    ``refs`` names other rows by key for the fields that hold records.
    """

    kind: str
    key: str
    owner: str
    values: dict[str, Any]
    age: int = 200
    fresh: int = 60
    visibility: str = "public"
    picture: str = ""
    refs: dict[str, tuple[str, ...]] = field(default_factory=dict)


def before(today: date, days: int) -> str:
    """The ISO date ``days`` before today."""
    return (today - timedelta(days=days)).isoformat()


def fill(**values: Any) -> dict[str, Any]:
    """The values that say something; empty ones are left out as a person would."""
    return {name: value for name, value in values.items() if value not in ("", None, [], ())}
