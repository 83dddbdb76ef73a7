"""Rows of an .xlsx sheet, one after the other, in memory that does not grow with the sheet.

The sheet is unpacked in pieces, cut after a row, and each piece is read by ``tabular_cells``:
several times faster than openpyxl's read-only mode (docs/adr/0006). Hidden sheets are read by name
only, error cells and pictures inside cells come as ``kernel.cells.Flawed``.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from lxml import etree

from kexiang.core.tabular_cells import RawCell, local, parser, raw_rows
from kexiang.core.tabular_facts import MAX_COLUMNS, facts_of
from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_strings import SharedStrings, cell_text
from kexiang.core.tabular_styles import Styles
from kexiang.core.tabular_types import SheetFacts
from kexiang.kernel.cells import error_cell, picture_cell

_PIECE = 1 << 18
_PIECES_LOOKED_AT = 8
_ROWS_LOOKED_AT = 10
_MAX_ROW_BYTES = 32 * 1024**2
_KEPT_NUMBERS = 1 << 16
_ROW_END = re.compile(rb"</(?:[A-Za-z_][\w.\-]*:)?row\s*>|<(?:[A-Za-z_][\w.\-]*:)?row\b[^<>]*/>")
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.\-]*:)?)worksheet\b[^>]*>")
_DATA = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?sheetData\s*(/?)>")
_DATA_END = re.compile(rb"</(?:[A-Za-z_][\w.\-]*:)?sheetData\s*>")
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REL_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_BROKEN = "文件已损坏,无法读取。请用 Excel 或 WPS 重新保存后再上传。"


_TORN = (
    etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError,
    OSError, ValueError,
)  # fmt: skip


@contextmanager
def _told() -> Iterator[None]:
    """Whatever is torn inside an archive becomes one sentence."""
    try:
        yield
    except Unreadable:
        raise
    except _TORN as error:
        raise Unreadable(_BROKEN) from error


class Workbook:
    """An open .xlsx file. Use as a context manager."""

    def __init__(self, path: Path, strings: SharedStrings | None = None) -> None:
        self._strings = strings
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise Unreadable(_BROKEN) from error
        self._numbers: dict[tuple[str, str], Any] = {}
        self._styles = Styles()
        self.hidden: set[str] = set()
        try:
            with _told():
                self._names = {name.lower(): name for name in self._archive.namelist()}
                self.sheets = self._read_sheets()
                if "xl/styles.xml" in self._names:
                    self._styles.read(self._tree("xl/styles.xml"))
        except Unreadable:
            self._archive.close()
            raise

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, *exc: object) -> None:
        self._archive.close()

    def _part(self, name: str) -> IO[bytes]:
        stream = self._archive.open(self._names[name.lower().lstrip("/")])
        if b"<!" in stream.read(2048).replace(b"<!--", b""):
            stream.close()
            raise Unreadable("文件带有不允许的 XML 声明,已拒绝打开。请重新保存后再上传。")
        stream.seek(0)
        return stream

    def _tree(self, name: str) -> Any:
        with self._part(name) as stream:
            return etree.parse(stream, parser()).getroot()

    def _read_sheets(self) -> dict[str, str]:
        """Title → part in the order of the tabs; ``hidden`` gets the titles of the hidden ones."""
        targets = {}
        for rel in self._tree("xl/_rels/workbook.xml.rels"):
            target = str(rel.get("Target", ""))
            targets[rel.get("Id")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
        found: dict[str, str] = {}
        root = self._tree("xl/workbook.xml")
        for node in root.iter():
            name = local(node.tag)
            if name == "workbookPr" and node.get("date1904") in ("1", "true"):
                self._styles.is_1904 = True
            elif name == "sheet":
                part = targets.get(node.get(_REL) or node.get(_REL_STRICT), "")
                if part.lower() in self._names and "worksheets/" in part.lower():
                    found[str(node.get("name"))] = part
                    if node.get("state", "visible") != "visible":
                        self.hidden.add(str(node.get("name")))
        if not found.keys() - self.hidden:
            raise Unreadable("工作簿里没有可读的工作表。")
        return found

    def strings(self) -> SharedStrings:
        """The shared strings, read when first asked for. May be handed to another opening."""
        if self._strings is None:
            strings = SharedStrings()
            with _told():
                if "xl/sharedstrings.xml" in self._names:
                    with self._part("xl/sharedStrings.xml") as stream:
                        strings.read(stream)
            self._strings = strings
        return self._strings

    def is_filled(self, sheet: str) -> bool:
        """Whether one of the first rows has more than one cell; no strings are read for this."""
        with _told(), self._part(self.sheets[sheet]) as stream:
            for piece, head, tail in islice(_pieces(stream), _PIECES_LOOKED_AT):
                first = islice(raw_rows(piece, head, tail, 0), _ROWS_LOOKED_AT)
                if any(sum(bool(cell[3]) for cell in cells) > 1 for _, cells in first):
                    return True
        return False

    def facts(self, sheet: str) -> SheetFacts:
        """Merged ranges, hidden rows and columns. Raises ``Unreadable``."""
        with _told(), self._part(self.sheets[sheet]) as stream:
            return facts_of(stream)

    def rows_hint(self, sheet: str) -> int | None:
        """The last row by the sheet's own declaration; programs do not always write it."""
        with _told(), self._part(self.sheets[sheet]) as stream:
            found = re.search(rb'dimension ref="[A-Z]+\d+:[A-Z]+(\d{1,7})"', stream.read(4096))
        return int(found.group(1)) if found else None

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Any]]]:
        """Row numbers (from 1) and values; empty rows are left out. Raises ``Unreadable``."""
        number = 0
        self.strings()
        with _told(), self._part(self.sheets[sheet]) as stream:
            for piece, head, tail in _pieces(stream):
                for row, cells in raw_rows(piece, head, tail, number):
                    number = row
                    values = self._values(cells)
                    if values:
                        yield number, values

    def _values(self, cells: list[RawCell]) -> list[Any]:
        """The values at their columns; texts that are empty count as nothing."""
        values: list[Any] = []
        position, width = -1, 0
        strings, numbers = self.strings(), self._numbers
        hot = strings.hot
        for letters, style, kind, text in cells:
            position = (_COLUMNS.get(letters) or _column(letters)) if letters else position + 1
            if kind == "s":
                value: Any = hot.get(text) or strings.get(text)
            elif kind in ("", "n"):
                value = numbers.get((text, style))
                if value is None and text:
                    value = self._number(text, style)
            elif kind == "b":
                value = text.strip() in ("1", "true")
            else:
                value = _special(kind, text)
            if value is None or value == "":
                continue
            if position >= MAX_COLUMNS:
                raise Unreadable(
                    f"表格超过 {MAX_COLUMNS} 列。请删去多余的列(包括右侧看似空白的列)再上传。"
                )
            if position > width:
                values.extend([None] * (position - width))
            values.append(value)
            width = position + 1
        return values

    def _number(self, text: str, style: str) -> Any:
        """A number as its cell shows it; the common ones are remembered."""
        value = self._styles.number(text, style)
        if len(self._numbers) < _KEPT_NUMBERS:
            self._numbers[text, style] = value
        return value


