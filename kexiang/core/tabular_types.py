"""What a reader found out about somebody's table; every sentence is for the user."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Row = tuple[int, list[Any] | dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: rows from 1, columns from 0, all four inside the range."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet says about itself beside its cells."""

    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    hidden_rows: tuple[tuple[int, int], ...] = ()

    def is_hidden_row(self, row: int) -> bool:
        return any(first <= row <= last for first, last in self.hidden_rows)


NO_FACTS = SheetFacts()


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet of a workbook. Hidden ones are listed and may be named, never chosen unasked."""

    name: str
    is_hidden: bool = False
    is_filled: bool = True
    rows_hint: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """One column: 0-based ``index``, ``letter`` as the user sees it, heads from top to bottom.

    ``head`` joins the levels as ``父级/子级``, ``own`` is the lowest one. ``unit`` is 元, 万元,
    千元 or 亿元 when the head (``unit_from == "head"``) or a note above the table (``"note"``)
    states it, empty when nothing does: then the user is asked. ``has_data`` is judged from the
    rows seen.
    """

    index: int
    letter: str
    parts: tuple[str, ...] = ()
    is_hidden: bool = False
    unit: str = ""
    unit_from: str = ""
    has_data: bool = False

    @property
    def head(self) -> str:
        return "/".join(self.parts)

    @property
    def own(self) -> str:
        return self.parts[-1] if self.parts else ""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no record. ``reason`` is one of ``REASONS``, ``shown`` how the row begins."""

    row: int
    reason: str
    shown: str = ""

    @property
    def why(self) -> str:
        return REASONS[self.reason]


REASONS = {
    "above": "列标题上方的标题或说明",
    "header": "列标题",
    "repeated": "重复的列标题",
    "numbering": "列序号行",
    "total": "合计、小计行",
    "band": "分组标题行",
    "footer": "表尾的说明或签字行",
    "example": "模板的示例行",
    "hidden": "隐藏的行",
}


@dataclass(frozen=True, slots=True)
class CellNote:
    """Something worth knowing about one cell (``cell`` as ``D7``), a whole sentence."""

    row: int
    column: int
    cell: str
    message: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to a row; ``read`` it with ``tabular_pictures.read``."""

    row: int
    column: int
    name: str
    part: str
    suffix: str
    size: int


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything a person should see before a table is imported.

    ``header_rows`` are the rows of the heads (two for two-level heads; none for ``jsonl``), data
    begin behind ``header_row``. ``notes`` are sentences about the whole file. ``skipped``,
    ``flaws`` and ``pictures`` are those of the rows looked at; ``is_whole`` tells whether that
    was all of them.
    """

    kind: str
    encoding: str
    sheet: str
    sheets: tuple[SheetInfo, ...]
    header_rows: tuple[int, ...]
    columns: tuple[ColumnHead, ...]
    rows_seen: int
    rows_hint: int | None
    is_whole: bool
    skipped: tuple[SkippedRow, ...] = ()
    hidden_rows: tuple[tuple[int, int], ...] = ()
    flaws: tuple[CellNote, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    samples: tuple[Sequence[Any] | dict[str, Any], ...] = field(default=())

    @property
    def header_row(self) -> int:
        return self.header_rows[-1] if self.header_rows else 0

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.head for column in self.columns)

    @property
    def units(self) -> dict[int, str]:
        """The unit of money by column, where the file states one."""
        return {column.index: column.unit for column in self.columns if column.unit}


def letter_of(index: int) -> str:
    """``AB`` for 27."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def spans(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Sorted row numbers as spans: (3, 4, 5, 9) is ((3, 5), (9, 9))."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] + 1 >= row:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return tuple(found)


def spans_text(found: Sequence[tuple[int, int]], most: int = 5) -> str:
    """``3–5、9`` for people; longer lists end in ``等``."""
    texts = [str(a) if a == b else f"{a}–{b}" for a, b in found[:most]]
    return "、".join(texts) + ("等" if len(found) > most else "")
