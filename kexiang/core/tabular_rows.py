"""The records of a table: without totals, bands, repeated heads and signatures, merges filled.

What is left out is kept with its reason, so that the user is told.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol

from kexiang.core.tabular_heads import text_of
from kexiang.core.tabular_types import Merge, Row, SheetFacts, SkippedRow
from kexiang.kernel.cells import Flawed, merged_number

KEPT = 500
_TOTAL = re.compile(
    r"(本\s*页|本\s*年|累\s*计|全\s*部|以\s*上|单\s*位)?\s*[合总小共累]\s*计(\s*数|金额)?\s*"
    r"([::((].*)?(\d.*)?"
)
_SUBTOTAL = re.compile(r".{1,40}(小\s*计|合\s*计|总\s*计)\s*[::]?")
_BAND = re.compile(
    r"\s*([一二三四五六七八九十]{1,3}\s*[、..]|[((][一二三四五六七八九十]{1,3}[))]).*"
)
_FOOTER = re.compile(
    r"\s*(注|说明|备注)\s*[\d一二三]?\s*[::、].*|\s*(填表|填报|制表|审核|复核|负责|经办|编制|联系)"
    r"(人|单位|部门|日期|时间|电话)[^::]{0,8}[::].*|\s*(单位|部门)?(负责人|领导|公章|盖章).{0,12}[::].*"
)
_ORDINAL = re.compile(r"[((]?(\d{1,3})[))]?")

Also = Callable[[Sequence[Any]], str]


class Source(Protocol):
    """What ``RowSource`` gives."""

    def rows(self, *, after: int = 0) -> Iterator[Row]: ...

    def facts(self) -> SheetFacts: ...


class DataRows:
    """Iterate for row numbers and cells (``jsonl``: objects); may be iterated once.

    ``header_row`` is the last row of the heads, ``heads`` their joined texts; rows up to
    ``after`` are read over. ``also`` may give a reason (a key of ``REASONS``) to leave a row out.
    Hidden rows are records like others unless ``with_hidden`` is false. ``skipped`` has the
    first 500 left out, ``counts`` all of them by reason.
    """

    def __init__(
        self,
        source: Source,
        *,
        header_row: int,
        heads: Sequence[str] = (),
        after: int = 0,
        also: Also | None = None,
        with_hidden: bool = True,
    ) -> None:
        self._source, self._header, self._after, self._also = source, header_row, after, also
        self._heads = heads
        self._known = {word for head in heads for word in (head, head.rpartition("/")[2]) if word}
        self._facts = source.facts()
        self._with_hidden = with_hidden
        self._fill = _Fill(self._facts.merges, header_row)
        self._wide = {
            merge.top for merge in self._facts.merges if merge.width >= max(3, len(heads) // 2)
        }
        self.skipped: list[SkippedRow] = []
        self.counts: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Row]:
        for number, cells in self._source.rows(after=self._header):
            if isinstance(cells, dict):
                if number > self._after:
                    yield number, cells
                continue
            reason = self._reason(number, cells)
            if self._fill.has_work:
                cells = self._fill.row(number, cells)
            if number <= self._after:
                continue
            if reason:
                self.counts[reason] += 1
                if len(self.skipped) < KEPT:
                    self.skipped.append(SkippedRow(number, reason, _beginning(cells)))
            else:
                yield number, cells

    def _reason(self, number: int, cells: Sequence[Any]) -> str:
        """Why the row is no record, or nothing. Most rows are told by a look at their beginning."""
        if self._facts.hidden_rows and not self._with_hidden and self._facts.is_hidden_row(number):
            return "hidden"
        count = len(cells) - cells.count(None)
        first = [cell.strip() for cell in cells[:8] if isinstance(cell, str)][:3]
        if count <= 4 or number <= self._header + 3 or any(map(self._is_suspicious, first)):
            reason = self._closer(number, [cell for cell in cells if cell not in (None, "")])
            if reason:
                return reason
        return self._also(cells) if self._also else ""

    def _is_suspicious(self, text: str) -> bool:
        return "计" in text or text_of(text) in self._known

    def _closer(self, number: int, filled: list[Any]) -> str:
        texts = [cell.strip() for cell in filled if isinstance(cell, str)]
        if texts:
            if is_total(filled, texts):
                return "total"
            if len(filled) <= 4 and _FOOTER.fullmatch(texts[0]):
                return "footer"
            if len(filled) == 1 and len(self._heads) > 2 and self._is_band(number, texts[0]):
                return "band"
            if len(texts) > 1 and self._is_header(texts):
                return "repeated"
        if number <= self._header + 3 and self._is_numbering(filled):
            return "numbering"
        return ""

    def _is_band(self, number: int, text: str) -> bool:
        """``一、分析仪器``, or one cell merged over half of the table."""
        return number in self._wide or _BAND.fullmatch(text) is not None

    def _is_header(self, texts: list[str]) -> bool:
        """Two heads in three stand in the row again, as on every printed page."""
        same = sum(text_of(text) in self._known for text in texts)
        return same >= 2 and same * 3 >= len(texts) * 2

    def _is_numbering(self, filled: list[Any]) -> bool:
        """``1 2 3 4 …`` below the heads: numbers of the columns, not a record."""
        if len(filled) < 3 or len(filled) * 2 < len(self._heads):
            return False
        found = [_ORDINAL.fullmatch(text_of(cell)) for cell in filled]
        return all(m and int(m[1]) == place for place, m in enumerate(found, start=1))


def is_total(filled: Sequence[Any], texts: Sequence[str]) -> bool:
    """Whether a row adds up others: one of its first words says so, the rest are numbers."""
    for text in texts[:3]:
        if len(text) <= 60 and _TOTAL.fullmatch(text):
            return True
    return len(texts) == 1 and len(filled) > 1 and _SUBTOTAL.fullmatch(texts[0]) is not None


def _beginning(cells: Sequence[Any]) -> str:
    words = [text_of(cell) for cell in cells if cell is not None and cell != ""]
    text = " ".join(words[:4])
    return text if len(text) <= 40 else f"{text[:40]}…"


class _Fill:
    """A cell merged over several rows says the same of each of them, unless it is a number."""

    def __init__(self, merges: Sequence[Merge], header_row: int) -> None:
        self._starts: dict[int, list[Merge]] = {}
        for merge in merges:
            if merge.top > header_row and merge.bottom > merge.top:
                self._starts.setdefault(merge.top, []).append(merge)
        self._open: dict[int, tuple[int, Any]] = {}
        self.has_work = bool(self._starts)

    def row(self, number: int, cells: list[Any]) -> list[Any]:
        if number not in self._starts and not self._open:
            return cells
        for column, (bottom, value) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
            elif column >= len(cells) or cells[column] in (None, ""):
                cells = _put(cells, column, value)
        for merge in self._starts.get(number, ()):
            value = cells[merge.left] if merge.left < len(cells) else None
            if value is None:
                continue
            if not isinstance(value, (str, bool, date, Flawed)):
                value = merged_number(str(value))
                cells = _put(cells, merge.left, value)
            self._open[merge.left] = (merge.bottom, value)
        return cells


def _put(cells: list[Any], column: int, value: Any) -> list[Any]:
    longer = [*cells, *[None] * (column + 1 - len(cells))]
    longer[column] = value
    return longer
