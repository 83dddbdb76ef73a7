"""What stands in a sheet beside its cells: merged ranges, hidden rows and columns.

The sheet is looked through as bytes, without a parser: merged ranges stand behind all cells, and
a sheet may unpack to gigabytes.
"""

import re
from typing import IO

from kexiang.core.tabular_types import Merge, SheetFacts, spans

MAX_COLUMNS = 1_000
_STEP = 1 << 20
_MOST_MERGES = 50_000
_MOST_HIDDEN = 1_000_000
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
_MIN_MAX = re.compile(rb'\b(min|max)="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_HIDDEN_ROW = re.compile(
    rb'<(?:\w+:)?row\b(?=[^<>]*\bhidden="(?:1|true)")[^<>]*?\br="(\d+)"[^<>]*>'
)
_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^<>]*\bref="\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)"'
)
_LAST_COLUMN = 16_384


def facts_of(stream: IO[bytes]) -> SheetFacts:
    """Read a sheet's XML to its end."""
    merges: list[Merge] = []
    hidden: list[int] = []
    columns: set[int] = set()
    rest = b""
    in_head = True
    while piece := stream.read(_STEP):
        text = rest + piece
        cut = text.rfind(b">") + 1
        text, rest = text[:cut], text[cut:][-_STEP:]
        if in_head:
            columns |= _hidden_columns(text)
            in_head = b"sheetData" not in text
        if b'hidden="' in text and len(hidden) < _MOST_HIDDEN:
            hidden += [int(row) for row in _HIDDEN_ROW.findall(text)]
        if b"mergeCell" in text and len(merges) < _MOST_MERGES:
            merges += [merge for found in _MERGE.findall(text) if (merge := _merge(*found))]
    return SheetFacts(tuple(merges), frozenset(columns), spans(sorted(set(hidden))))


def _hidden_columns(text: bytes) -> set[int]:
    found: set[int] = set()
    for attributes in _COLUMN.findall(text):
        if _HIDDEN.search(attributes):
            ends = {name: int(number) for name, number in _MIN_MAX.findall(attributes)}
            first, last = ends.get(b"min", 1), min(ends.get(b"max", 0), _LAST_COLUMN)
            found |= set(range(first - 1, last))
    return found


def _merge(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Merge | None:
    """The range as far as a table may be wide; nothing for one that lies beyond."""
    first, last = index_of(left.decode()), min(index_of(right.decode()), MAX_COLUMNS - 1)
    return Merge(int(top), first, int(bottom), last) if first < MAX_COLUMNS else None


def index_of(letters: str) -> int:
    """27 for ``AB``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