def _special(kind: str, text: str) -> Any:
    """Formula texts, inline texts, errors (``e``) and pictures inside cells (``vm``)."""
    if kind == "e":
        return error_cell(text)
    if kind == "vm":
        return picture_cell(f"vm:{text}", "(图片)")
    return cell_text(text)


_COLUMNS: dict[str, int] = {}


def _column(letters: str) -> int:
    """0-based column of ``AB``; column A, being 0, is always counted anew."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if len(_COLUMNS) < 20_000:
        _COLUMNS[letters] = number - 1
    return number - 1


def _pieces(stream: IO[bytes]) -> Iterator[tuple[str, str, str]]:
    """The sheet in texts of whole rows, each with what makes it a document before and behind."""
    buffer = stream.read(_PIECE)
    while not (data := _DATA.search(buffer)):
        more = stream.read(_PIECE)
        if not more or len(buffer) > _MAX_ROW_BYTES:
            raise Unreadable(_BROKEN)
        buffer += more
    root = _ROOT.search(buffer)
    if root is None or data.group(1):
        return
    head = f"{root.group(0).decode()}<sheetData>"
    tail = f"</sheetData></{root.group(1).decode()}worksheet>"
    buffer = buffer[data.end() :]
    while True:
        end = _DATA_END.search(buffer)
        if end:
            yield buffer[: end.start()].decode(), head, tail
            return
        cut = _last_row_end(buffer)
        if cut:
            yield buffer[:cut].decode(), head, tail
            buffer = buffer[cut:]
        more = stream.read(_PIECE)
        if not more:
            raise Unreadable(_BROKEN)
        buffer += more
        if len(buffer) > _MAX_ROW_BYTES:
            raise Unreadable("表格中有异常长的一行,已停止读取。请检查后重新上传。")


def _last_row_end(buffer: bytes) -> int:
    """Where the last whole row of the buffer ends, or 0."""
    plain = buffer.rfind(b"</row>")
    if plain >= 0:
        return plain + len(b"</row>")
    ends = [match.end() for match in _ROW_END.finditer(buffer)]
    return ends[-1] if ends else 0
