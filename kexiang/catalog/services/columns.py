"""From validated attributes to the typed columns beside them (design.md §1.1)."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from pypinyin import lazy_pinyin

from kexiang.catalog import rules
from kexiang.catalog.models import RecordColumn
from kexiang.catalog.queries import succession
from kexiang.catalog.queries.offers import standards_of
from kexiang.kinds.types import FieldSpec, KindSpec

# Which column holds the field that plays a part; other fields go by their own name.
ROLE_COLUMNS = {
    "value": "value_wan",
    "price": "price_fen",
    "year": "year",
    "number": "inner_no",
    "class": "class_code",
    "open": "open_state",
    "state": "current_state",
    "expires": "valid_until",
    "model": "model",
    "maker": "maker",
}
NAMED_COLUMNS = (
    "asset_no",
    "brand",
    "funding_source",
    "lead_days",
    "commissioned_on",
    "booked_on",
    "run_hours",
    "service_hours",
    "external_hours",
)
EMPTY: dict[str, Any] = {
    "year": None,
    "value_wan": None,
    "price_fen": None,
    "lead_days": None,
    "commissioned_on": None,
    "booked_on": None,
    "run_hours": None,
    "service_hours": None,
    "external_hours": None,
    "valid_until": None,
}
_WIDTHS = {
    "class_code": 24,
    "inner_no": 150,
    "asset_no": 150,
    "model": 120,
    "maker": 120,
    "brand": 60,
    "funding_source": 24,
    "open_state": 24,
    "current_state": 24,
}
EMPTY |= dict.fromkeys(_WIDTHS, "")


def columns_of(spec: KindSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed columns of a record with these attributes; what a kind lacks is empty."""
    columns = dict(EMPTY)
    for role, column in ROLE_COLUMNS.items():
        played = spec.role(role)
        if played is not None:
            columns[column] = _typed(column, played, values.get(played.name))
    for name in NAMED_COLUMNS:
        if spec.has(name):
            columns[name] = _typed(name, spec.field(name), values.get(name))
    title = str(values.get(spec.title_field) or "")
    columns["title"] = title[:300]
    columns["title_pinyin"] = pinyin_key(title)
    columns["title_key"] = rules.title_key(title, columns["model"])
    return columns


@lru_cache(maxsize=20_000)
def pinyin_key(title: str) -> str:
    """The sort key of a title: its pinyin, lower case, without tones.

    Remembered: in a ledger the same names stand hundreds of times.
    """
    return "".join(lazy_pinyin(title)).lower()[:120]


def _typed(column: str, spec: FieldSpec, value: Any) -> Any:
    if value in (None, "", []):
        return EMPTY[column]
    if column in _WIDTHS:
        return str(value[0] if isinstance(value, list) else value)[: _WIDTHS[column]]
    return _CONVERT[column](spec, value)


def _year(spec: FieldSpec, value: Any) -> int | None:
    text = str(value)[:4]
    return int(text) if text.isdigit() else None


def _wan(spec: FieldSpec, value: Any) -> Decimal:
    """Money in 万元, whatever unit the kind keeps it in (domain.md §13.4: never mixed)."""
    amount = Decimal(str(value))
    return amount if spec.money_unit == "万元" else amount / 10_000


def _fen(spec: FieldSpec, value: Any) -> int:
    factor = 1_000_000 if spec.money_unit == "万元" else 100
    return int((Decimal(str(value)) * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _day(spec: FieldSpec, value: Any) -> date:
    return date.fromisoformat(str(value))


def _number(spec: FieldSpec, value: Any) -> Decimal:
    return Decimal(str(value))


def _whole(spec: FieldSpec, value: Any) -> int:
    return int(Decimal(str(value)))


_CONVERT = {
    "year": _year,
    "value_wan": _wan,
    "price_fen": _fen,
    "lead_days": _whole,
    "commissioned_on": _day,
    "booked_on": _day,
    "valid_until": _day,
    "run_hours": _number,
    "service_hours": _number,
    "external_hours": _number,
}


def other_columns(spec: KindSpec, values: Mapping[str, Any]) -> list[RecordColumn]:
    """Unsaved rows for ``column = true`` fields without a column in ``Record``."""
    held = set(NAMED_COLUMNS) | {
        played.name for role in ROLE_COLUMNS if (played := spec.role(role)) is not None
    }
    rows = []
    for field in spec.columns:
        value = values.get(field.name)
        if field.name not in held and value not in (None, "", []):
            rows.append(_column_row(field, value))
    standards = {rules.folded(number)[:150] for number in standards_of(spec, dict(values))}
    rows += [RecordColumn(name="standard", text=text) for text in sorted(standards) if text]
    others = succession.related_numbers(spec, values)
    return rows + [RecordColumn(name=succession.COLUMN, text=text) for text in others if text]


def _column_row(field: FieldSpec, value: Any) -> RecordColumn:
    if field.type in ("integer", "decimal", "money", "year", "boolean"):
        number = int(value) if isinstance(value, bool) else value
        return RecordColumn(name=field.name, number=Decimal(str(number)))
    if field.type == "date":
        return RecordColumn(name=field.name, day=date.fromisoformat(str(value)))
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return RecordColumn(name=field.name, text=text[:150])
