"""Where the heads of a table stand: below titles and notes, on one level or on several.

Merged cells tell the levels where the file knows them; in text files the blanks behind a head do.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_types import Merge, Row

LEVELS = 3
_LONGEST = 200
_MOST_MERGES = 1_000
_NOTE = re.compile(r"[::]\s*\S|^\s*(注|说明|备注|填报|填表|制表|编制|单位|日期|年度)\s*[::]")
_BRACKETS = re.compile(r"[((][^))]*[))]")
_NUMERIC = re.compile(r"[\d\s.,,%¥￥/\-年月日]+")
_MONEY = r"(万元|亿元|千元|(?<![百万亿千])元)(?![\u4e00-\u9fff])"
_HEAD_UNIT = re.compile(_MONEY)
_NOTE_UNIT = re.compile(r"单位\s*[::)）]?\s*([^。;;\n]{0,16})")

Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Heads:
    """Rows of the heads, for each column its heads from top to bottom, and the rows above."""

    rows: tuple[int, ...]
    parts: tuple[tuple[str, ...], ...]
    above: tuple[Row, ...]


def text_of(cell: Any) -> str:
    """A head as it is compared and shown: one line, at most 200 characters."""
    with suppress(ValueError):
        return " ".join(str(cell if cell is not None else "").split())[:_LONGEST]
    return ""


def locate(
    rows: Sequence[Row], merges: Sequence[Merge], known: Known, *, told: int | None = None
) -> Heads:
    """Find the heads among the first rows; ``told`` is a row somebody has named.

    Raises ``Unreadable`` when there are none.
    """
    if rows and isinstance(rows[0][1], dict):
        keys = dict.fromkeys(str(key) for _, row in rows if isinstance(row, dict) for key in row)
        return Heads((), tuple((key,) for key in keys), ())
    grid = [[text_of(cell) for cell in cells] for _, cells in rows]
    numbers = [number for number, _ in rows]
    reader = _Levels(rows, numbers, grid, merges)
    if told is not None:
        return _told(reader, told)
    base = _base([cells for _, cells in rows], grid, known)
    top, bottom = base, base
    while bottom - top + 1 < LEVELS and reader.has_group_above(top):
        top -= 1
    while bottom - top + 1 < LEVELS and reader.has_children_below(bottom):
        bottom += 1
    return reader.heads(top, bottom)


def _told(reader: "_Levels", row: int) -> Heads:
    """The lowest row of heads as somebody has named it, with the groups above it."""
    if row not in reader.numbers or not any(reader.grid[reader.numbers.index(row)]):
        raise Unreadable(f"第 {row} 行没有文字,请选择列标题所在的行。")
    top = bottom = reader.numbers.index(row)
    while bottom - top + 1 < LEVELS and reader.has_group_above(top):
        top -= 1
    return reader.heads(top, bottom)


def _base(rows: Sequence[Any], grid: list[list[str]], known: Known) -> int:
    """The row with most known heads; else the first row that looks like heads."""
    counts = [len({text for text in texts if text and known(text)}) for texts in grid]
    most: int = max(counts, default=0)
    if most >= 2:
        return counts.index(most)
    for index, texts in enumerate(grid):
        widest = max((_filled(other) for other in grid[index + 1 : index + 11]), default=0)
        if _all_texts(rows[index], texts) and _filled(texts) * 2 >= widest:
            return index
    if most:
        return counts.index(most)
    raise Unreadable("没有找到列标题。请在第一行写明各列名称,或使用平台提供的模板。")


def _filled(texts: Sequence[str]) -> int:
    return sum(bool(text) for text in texts)


def _all_texts(cells: Any, texts: Sequence[str]) -> bool:
    """Two cells or more, all words: no numbers, no dates, no ``填报日期:2026-11-23``."""
    if any(not isinstance(cell, str) for cell in cells if cell is not None):
        return False
    return (
        _filled(texts) >= 2
        and not is_note(texts)
        and not any(_NUMERIC.fullmatch(text) for text in texts if text)
    )


def is_note(texts: Sequence[str]) -> bool:
    """A line of remarks: ``填报单位:……  单位:万元``, or one cell alone in its row."""
    said = [text if text[0] in "((" else _BRACKETS.sub("", text) for text in texts if text]
    return sum(bool(_NOTE.search(text)) for text in said) * 2 >= len(said) > 0


class _Levels:
    """Rows above and below the best row: are they heads, too?"""

    def __init__(
        self,
        rows: Sequence[Row],
        numbers: list[int],
        grid: list[list[str]],
        merges: Sequence[Merge],
    ) -> None:
        self.rows, self.numbers, self.grid = rows, numbers, grid
        self.starts = {(merge.top, merge.left): merge for merge in merges}
        near = set(numbers)
        self.merges = [merge for merge in merges if merge.top in near][:_MOST_MERGES]

    def _adjacent(self, upper: int) -> bool:
        return (
            0 <= upper < len(self.numbers) - 1
            and self.numbers[upper] + 1 == self.numbers[upper + 1]
        )

    def has_group_above(self, row: int) -> bool:
        upper = row - 1
        if not self._adjacent(upper) or is_note(self.grid[upper]):
            return False
        texts = self.grid[upper]
        filled = [column for column, text in enumerate(texts) if text]
        if not filled or any(isinstance(c, (int, float)) for c in self.rows[upper][1]):
            return False
        if len(filled) == 1 and filled[0] == 0:
            return False
        if self.merges:
            return self._is_merged_group(upper, filled)
        return len(filled) >= 2 and bool(self._under_blanks(upper, self.grid[row]))

    def _is_merged_group(self, upper: int, filled: list[int]) -> bool:
        """Some head spans several columns (not the whole table) or reaches down one row."""
        number, width = self.numbers[upper], len(self.grid[upper + 1])
        for column in filled:
            merge = self.starts.get((number, column))
            if merge and 1 < merge.width < width:
                return True
            if merge and merge.bottom > number and merge.width == 1:
                return True
        return False

    def _under_blanks(self, upper: int, lower: Sequence[str]) -> set[int]:
        """Columns blank above (with a head to their left) and filled below."""
        texts, found, seen = self.grid[upper], set(), False
        for column, text in enumerate(lower):
            above = texts[column] if column < len(texts) else ""
            seen = seen or bool(above)
            if text and not above and seen:
                found.add(column)
        return found

    def has_children_below(self, row: int) -> bool:
        if not self._adjacent(row):
            return False
        cells, lower = self.rows[row + 1][1], self.grid[row + 1]
        filled = {column for column, text in enumerate(lower) if text}
        if not filled or any(not isinstance(cell, str) for cell in cells if cell is not None):
            return False
        if any(_NUMERIC.fullmatch(lower[column]) for column in filled):
            return False
        if self.merges:
            return self._is_merged_child(row, filled)
        blanks = {
            column
            for column, text in enumerate(self.grid[row])
            if not text and any(self.grid[row][:column])
        }
        starts = {column - 1 for column in blanks} - blanks
        return bool(blanks) and blanks <= filled <= blanks | starts

    def _is_merged_child(self, row: int, filled: set[int]) -> bool:
        """Only below heads that span several columns, and below all of those columns."""
        number = self.numbers[row]
        spanned: set[int] = set()
        for merge in self.merges:
            if merge.top <= number == merge.bottom and merge.width > 1:
                spanned |= set(range(merge.left, merge.right + 1))
        whole = set(range(len(self.grid[row])))
        return bool(spanned) and spanned < whole | filled and filled == spanned

    def heads(self, top: int, bottom: int) -> Heads:
        numbers = tuple(self.numbers[top : bottom + 1])
        return Heads(numbers, self._parts(top, bottom), tuple(self.rows[:top]))

    def _parts(self, top: int, bottom: int) -> tuple[tuple[str, ...], ...]:
        width = max(len(texts) for texts in self.grid[top:])
        levels = [self._level(row, width, row < bottom) for row in range(top, bottom + 1)]
        return tuple(_joined(level[column] for level in levels) for column in range(width))

    def _level(self, row: int, width: int, is_group: bool) -> list[str]:
        """The heads of one row, each repeated over what it spans."""
        number, texts = self.numbers[row], self.grid[row]
        level = [*texts, *[""] * (width - len(texts))][:width]
        for merge in self.merges:
            if merge.top == number or merge.top < number <= merge.bottom:
                origin = self.numbers.index(merge.top)
                text = self._at(origin, merge.left)
                for column in range(merge.left, min(merge.right + 1, width)):
                    level[column] = level[column] or text
        if is_group and not self.merges:
            below = self.grid[row + 1]
            for column in range(1, width):
                if not level[column] and column < len(below) and below[column]:
                    level[column] = level[column - 1]
        return level

    def _at(self, row: int, column: int) -> str:
        texts = self.grid[row]
        return texts[column] if column < len(texts) else ""


def _joined(parts: Any) -> tuple[str, ...]:
    """Without blanks, a head that reaches over two rows once, a head stuttered in its cell once."""
    found: list[str] = []
    for part in parts:
        words = part.split()
        part = words[0] if len(set(words)) == 1 else part
        if part and (not found or found[-1] != part):
            found.append(part)
    return tuple(found)


def unit_of_head(parts: Sequence[str]) -> str:
    """The unit of money a head names, the lowest level first; empty for none or for two."""
    for part in reversed(parts):
        units = set(_HEAD_UNIT.findall(part))
        if units:
            return units.pop() if len(units) == 1 else ""
    return ""


def unit_of_notes(rows: Sequence[Row]) -> str:
    """The unit of money that notes above the table give to all of it (``单位:万元``)."""
    units: set[str] = set()
    for _number, cells in rows:
        for cell in cells:
            for said in _NOTE_UNIT.findall(cell) if isinstance(cell, str) else ():
                units |= set(_HEAD_UNIT.findall(said))
    return units.pop() if len(units) == 1 else ""
