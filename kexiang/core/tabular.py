"""Tables in and out of files: one door for .xlsx, .xls, .csv and .jsonl.

Reading is lazy: whatever the size of the file, a row is in memory only while it is used. Web pages
and XML tables that a system has named ``.xls`` are read for what they are. A person is shown
``tabular_survey.survey`` (heads on several levels, units, sheets, what is left out), the rows of
records come from ``tabular_rows.DataRows``. Writing is in ``tabular_write``, marking faults in
somebody's file in ``tabular_faults``; both are offered here as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine

from kexiang.core import tabular_markup
from kexiang.core.tabular_faults import CellFault, write_faults
from kexiang.core.tabular_guard import Unreadable, kind_of
from kexiang.core.tabular_heads import text_of
from kexiang.core.tabular_strings import cell_text
from kexiang.core.tabular_text import csv_rows, encoding_of, jsonl_rows
from kexiang.core.tabular_types import NO_FACTS, Merge, Row, SheetFacts, SheetInfo
from kexiang.core.tabular_write import Column, Sheet, write_csv, write_jsonl, write_xlsx
from kexiang.core.tabular_xlsx import Workbook

__all__ = [
    "CellFault",
    "Column",
    "Header",
    "RowSource",
    "Sheet",
    "Unreadable",
    "find_header",
    "read_rows",
    "write_csv",
    "write_faults",
    "write_jsonl",
    "write_xlsx",
]

_HEADER_WITHIN = 20
_MARKUP = ("html", "xml")


@dataclass(frozen=True, slots=True)
class RowSource:
    """The rows of one sheet or file. It may be read again and again; nothing is kept open.

    ``kind`` is ``xlsx``, ``xls``, ``html``, ``xml``, ``csv`` or ``jsonl``; rows of ``jsonl`` are
    objects, all others lists of cells (a cell may be ``kernel.cells.Flawed``). ``rows_hint`` is the
    last row as the file claims it, for progress only.
    """

    path: Path
    kind: str
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    rows_hint: int | None = None
    size: int = field(default=0)
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __iter__(self) -> Iterator[Row]:
        return self.rows()

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """Row number (from 1, as the user sees it) and cells; none up to row ``after``."""
        for row in self._all():
            if row[0] > after:
                yield row

    def head(self, count: int = _HEADER_WITHIN) -> list[Row]:
        """The first ``count`` rows that are not empty; looked for once."""
        if self._kept.get("looked", 0) < count:
            self._kept["head"], self._kept["looked"] = list(islice(self._all(), count)), count
        head: list[Row] = self._kept["head"]
        return head[:count]

    def facts(self) -> SheetFacts:
        """Merged ranges, hidden rows and columns of the sheet; nothing for text files."""
        if "facts" not in self._kept:
            self._kept["facts"] = self._read_facts()
        found: SheetFacts = self._kept["facts"]
        return found

    def _read_facts(self) -> SheetFacts:
        if self.kind == "xlsx":
            with Workbook(self.path) as book:
                return book.facts(self.sheet)
        if self.kind == "xls":
            return _xls_facts(self.path, self.sheet)
        if self.kind in _MARKUP:
            return self._table().facts
        return NO_FACTS

    def _table(self) -> tabular_markup.MarkupTable:
        if "table" not in self._kept:
            found = tabular_markup.tables(self.path, self.kind, self.encoding)
            self._kept["table"] = next(one for one in found if one.title == self.sheet)
        table: tabular_markup.MarkupTable = self._kept["table"]
        return table

    def _all(self) -> Iterator[Row]:
        if self.kind == "xlsx":
            with Workbook(self.path, self._kept.get("strings")) as book:
                self._kept["strings"] = book.strings()
                yield from book.rows(self.sheet)
        elif self.kind == "xls":
            yield from _xls_rows(self.path, self.sheet)
        elif self.kind == "csv":
            yield from csv_rows(self.path, self.encoding)
        elif self.kind in _MARKUP:
            index = self._table().index
            yield from tabular_markup.rows(self.path, self.kind, self.encoding, index)
        else:
            yield from jsonl_rows(self.path, self.encoding)


def read_rows(path: Path | str, *, sheet: str | None = None, name: str = "") -> RowSource:
    """The rows of a file; of a workbook the named sheet, or the first with content.

    ``name`` is the user's name of the file when ``path`` is a stored copy. Raises ``Unreadable``
    with a sentence that says why and what to do, also for hostile files.
    """
    path = Path(path)
    kind = kind_of(path, name)
    size = path.stat().st_size
    encoding = "" if kind in ("xlsx", "xls") else encoding_of(path)
    if kind in ("csv", "jsonl"):
        return RowSource(path, kind, encoding=encoding, size=size)
    infos = sheet_infos(path, kind, encoding)
    titles = tuple(info.name for info in infos)
    if sheet is not None and sheet not in titles:
        raise Unreadable(f"没有名为“{sheet[:40]}”的工作表。现有:{'、'.join(titles[:20])}。")
    chosen = next(info for info in infos if info.name == (sheet or _first_filled(infos)))
    return RowSource(path, kind, titles, chosen.name, encoding, chosen.rows_hint, size)


def sheet_infos(path: Path, kind: str, encoding: str) -> list[SheetInfo]:
    """All sheets of a workbook (or tables of a page) in order. Raises ``Unreadable``."""
    if kind == "xlsx":
        with Workbook(path) as book:
            return [
                SheetInfo(name, name in book.hidden, book.is_filled(name), book.rows_hint(name))
                for name in book.sheets
            ]
    if kind in _MARKUP:
        found = tabular_markup.tables(path, kind, encoding)
        return [SheetInfo(one.title, rows_hint=one.rows) for one in found]
    with _calamine(path) as book:
        return [_xls_info(book, sheet) for sheet in book.sheets_metadata]


def _xls_info(book: Any, sheet: Any) -> SheetInfo:
    if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return SheetInfo(sheet.name, is_filled=False)
    hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
    page = book.get_sheet_by_name(sheet.name)
    return SheetInfo(sheet.name, hidden, page.width > 1, page.total_height)


def _first_filled(infos: Sequence[SheetInfo]) -> str:
    """Instructions come first in many workbooks; a sheet with heads is wider than one column."""
    shown = [info for info in infos if not info.is_hidden] or list(infos)
    named = [info for info in shown if "说明" not in info.name and info.is_filled]
    return (named or shown)[0].name


def _calamine(path: Path) -> Any:
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise Unreadable("文件设有打开密码,无法读取。请去掉密码后另存再上传。") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("文件已损坏或设有密码,无法读取。请另存为 .xlsx 后再上传。") from error


def _xls_facts(path: Path, sheet: str) -> SheetFacts:
    with _calamine(path) as book:
        ranges = book.get_sheet_by_name(sheet).merged_cell_ranges or ()
    return SheetFacts(
        tuple(Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges)
    )


def _xls_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    with _calamine(path) as book:
        try:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, OSError) as error:
            raise Unreadable("工作表无法读取。请另存为 .xlsx 后再上传。") from error
    for number, cells in enumerate(rows, start=1):
        values = [cell_text(cell) or None if isinstance(cell, str) else cell for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if values:
            yield number, values


@dataclass(frozen=True, slots=True)
class Header:
    """The row of column heads. Data begin after ``row``."""

    row: int
    heads: tuple[str, ...]


def find_header(rows: Sequence[Row], known: Callable[[str], bool]) -> Header:
    """The row with most heads that ``known`` recognises; else the first row of several texts.

    Titles above the heads, merged group heads and template notes are passed over this way. For
    ``jsonl`` the keys of the objects are the heads, and data begin with the first line.
    """
    if rows and isinstance(rows[0][1], dict):
        keys = dict.fromkeys(str(key) for _, row in rows if isinstance(row, dict) for key in row)
        return Header(0, tuple(keys))
    best, most = None, 0
    for number, cells in rows:
        texts = [text_of(cell) for cell in cells]
        score = sum(1 for text in texts if text and known(text))
        if score > most:
            best, most = Header(number, tuple(texts)), score
    if best is not None and most >= 2:
        return best
    for number, cells in rows:
        texts = [text_of(cell) for cell in cells]
        if sum(bool(text) for text in texts) >= 2 and all(isinstance(c, str) for c in cells if c):
            return Header(number, tuple(texts))
    if best is not None:
        return best
    raise Unreadable("没有找到列标题。请在第一行写明各列名称,或使用平台提供的模板。")
