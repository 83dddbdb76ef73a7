"""The user's own file with its faults marked, so that he mends them where he made them.

A small workbook comes back as it was, with red cells, a comment at each and a column 错误说明. A
small text file becomes a workbook with the same columns, a large one one of its faulty rows only.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from kexiang.core.tabular_write import is_dangerous, sheet_title

MAX_ROWS = 20_000
# openpyxl needs about half a kilobyte a cell; more than this would break the memory bound.
MAX_CELLS = 400_000
MAX_COMMENTS = 5_000
# Text files up to this size come back whole, larger ones as their faulty rows.
MAX_COPIED = 8 * 1024 * 1024
NOTE_HEAD = "错误说明"
ROW_HEAD = "原行号"
_RED = "FFF4B6B6"
_AUTHOR = "科享"


@dataclass(frozen=True, slots=True)
class CellFault:
    """A fault at a row (from 1) and a column (from 0), or of the whole row without a column."""

    row: int
    column: int | None
    message: str


def write_faults(
    source: Any,
    faults: Iterable[CellFault],
    target: Path,
    *,
    heads: Sequence[str],
    head_row: int,
    only_faulty: bool = False,
) -> str:
    """Write the marked file and give its sort: ``annotated``, ``copied`` or ``extract``.

    ``source`` is the ``RowSource`` of the user's file, ``heads`` its column heads. A workbook
    .xlsx comes back as it was, with red cells and comments; other files as a workbook with the
    same columns. Large ones, and all with ``only_faulty``, hold the faulty rows only.
    """
    by_row: dict[int, list[CellFault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    rows = source.rows_hint or 0
    few = sum(len(found) for found in by_row.values()) <= MAX_COMMENTS and not only_faulty
    fits = 0 < rows <= MAX_ROWS and rows * len(heads) <= MAX_CELLS
    if few and source.kind == "xlsx" and fits:
        _annotate(source, by_row, target, head_row)
        return "annotated"
    small = few and source.kind != "xlsx" and source.size <= MAX_COPIED
    _extract(source.rows, by_row, target, heads, None if small else by_row.keys(), head_row)
    return "copied" if small else "extract"


def _annotate(source: Any, by_row: dict[int, list[CellFault]], target: Path, head_row: int) -> None:
    book = load_workbook(source.path)
    sheet = book[source.sheet]
    red = PatternFill("solid", start_color=_RED, end_color=_RED)
    last = _own_column(sheet, head_row)
    _forget_marks(sheet, last)
    if head_row:
        sheet.cell(head_row, last, NOTE_HEAD)
    for row, found in by_row.items():
        note = sheet.cell(row, last)
        note.value = safe_text("\n".join(fault.message for fault in found))
        note.data_type, note.fill = "s", red
        for fault in found:
            if fault.column is not None:
                _mark(sheet, _top_left(sheet, row, fault.column + 1), fault.message, red)
    book.active = book.index(sheet)
    book.save(target)
    book.close()


def _own_column(sheet: Any, head_row: int) -> int:
    """The column of an earlier round, or a new one behind the last."""
    if head_row:
        for cell in sheet[head_row]:
            if cell.value == NOTE_HEAD:
                return int(cell.column)
    return int(sheet.max_column) + 1


def _forget_marks(sheet: Any, last: int) -> None:
    """Take away what an earlier round marked; comments of people stay."""
    for row in sheet.iter_rows():
        for cell in row:
            ours = cell.comment is not None and cell.comment.author == _AUTHOR
            if ours or (cell.column == last and cell.value and not isinstance(cell, MergedCell)):
                cell.comment = None
                cell.fill = PatternFill()
                if cell.column == last:
                    cell.value = None


def _top_left(sheet: Any, row: int, column: int) -> Any:
    """The cell that carries the value: of a merged range the first one."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, MergedCell):
        return cell
    home = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
    return sheet.cell(home.min_row, home.min_col)


def _mark(sheet: Any, cell: Any, message: str, red: PatternFill) -> None:
    """Red, with the sentence; what a person had noted there stays below it."""
    texts = [safe_text(message)[:500]]
    if cell.comment is not None:
        texts.append(cell.comment.text)
    cell.fill = red
    cell.comment = Comment("\n".join(texts), _AUTHOR, height=80, width=280)


def safe_text(text: str) -> str:
    """Without the characters that XML cannot hold, and never longer than a cell."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:32_000]


def _extract(
    rows: Callable[[], Iterable[tuple[int, Any]]],
    by_row: dict[int, list[CellFault]],
    target: Path,
    heads: Sequence[str],
    wanted: Container[int] | None,
    head_row: int,
) -> None:
    """A workbook of the ``wanted`` rows (all, when ``None``) with the user's own columns."""
    book = xlsxwriter.Workbook(
        str(target),
        {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False,
         "nan_inf_to_errors": True},
    )  # fmt: skip
    try:
        page = book.add_worksheet(sheet_title("错误标注" if wanted is None else "错误行"))
        writer = _Extract(book, page, heads)
        for number, cells in rows():
            if number > head_row and (wanted is None or number in wanted):
                writer.row(number, cells, by_row.get(number, []))
    finally:
        book.close()


class _Extract:
    """Writes rows with their faults: number and sentences first, then the user's columns."""

    def __init__(self, book: Any, page: Any, heads: Sequence[str]) -> None:
        self.page, self.heads, self.line = page, heads, 0
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F4", "border": 1})
        self.plain = book.add_format({"num_format": "@"})
        self.red = book.add_format({"num_format": "@", "bg_color": "#F4B6B6"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        page.set_column(0, 0, 8)
        page.set_column(1, 1, 60)
        for position, head in enumerate([ROW_HEAD, NOTE_HEAD, *heads]):
            page.write_string(0, position, head, bold)
        page.freeze_panes(1, 2)

    def row(self, number: int, cells: Any, found: list[CellFault]) -> None:
        self.line += 1
        page, line = self.page, self.line
        page.write_number(line, 0, number)
        if found:
            text = safe_text("\n".join(fault.message for fault in found))
            page.write_string(line, 1, text, self.red)
        bad = {fault.column: fault.message for fault in found}
        values = [cells.get(head) for head in self.heads] if isinstance(cells, dict) else cells
        for position in range(max(len(values), len(self.heads))):
            value = values[position] if position < len(values) else None
            text = "" if value is None else str(value)[:32_767]
            if position in bad:
                page.write_string(line, position + 2, text, self.red)
                if self.line <= MAX_COMMENTS:
                    note = safe_text(bad[position])[:500]
                    page.write_comment(line, position + 2, note, {"author": _AUTHOR})
            elif text:
                style = self.quoted if is_dangerous(text) else self.plain
                page.write_string(line, position + 2, text, style)
