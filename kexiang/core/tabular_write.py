"""Tables out: .xlsx by XlsxWriter in constant memory, .csv and .jsonl as streams.

A text that a spreadsheet could take for a formula (``= + - @``, also in full width as East Asian
editions of Excel read them, tab, return, line feed) never is one: in
.xlsx it is written as a text with the quote prefix, in .csv behind an apostrophe.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MAX_CELL = 32_767
# A cell of Excel holds 15 digits; a longer number is written as text.
_EXACT = 10**15
_BAD_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "datetime": {"num_format": "yyyy-mm-dd hh:mm"},
    "money": {"num_format": "#,##0.00"},
    "integer": {"num_format": "0"},
    "number": {},
    "general": {},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: head, type (``text date datetime money integer number general``), width."""

    head: str
    type: str = "general"
    width: float = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: title of the tab, columns, rows (read once), lines above the heads."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    above: Sequence[str] = ()


def is_dangerous(text: str) -> bool:
    return text.startswith(DANGEROUS)


def sheet_title(title: str) -> str:
    """A title Excel accepts: at most 31 characters, none of ``[]:*?/\\``."""
    return title.translate(_BAD_TITLE).strip("'")[:31] or "Sheet1"


def write_xlsx(target: Path | str | IO[bytes], sheets: Sequence[Sheet]) -> int:
    """Write the sheets and give the number of data rows. Texts stay texts, numbers numbers."""
    opened = target if not isinstance(target, Path) else str(target)
    book = xlsxwriter.Workbook(
        opened,
        {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False,
         "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd",
         "nan_inf_to_errors": True},
    )  # fmt: skip
    try:
        return sum(_write_sheet(book, sheet) for sheet in sheets)
    finally:
        book.close()


def _write_sheet(book: Any, sheet: Sheet) -> int:
    page = book.add_worksheet(sheet_title(sheet.title))
    head = book.add_format({"bold": True, "bg_color": "#DCE6F4", "border": 1, "text_wrap": True})
    formats = [book.add_format(dict(_FORMATS[column.type])) for column in sheet.columns]
    quoted = book.add_format({"num_format": "@", "quote_prefix": True})
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, column.width, formats[position])
    for row, line in enumerate(sheet.above):
        page.write_string(row, 0, line)
    top = len(sheet.above)
    for position, column in enumerate(sheet.columns):
        page.write_string(top, position, column.head, head)
    page.freeze_panes(top + 1, 1)
    count = 0
    for count, values in enumerate(sheet.rows, start=1):
        for position, value in enumerate(values):
            if value is not None and value != "":
                _write_cell(page, top + count, position, value, formats[position], quoted)
    if sheet.columns:
        page.autofilter(top, 0, top + count, len(sheet.columns) - 1)
    return count


def _write_cell(page: Any, row: int, column: int, value: Any, style: Any, quoted: Any) -> None:
    if isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", style)
    elif isinstance(value, (int, float, Decimal)) and -_EXACT < value < _EXACT:
        page.write_number(row, column, value, style)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), style)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, style)
    else:
        text = str(value)[:_MAX_CELL]
        page.write_string(row, column, text, quoted if is_dangerous(text) else style)


def write_csv(target: IO[str], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table that Excel opens rightly: BOM, CRLF, disarmed formulas. Gives the rows."""
    target.write("\ufeff")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_csv_cell(head) for head in heads])
    count = 0
    for values in rows:
        writer.writerow([_csv_cell(value) for value in values])
        count += 1
    return count


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    text = str(value)
    return f"'{text}" if is_dangerous(text) else text


def write_jsonl(target: IO[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write an object a line, Chinese as it is; dates as ISO text, decimals as text."""
    count = 0
    for row in rows:
        target.write(json.dumps(row, ensure_ascii=False, default=_json_value))
        target.write("\n")
        count += 1
    return count


def _json_value(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
