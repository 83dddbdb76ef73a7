"""Tables of web pages and of XML Spreadsheet 2003 files: what asset systems call ``.xls``.

Both are read as a stream, row by row; a page may hold several tables, each is a sheet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lxml import etree

from kexiang.core.tabular_cells import local
from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_strings import cell_text
from kexiang.core.tabular_types import Merge, SheetFacts, spans

MAX_BYTES = 100 * 1024**2
_MAX_SPAN = 1_000
_MAX_TABLES = 200
_MAX_MERGES = 50_000
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w\-]+)""", re.I)
_BROKEN = "文件不完整或已损坏,无法读取。请从原系统重新导出,或用 Excel、WPS 打开后另存为 .xlsx。"


@dataclass(slots=True)
class _Line:
    """One row as it stands in the file: which table, its number, cells, merged ranges."""

    table: int
    title: str
    number: int
    cells: list[Any]
    merges: list[Merge] = field(default_factory=list)
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class MarkupTable:
    """A table of the file: its place, title, number of rows with content, facts."""

    index: int
    title: str
    rows: int
    facts: SheetFacts


@dataclass(slots=True)
class _Sums:
    title: str = ""
    rows: int = 0
    merges: list[Merge] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def tables(path: Path, kind: str, encoding: str) -> list[MarkupTable]:
    """All tables with content, in order. Raises ``Unreadable``, also when there are none."""
    seen: dict[int, _Sums] = {}
    for line in _lines(path, kind, encoding):
        sums = seen.setdefault(line.table, _Sums())
        sums.title = sums.title or line.title
        sums.rows += any(cell is not None for cell in line.cells)
        if len(sums.merges) < _MAX_MERGES:
            sums.merges += line.merges
        sums.hidden += [line.number] if line.is_hidden else []
    found = [
        MarkupTable(
            index,
            sums.title or f"表格{place}",
            sums.rows,
            SheetFacts(tuple(sums.merges), frozenset(), spans(sums.hidden)),
        )
        for place, (index, sums) in enumerate(sorted(seen.items())[:_MAX_TABLES], start=1)
        if sums.rows
    ]
    if not found:
        raise Unreadable("文件是网页,里面没有找到表格。请从原系统重新导出 Excel 文件后上传。")
    return _merged(found)


def _merged(found: list[MarkupTable]) -> list[MarkupTable]:
    """Titles of sheets are unique."""
    seen: dict[str, int] = {}
    result = []
    for table in found:
        seen[table.title] = seen.get(table.title, 0) + 1
        number = seen[table.title]
        title = table.title if number == 1 else f"{table.title}({number})"
        result.append(MarkupTable(table.index, title, table.rows, table.facts))
    return result


def rows(path: Path, kind: str, encoding: str, index: int) -> Iterator[tuple[int, list[Any]]]:
    """Row numbers and texts of one table; empty rows are left out. Raises ``Unreadable``."""
    for line in _lines(path, kind, encoding):
        if line.table == index:
            cells = line.cells
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                yield line.number, cells
        elif line.table > index and kind == "xml":
            return


def charset_of(head: bytes, fallback: str) -> str:
    """The encoding a page declares where it is one of ours, else what its bytes say."""
    found = _CHARSET.search(head)
    named = found.group(1).decode("ascii", "replace").lower() if found else ""
    if named.startswith("gb"):
        return "gb18030"
    return fallback


