"""Tables in and out of files: one door for .xlsx, .xls, .csv and .jsonl.

Reading is lazy: whatever the size of the file, a row is in memory only while it is used.
Writing is in ``tabular_write``, marking faults in somebody's file in ``tabular_faults``; both are
offered here as well.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine

from kexiang.core.tabular_faults import CellFault, write_faults
from kexiang.core.tabular_guard import Unreadable, kind_of
from kexiang.core.tabular_text import csv_rows, encoding_of, jsonl_rows
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

Row = tuple[int, list[Any] | dict[str, Any]]
_HEADER_WITHIN = 20


@dataclass(frozen=True, slots=True)
class RowSource:
    """The rows of one sheet or file. It may be read again and again; nothing is kept open.

    ``kind`` is ``xlsx``, ``xls``, ``csv`` or ``jsonl``; rows of ``jsonl`` are objects, all others
    lists of cells. ``rows_hint`` is the last row as the file claims it, for progress only.
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
        """The first ``count`` rows that are not empty."""
        found: list[Row] = []
        for row in self._all():
            found.append(row)
            if len(found) >= count:
                break
        return found

    def _all(self) -> Iterator[Row]:
        if self.kind == "xlsx":
            with Workbook(self.path, self._kept.get("strings")) as book:
                self._kept["strings"] = book.strings()
                yield from book.rows(self.sheet)
        elif self.kind == "xls":
            yield from _xls_rows(self.path, self.sheet)
        elif self.kind == "csv":
            yield from csv_rows(self.path, self.encoding)
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
    if kind in ("csv", "jsonl"):
        return RowSource(path, kind, encoding=encoding_of(path), size=size)
    sheets = _sheets(path, kind)
    if sheet is not None and sheet not in sheets:
        raise Unreadable(f"没有名为“{sheet[:40]}”的工作表。现有:{'、'.join(sheets)}。")
    chosen = sheet or _first_filled(path, kind, sheets)
    hint = None
    if kind == "xlsx":
        with Workbook(path) as book:
            hint = book.rows_hint(chosen)
    return RowSource(path, kind, tuple(sheets), chosen, rows_hint=hint, size=size)


def _sheets(path: Path, kind: str) -> list[str]:
    if kind == "xlsx":
        with Workbook(path) as book:
            return list(book.sheets)
    with _calamine(path) as book:
        return list(book.sheet_names)


def _first_filled(path: Path, kind: str, sheets: Sequence[str]) -> str:
    """Instructions come first in many workbooks; a sheet with heads is wider than one column."""
    named = [name for name in sheets if "说明" not in name]
    if kind == "xls":
        return (named or list(sheets))[0]
    with Workbook(path) as book:
        return next((name for name in named if book.is_filled(name)), sheets[0])


def _calamine(path: Path) -> Any:
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("文件已损坏或设有密码,无法读取。请另存为 .xlsx 后再上传。") from error


def _xls_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    with _calamine(path) as book:
        try:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, OSError) as error:
            raise Unreadable("工作表无法读取。请另存为 .xlsx 后再上传。") from error
    for number, cells in enumerate(rows, start=1):
        values = [None if cell == "" else cell for cell in cells]
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
        texts = [_head(cell) for cell in cells]
        score = sum(1 for text in texts if text and known(text))
        if score > most:
            best, most = Header(number, tuple(texts)), score
    if best is not None and most >= 2:
        return best
    for number, cells in rows:
        texts = [_head(cell) for cell in cells]
        if sum(bool(text) for text in texts) >= 2 and all(isinstance(c, str) for c in cells if c):
            return Header(number, tuple(texts))
    if best is not None:
        return best
    raise Unreadable("没有找到列标题。请在第一行写明各列名称,或使用平台提供的模板。")


def _head(cell: Any) -> str:
    with suppress(ValueError):
        return " ".join(str(cell if cell is not None else "").split())[:200]
    return ""
