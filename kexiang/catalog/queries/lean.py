"""Rows for lists and search, read without building models: one query, only what is shown.

``LeanRecord`` has the names of ``Record``, so cards, documents and audiences take either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kexiang.catalog import rules
from kexiang.catalog.models import Record


@dataclass(slots=True)
class LeanOwner:
    uid: str
    name: str
    code: str
    name_en: str = ""


@dataclass(slots=True)
class LeanRecord:
    """What a card and a search document are made of."""

    uid: str
    kind: str
    number: str
    title: str
    title_pinyin: str
    model: str
    attributes: dict[str, Any]
    region: str
    department: str
    state: str
    visibility: str
    is_held: bool
    current_state: str
    year: int | None
    lead_days: int | None
    completeness: int
    version: int
    valid_until: date | None
    value_wan: Decimal | None
    price_fen: int | None
    published_at: datetime | None
    confirmed_at: datetime | None
    updated_at: datetime | None
    owner: LeanOwner

    @property
    def is_indexed(self) -> bool:
        return rules.is_indexed(state=self.state, visibility=self.visibility, is_held=self.is_held)


_SHOWN = (
    "uid", "kind", "number", "title", "title_pinyin", "model", "attributes", "region",
    "department", "state", "visibility", "is_held", "current_state", "year", "lead_days",
    "completeness", "version", "valid_until",
)  # fmt: skip
_MORE = ("value_wan", "price_fen", "published_at", "confirmed_at", "updated_at")
_OWNER = ("owner__uid", "owner__name", "owner__code", "owner__name_en")
_NOTHING = (None,) * len(_MORE)


def _lean(values: Any, owner: Any) -> LeanRecord:
    return LeanRecord(*(*values, LeanOwner(*owner)))


def shown_rows(uids: Iterable[str]) -> list[LeanRecord]:
    """What a hit shows, without the numbers a card does not need."""
    rows: Any = Record.objects.filter(uid__in=uids).order_by().values_list(*_SHOWN, *_OWNER)
    return [_lean([*row[: -len(_OWNER)], *_NOTHING], row[-len(_OWNER) :]) for row in rows]


def whole_rows(uids: Iterable[str]) -> list[LeanRecord]:
    """Everything a search document is made of."""
    wanted = (*_SHOWN, *_MORE, *_OWNER)
    rows: Any = Record.objects.filter(uid__in=uids).order_by().values_list(*wanted)
    return [_lean(row[: -len(_OWNER)], row[-len(_OWNER) :]) for row in rows]
