"""Cells of a piece of sheet XML, fast where the XML is as every program writes it.

Excel, WPS, openpyxl and XlsxWriter write a cell in one way, which a regular expression reads
several times faster than a parser. A piece in which anything else stands (comments, CDATA, other
attributes, prefixes, rich text) is recognised because the cells do not count up, and is parsed
by lxml. Both ways give the same raw cells; a test compares them.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

# column letters, style, type, value, is_text (an inline string, already decoded)
RawCell = tuple[str, str, str, str]
RawRow = tuple[int, list[RawCell]]

_ROW = re.compile(r"<row\b([^<>]*?)(?:/>|>(.*?)</row>)", re.S)
_NUMBER = re.compile(r'\br="(\d+)"')
_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})\d+")?(?: s="(\d+)")?(?: t="(\w+)")?(?: cm="\d+")?(?: vm="(\d+)")?'
    r"(?:/>|>(?:<f[^<>]*(?:/>|>([^<]*)</f>))?"
    r"(?:<v[^<>]*>([^<]*)</v>|<v/>|<is><t[^<>]*>([^<]*)</t></is>)?</c>)"
)
_ANY_CELL = re.compile(r"<c[ />]")
# Comments, CDATA, instructions and elements with a prefix are for the parser.
_ODD = ("<!", "<?", ":c ", ":c>", ":c/", ":row")


def parser() -> etree.XMLParser:
    """A parser that resolves nothing and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)


def local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def raw_rows(piece: str, head: str, tail: str, number: int) -> Iterator[RawRow]:
    """The rows of ``piece``; ``head`` and ``tail`` make it a document, ``number`` is the last row.

    Raises ``etree.XMLSyntaxError`` for text that is no XML.
    """
    odd = any(mark in piece for mark in _ODD)
    if not odd and "<v" not in piece and "<is" not in piece:
        last = _NUMBER.search(piece, max(piece.rfind("<row"), 0))
        if last:  # a hundred rows of nothing but format
            yield int(last.group(1)), []
            return
    rows = None if odd else _fast(piece, number)
    yield from rows if rows is not None else _slow(f"{head}{piece}{tail}", number)


def _fast(piece: str, number: int) -> list[RawRow] | None:
    rows: list[RawRow] = []
    seen = 0
    for row in _ROW.finditer(piece):
        found = _NUMBER.search(row.group(1))
        number = int(found.group(1)) if found else number + 1
        body = row.group(2)
        if not body:
            continue
        cells = []
        for letters, style, kind, vm, formula, value, inline in _CELL.findall(body):
            seen += 1
            if kind == "inlineStr":
                value = inline
            elif kind == "e":
                kind, value = error_or_picture(vm, formula, value)
            if value:
                if "&" in value:
                    value = unescape(value)
                cells.append((letters, style, kind, value))
            elif letters == "":
                cells.append(("", "", "n", ""))
        rows.append((number, cells))
    return rows if seen == len(_ANY_CELL.findall(piece)) else None


def _slow(document: str, number: int) -> Iterator[RawRow]:
    for row in etree.fromstring(document.encode(), parser())[0]:
        if not isinstance(row.tag, str):
            continue
        number = int(row.get("r") or number + 1)
        cells = []
        for cell in row:
            if not isinstance(cell.tag, str):
                continue
            letters = (cell.get("r") or "").rstrip("0123456789")
            kind = cell.get("t") or ""
            value = text_of(cell) if kind == "inlineStr" else _child(cell, "v")
            if kind == "e":
                kind, value = error_or_picture(cell.get("vm") or "", _child(cell, "f"), value)
            if value or letters == "":
                cells.append((letters, cell.get("s") or "", kind or "n", value))
        yield number, cells


def error_or_picture(vm: str, formula: str, value: str) -> tuple[str, str]:
    """An error cell may be a picture: one placed in the cell (``vm``), or WPS's own formula."""
    if "DISPIMG(" in formula:
        return "str", formula
    return ("vm", vm) if vm else ("e", value)


def _child(cell: Any, name: str) -> str:
    for child in cell:
        if local(child.tag) == name:
            return str(child.text or "")
    return ""


def text_of(node: Any) -> str:
    """All text of a string item without its phonetic hints."""
    return "".join(
        part.text or ""
        for part in node.iter()
        if local(part.tag) == "t" and local(part.getparent().tag) != "rPh"
    )
