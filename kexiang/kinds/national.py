"""The upload forms of the national instrument platform: their columns, and records written as one.

The facts of the forms (headings, order, limits, choices) stand in the pack, a row a column
(``national/nrii.csv``). ``wire`` is the platform's own name of a field, found by the kinds'
``exchange.nrii``; ``field`` names one of ours where the platform's name is not known; ``writes``
says how a value is written (text, code, date, money, number, list and its mark, file, none).
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from kexiang.kinds.types import FieldSpec, FormRecord, FormResult, KindSpec

OWNER = "@owner"
_ROWS = 5_000
_LONGEST_LIST = 255  # what Excel allows inside a rule
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

Words = Callable[[FieldSpec, Any], str]


@dataclass(frozen=True, slots=True)
class NationalColumn:
    """One column of a form with its limits."""

    position: int
    group: str
    heading: str
    wires: tuple[str, ...]
    field: str
    max_length: int | None
    max_items: int | None
    choices: tuple[str, ...]
    writes: str

    @property
    def short(self) -> str:
        """The heading without its remarks, for sentences."""
        return self.heading.partition("（")[0].partition("(")[0]

    def keys(self, spec: KindSpec) -> tuple[str, ...]:
        """Our fields behind the column, dotted inside a block; empty when we have none."""
        if self.field:
            return (self.field,) if spec.has(self.field) else ()
        names = wire_names(spec)
        return tuple(names[wire] for wire in self.wires if wire in names)


@dataclass(frozen=True, slots=True)
class NationalForm:
    """A sheet of a form; ``kind`` is the kind whose records it takes, empty when none fits."""

    code: str
    sheet: str
    kind: str
    columns: tuple[NationalColumn, ...]

    @property
    def has_groups(self) -> bool:
        return any(column.group for column in self.columns)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(column.heading for column in self.columns)


def parse(text: str) -> list[NationalForm]:
    """The forms of a pack's table, in order. Raises ``KeyError`` or ``ValueError``."""
    found: dict[tuple[str, str, str], list[NationalColumn]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        column = NationalColumn(
            position=int(row["position"]),
            group=row["group"],
            heading=row["heading"],
            wires=tuple(wire for wire in row["wire"].split("+") if wire),
            field=row["field"],
            max_length=int(row["max_length"]) if row["max_length"] else None,
            max_items=int(row["max_items"]) if row["max_items"] else None,
            choices=tuple(word for word in row["choices"].split("|") if word),
            writes=row["writes"],
        )
        found.setdefault((row["form"], row["sheet"], row["kind"]), []).append(column)
    return [NationalForm(*key, tuple(columns)) for key, columns in found.items()]


def wire_names(spec: KindSpec) -> dict[str, str]:
    """The platform's name → our field, dotted inside blocks."""
    found: dict[str, str] = {OWNER: OWNER}
    for one in spec.fields:
        if wire := one.exchange.get("nrii"):
            found.setdefault(wire, one.name)
        if one.is_single_table:
            for sub in one.fields:
                if wire := sub.exchange.get("nrii"):
                    found.setdefault(wire, f"{one.name}.{sub.name}")
    return found


def write(
    form: NationalForm,
    spec: KindSpec,
    records: Iterable[FormRecord],
    target: Path,
    *,
    words: Words,
) -> FormResult:
    """Write the form as .xlsx: the platform's headings in its order, its limits as rules.

    Values that the form cannot hold are left out and told, never cut.
    """
    result = FormResult()
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    try:
        page = _Page(book, form)
        for record in records:
            cells = _cells(form, spec, record, words, result)
            if cells is not None:
                page.add(cells)
                result.written += 1
    finally:
        book.close()
    return result


class _Page:
    def __init__(self, book: Any, form: NationalForm) -> None:
        self.sheet = book.add_worksheet(form.sheet[:31])
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.money = book.add_format({"num_format": "0.00"})
        self.number = book.add_format({"num_format": "0.##"})
        self.row = 2 if form.has_groups else 1
        self._head(book, form)

    def _head(self, book: Any, form: NationalForm) -> None:
        style = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
        head = book.add_format({**style, "bg_color": "#DCE6F4"})
        top = book.add_format({**style, "align": "center"})
        if form.has_groups:
            for first, last, group in _groups(form.columns):
                if last > first:
                    self.sheet.merge_range(0, first, 0, last, group, top)
                else:
                    self.sheet.write_string(0, first, group, top)
        for position, column in enumerate(form.columns):
            numeric = column.writes in ("money", "number")
            style_of = self.money if column.writes == "money" else self.number
            self.sheet.set_column(position, position, 18, style_of if numeric else self.text)
            self.sheet.write_string(self.row - 1, position, column.heading, head)
            rule = _rule(column)
            if rule:
                self.sheet.data_validation(self.row, position, self.row + _ROWS, position, rule)
        self.sheet.freeze_panes(self.row, 3)

    def add(self, cells: Sequence[Any]) -> None:
        for position, value in enumerate(cells):
            if isinstance(value, Decimal):
                self.sheet.write_number(self.row, position, value)
            elif value:
                style = self.quoted if value.startswith(_DANGEROUS) else self.text
                self.sheet.write_string(self.row, position, value, style)
        self.row += 1


def _groups(columns: Sequence[NationalColumn]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for position, column in enumerate(columns):
        if found and found[-1][2] == column.group:
            found[-1] = (found[-1][0], position, column.group)
        else:
            found.append((position, position, column.group))
    return found


def _rule(column: NationalColumn) -> dict[str, Any]:
    """The form's limit as a rule of Excel: a drop-down or a length."""
    single = column.choices and not column.writes.startswith("list")
    if single and len(",".join(column.choices)) <= _LONGEST_LIST:
        text = "请从下拉列表中选择。"
        return {"validate": "list", "source": list(column.choices), "error_message": text}
    if column.max_length:
        return {
            "validate": "length",
            "criteria": "<=",
            "value": column.max_length,
            "error_message": f"最多 {column.max_length} 字。",
        }
    return {}


def _cells(
    form: NationalForm, spec: KindSpec, record: FormRecord, words: Words, result: FormResult
) -> list[Any] | None:
    """The cells of one record; ``None`` when the form may not take it at all."""
    cells: list[Any] = []
    losses: list[str] = []
    for column in form.columns:
        if column.writes == "file":
            if _find(column, spec, record.values)[1]:
                result.files[column.short] = result.files.get(column.short, 0) + 1
            cells.append("")
            continue
        value, told, stops = _cell(column, spec, record, words)
        cells.append(value)
        if told and stops:
            result.refused.append(f"{record.name}:{told}")
            return None
        if told:
            losses.append(f"{record.name}:{told}")
    result.losses += losses
    return cells


def _cell(
    column: NationalColumn, spec: KindSpec, record: FormRecord, words: Words
) -> tuple[Any, str, bool]:
    """The value of a cell, a sentence when something is lost, whether that forbids the record."""
    if column.wires == (OWNER,):
        return record.owner, "", False
    one, value = _find(column, spec, record.values)
    if one is None or value in (None, "", []):
        return "", "", False
    many = value if isinstance(value, list) else [value]
    if column.max_items and len(many) > column.max_items:
        text = (
            f"“{column.short}”有 {len(many)} 项,国家平台最多 {column.max_items} 项,请先删减;"
            "这条没有写入。"
        )
        return "", text, True
    return *_written(column, one, many, words), False


def _find(
    column: NationalColumn, spec: KindSpec, values: Mapping[str, Any]
) -> tuple[FieldSpec | None, Any]:
    """The first of the column's fields with a value."""
    for key in column.keys(spec):
        name, _, sub = key.partition(".")
        one, value = spec.field(name), values.get(name)
        if sub:
            value = value[0].get(sub) if value else None
            one = next(part for part in one.fields if part.name == sub)
        if value not in (None, "", []):
            return one, value
    return None, None


def _written(
    column: NationalColumn, one: FieldSpec, many: Sequence[Any], words: Words
) -> tuple[Any, str]:
    if column.writes in ("money", "number"):
        number = Decimal(str(many[0]))
        return (number / 10_000 if one.money_unit == "元" else number), ""
    if column.writes == "code":
        text = str(many[0])
    else:
        mark = column.writes.removeprefix("list") if column.writes.startswith("list") else ","
        text = mark.join(words(one, item) for item in many)
    if column.choices and not column.writes.startswith("list"):
        return _choice(column, text)
    limit = column.max_length or one.max_length
    if limit and len(text) > limit and not one.codes:
        told = f"“{column.short}”有 {len(text)} 字,表格最多 {limit} 字,没有填入,请精简。"
        return "", told
    return text, ""


def _choice(column: NationalColumn, text: str) -> tuple[str, str]:
    """The choice that is the text or ends with it (``附属于科学仪器中心``)."""
    for choice in column.choices:
        if choice == text or choice == f"附属于{text}":
            return choice, ""
    if text == "不附属":
        return "", ""
    return "", f"“{column.short}”为“{text[:20]}”,表格没有这一项,没有填入。"
