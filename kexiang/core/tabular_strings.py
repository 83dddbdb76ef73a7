"""The shared strings of a workbook: millions of texts in little memory.

They are kept as one block of UTF-8 with offsets; those used first are also kept ready made,
because what repeats in a sheet is met early.
"""

import re
from array import array
from html import unescape
from typing import IO, Any

from lxml import etree

from kexiang.core.tabular_cells import local, parser, text_of
from kexiang.core.tabular_guard import Unreadable
from kexiang.kernel.cells import picture_cell

_PIECE = 1 << 18
_MAX_BYTES = 512 * 1024**2
_MAX_ITEM = 1 << 22
_HOT = 1 << 16
_ITEM = re.compile(r"<si><t(?: [^<>]*)?(?:/>|>([^<]*)</t>)</si>")
_ITEM_END = re.compile(rb"</(?:[A-Za-z_][\w.\-]*:)?si\s*>")
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.\-]*:)?)sst\b[^>]*>")
_ODD = ("<!", "<?", ":si", "<si ", "<si/")
_MARKS = frozenset("=_'‘’")
_PICTURE = re.compile(r'^=?(?:_xlfn\.)?DISPIMG\(\s*"([^"]{1,100})"', re.I)
_MARKED = re.compile(r"['‘’][\d０-９][^'‘’]*")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SharedStrings:
    """``get("17")`` is the 18th text. ``hot`` maps the numbers met first to their texts."""

    def __init__(self) -> None:
        self.hot: dict[str, Any] = {}
        self._block = bytearray()
        self._ends = array("Q", [0])

    def get(self, number: str) -> Any:
        """The text of that number, ``None`` when there is none. Raises ``ValueError``."""
        index = int(number) if number else -1
        if not 0 <= index < len(self._ends) - 1:
            return None
        text = cell_text(self._block[self._ends[index] : self._ends[index + 1]].decode())
        if len(self.hot) < _HOT:
            self.hot[number] = text
        return text

    def read(self, stream: IO[bytes]) -> None:
        """Take the texts of a ``sharedStrings.xml``. Raises ``Unreadable``."""
        buffer = stream.read(_PIECE)
        root = _ROOT.search(buffer)
        if root is None:
            return
        head, tail = root.group(0).decode(), f"</{root.group(1).decode()}sst>"
        buffer = buffer[root.end() :]
        while True:
            ends = [found.end() for found in _ITEM_END.finditer(buffer)]
            if ends:
                self._add(buffer[: ends[-1]].decode(), head, tail)
                buffer = buffer[ends[-1] :]
            more = stream.read(_PIECE)
            if not more:
                return
            buffer += more
            if len(buffer) > _MAX_ITEM + _PIECE or len(self._block) > _MAX_BYTES:
                raise Unreadable("表格中的文字过多,无法一次导入。请拆成几个文件再上传。")

    def _add(self, piece: str, head: str, tail: str) -> None:
        texts = [] if any(mark in piece for mark in _ODD) else _ITEM.findall(piece)
        if len(texts) != piece.count("<si>") or not texts:
            items = etree.fromstring(f"{head}{piece}{tail}".encode(), parser())
            texts = [text_of(item) for item in items if local(item.tag) == "si"]
        elif "&" in piece:
            texts = [unescape(text) for text in texts]
        if "_x" in piece:
            texts = [_ESCAPED.sub(_character, text) for text in texts]
        for text in texts:
            self._block += text.encode("utf-8", "replace")
            self._ends.append(len(self._block))


def cell_text(text: str) -> Any:
    """The text of a cell: a picture's formula is a picture, a marking apostrophe is none of it."""
    if text[:1] in _MARKS:
        found = _PICTURE.search(text)
        if found:
            return picture_cell(found.group(1), "(图片)")
        if _MARKED.fullmatch(text):
            return text[1:]
    return text


def _character(found: re.Match[str]) -> str:
    """``_x000D_`` is how Excel writes a character that XML does not allow."""
    return chr(int(found.group(1), 16))
