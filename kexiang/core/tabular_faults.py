"""The user's own file with its faults marked, so that he mends them where he made them.

A small workbook comes back as it was, with red cells, a comment at each and a column 错误说明.
A large one (or a text file) becomes a workbook of only the faulty rows with their row numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from kexiang.core.tabular_write import is_dangerous, sheet_title

MAX_ROWS = 20_000
# openpyxl needs about half a kilobyte a cell; more than this would break the memory bound.
MAX_CELLS = 400_000
MAX_COMMENTS = 5_000
_RED = "FFF4B6B6"
_AUTHOR = "科享"


@dataclass(frozen=True, slots=True)
class CellFault:
    """A fault at a row (from 1) and a column (from 0), or of the whole row without a column."""

    row: int
    column: int | None
    message: str


def write_faults(
    source: Any, faults: Iterable[CellFault], target: Path, *, heads: Sequence[str], head_row: int
) -> str:
    """Write the marked file and give its sort: ``annotated`` or ``extract``.

    ``source`` is the ``RowSource`` of the user's file, ``heads`` its column heads.
    """
    by_row: dict[int, list[CellFault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    rows = source.rows_hint or 0
    small = source.kind == "xlsx" and 0 < rows <= MAX_ROWS and rows * len(heads) <= MAX_CELLS
    if small and sum(len(found) for found in by_row.values()) <= MAX_COMMENTS:
        _annotate(source, by_row, target, head_row)
        return "annotated"
    _extract(source.rows, by_row, target, heads)
    return "extract"


def _annotate(source: Any, by_row: dict[int, list[CellFault]], target: Path, head_row: int) -> None:
    book = load_workbook(source.path)
    sheet = book[source.sheet]
    red = PatternFill("solid", start_color=_RED, end_color=_RED)
    last = sheet.max_column + 1
    if head_row:
        sheet.cell(head_row, last, "错误说明")
    for row, found in by_row.items():
        sheet.cell(row, last, "\n".join(fault.message for fault in found)).fill = red
        for fault in found:
            if fault.column is not None:
                cell = sheet.cell(row, fault.column + 1)
                cell.fill = red
                cell.comment = Comment(fault.message[:500], _AUTHOR, height=80, width=280)
    book.active = book.index(sheet)
    book.save(target)
    book.close()


def _extract(
    rows: Callable[[], Iterable[tuple[int, Any]]],
    by_row: dict[int, list[CellFault]],
    target: Path,
    heads: Sequence[str],
) -> None:
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    try:
        page = book.add_worksheet(sheet_title("错误行"))
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F4", "border": 1})
        plain = book.add_format({"num_format": "@"})
        red = book.add_format({"num_format": "@", "bg_color": "#F4B6B6"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        page.set_column(0, 0, 8)
        page.set_column(1, 1, 60)
        for position, head in enumerate(["原行号", "错误说明", *heads]):
            page.write_string(0, position, head, bold)
        page.freeze_panes(1, 2)
        line = 0
        for number, cells in rows():
            if number not in by_row:
                continue
            line += 1
            found = by_row[number]
            page.write_number(line, 0, number)
            page.write_string(line, 1, "\n".join(fault.message for fault in found))
            bad = {fault.column for fault in found}
            values = [cells.get(head) for head in heads] if isinstance(cells, dict) else cells
            for position, value in enumerate(values):
                text = "" if value is None else str(value)[:32_767]
                style = quoted if is_dangerous(text) else plain
                page.write_string(line, position + 2, text, red if position in bad else style)
    finally:
        book.close()