def _lines(path: Path, kind: str, encoding: str) -> Iterator[_Line]:
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("网页形式的表格过大。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    try:
        yield from _html(path, encoding) if kind == "html" else _xml(path)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(_BROKEN) from error


# Web pages


def _html(path: Path, encoding: str) -> Iterator[_Line]:
    """Innermost tables; a table that only lays out the page has no text of its own."""
    with path.open("rb") as stream:
        yield from _html_lines(stream, encoding)


def _html_lines(stream: IO[bytes], encoding: str) -> Iterator[_Line]:
    encoding = encoding.removesuffix("-sig")
    events = etree.iterparse(
        stream, events=("start", "end"), tag=("table", "tr"), html=True, encoding=encoding,
        no_network=True, remove_comments=True, recover=True,
    )  # fmt: skip
    open_tables: list[_HtmlTable] = []
    count = 0
    for event, node in events:
        if node.tag == "table" and event == "start":
            open_tables.append(_HtmlTable(count))
            count += 1
        elif node.tag == "table" and open_tables:
            yield from open_tables.pop().lines
            node.clear()
        elif event == "end" and open_tables:
            table = open_tables[-1]
            table.add(node)
            if len(open_tables) == 1 or len(table.lines) > 1000:
                yield from table.lines
                table.lines = []
            node.clear()


class _HtmlTable:
    def __init__(self, index: int) -> None:
        self.index, self.number, self.title = index, 0, ""
        self.lines: list[_Line] = []
        self._covered: dict[int, int] = {}  # column → last row covered by a cell above

    def add(self, node: Any) -> None:
        self.number += 1
        if node.find(".//table") is not None:  # lays out the page, its tables come by themselves
            return
        if self.number == 1:
            caption = node.xpath("ancestor::table[1]/caption")
            self.title = " ".join(caption[0].itertext()).strip()[:31] if caption else ""
        line = _Line(self.index, self.title, self.number, [], [], _is_hidden(node))
        column = 0
        for cell in node:
            if cell.tag not in ("td", "th"):
                continue
            while self._covered.get(column, 0) >= self.number:
                column += 1
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            _place(line, column, _text(cell), Merge(
                self.number, column, self.number + high - 1, column + wide - 1))  # fmt: skip
            if high > 1:
                for covered in range(column, column + wide):
                    self._covered[covered] = self.number + high - 1
            column += wide
        self.lines.append(line)


def _is_hidden(node: Any) -> bool:
    return "display:none" in str(node.get("style") or "").replace(" ", "").lower()


def _span(cell: Any, name: str) -> int:
    text = str(cell.get(name) or "1").strip()
    return min(max(int(text), 1), _MAX_SPAN) if text.isdigit() and len(text) < 6 else 1


def _text(cell: Any) -> Any:
    """The words of a cell; ``<br>`` parts lines."""
    for mark in cell.iter("br"):
        mark.tail = "\n" + (mark.tail or "")
    said = cell.xpath(".//text()[not(ancestor::script or ancestor::style)]")
    lines = [" ".join(line.split()) for line in "".join(map(str, said)).split("\n")]
    return cell_text("\n".join(line for line in lines if line)) or None


def _place(line: _Line, column: int, value: Any, merge: Merge) -> None:
    if column >= _MAX_SPAN:
        raise Unreadable("表格超过 1000 列。请删去多余的列再上传。")
    line.cells.extend([None] * (column + 1 - len(line.cells)))
    line.cells[column] = value
    if merge.width > 1 or merge.bottom > merge.top:
        line.merges.append(merge)


# XML Spreadsheet 2003


def _xml(path: Path) -> Iterator[_Line]:
    with path.open("rb") as stream:
        if b"<!" in stream.read(4096).replace(b"<!--", b""):
            raise Unreadable("文件带有不允许的 XML 声明,已拒绝打开。请重新保存后再上传。")
        stream.seek(0)
        yield from _xml_lines(stream)


def _xml_lines(stream: IO[bytes]) -> Iterator[_Line]:
    events = etree.iterparse(
        stream, events=("start", "end"), tag=(f"{_SS}Worksheet", f"{_SS}Row"),
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    table, title, number = -1, "", 0
    for event, node in events:
        name = local(node.tag)
        if name == "Worksheet" and event == "start":
            table, title, number = table + 1, str(node.get(f"{_SS}Name") or ""), 0
        elif name == "Row" and event == "end":
            number = int(node.get(f"{_SS}Index") or number + 1)
            yield _xml_line(node, _Line(table, title, number, []))
            node.clear()


def _xml_line(node: Any, line: _Line) -> _Line:
    line.is_hidden = node.get(f"{_SS}Hidden") == "1"
    column = -1
    for cell in node:
        if local(cell.tag) != "Cell":
            continue
        column = int(cell.get(f"{_SS}Index") or column + 2) - 1
        wide, high = (int(cell.get(f"{_SS}{name}") or 0) for name in ("MergeAcross", "MergeDown"))
        merge = Merge(line.number, column, line.number + high, column + min(wide, _MAX_SPAN))
        _place(line, column, _xml_value(cell), merge)
        column = merge.right
    return line


def _xml_value(cell: Any) -> Any:
    data = cell.find(f"{_SS}Data")
    if data is None:
        return None
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type")
    if kind == "Number" and text.strip():
        return int(text) if text.strip().lstrip("-").isdigit() else float(text)
    if kind == "Boolean":
        return text.strip() == "1"
    return cell_text(text) or None
