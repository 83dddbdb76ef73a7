"""What a person should see of a file before anything is imported from it.

The importer's part, in three calls::

    found = survey(path, name=…, sheet=…, header_row=…, known=is_a_head, also=why_example)
        found.sheet, found.sheets         the chosen sheet; all with ``is_hidden``, ``is_filled``
        found.header_rows, .header_row    rows of the heads (two for 父级/子级); the last one
        found.heads                       joined heads by column, ``""`` where a column has none
        found.columns                     ColumnHead: letter, parts, own, is_hidden, unit, …
        found.units                       column → 元/万元 from the head or a note; not there: ask
        found.skipped, found.hidden_rows  left out with reasons (``.why``); hidden, yet read
        found.flaws, found.pictures       cells with errors; pictures by row
        found.notes                       sentences to show above the columns

    rows = DataRows(source, header_row=…, heads=…, after=checkpoint, also=why_example)
        for number, cells in rows: …      merged cells filled, totals and the like left out
        rows.counts, rows.skipped         what was left out on the way, by reason and the first 500

    tabular_pictures.read(path, picture)  the bytes of one picture

Decided: hidden rows are records like others (a filtered ledger is still the ledger), hidden
columns should not be suggested for a field (people hide what is not for others) but may be
chosen, hidden sheets are read when named only; all three are told in ``notes``. A cell may be
``kernel.cells.Flawed`` (error, picture, number of several merged rows): the cleaners tell it as a
fault of its cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from kexiang.core import tabular_heads, tabular_pictures
from kexiang.core.tabular import RowSource, read_rows, sheet_infos
from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_rows import Also, DataRows
from kexiang.core.tabular_types import (
    CellNote,
    ColumnHead,
    Picture,
    Row,
    SheetInfo,
    SkippedRow,
    Survey,
    letter_of,
    spans,
    spans_text,
)
from kexiang.kernel.cells import CellPicture, Flawed

LOOK = 2_000
WITHIN = 40
_HEADS_WITHIN = 20
_SHOWN = 5
_MOST_FLAWS = 200
_SHEETS_TRIED = 12

Known = Callable[[str], bool]


def survey(
    path: Path | str,
    *,
    name: str = "",
    sheet: str | None = None,
    header_row: int | None = None,
    known: Known = lambda _head: False,
    also: Also | None = None,
    look: int = LOOK,
) -> Survey:
    """Look at the first ``look`` rows of a file and tell what it holds.

    ``known`` recognises heads of the wanted kind (the sheet and the row with most of them are
    chosen), ``header_row`` is the lowest row of heads if somebody has named it; ``also`` may
    name a reason to leave a row out. Raises ``Unreadable`` with a sentence.
    """
    source, infos = _choose(Path(path), name, sheet, known)
    heads = tabular_heads.locate(source.head(WITHIN), source.facts().merges, known, told=header_row)
    return _survey(source, infos, heads, also=also, look=look, name=name)


def _choose(
    path: Path, name: str, sheet: str | None, known: Known
) -> tuple[RowSource, list[SheetInfo]]:
    """The named sheet, or that with most known heads; the first with content when none is."""
    source = read_rows(path, sheet=sheet, name=name)
    if source.kind in ("csv", "jsonl"):
        return source, []
    infos = sheet_infos(path, source.kind, source.encoding)
    if sheet is not None or len(infos) == 1:
        return source, infos
    best, most = source, _known_heads(source, known)
    for info in infos[:_SHEETS_TRIED]:
        if info.is_filled and not info.is_hidden and info.name != source.sheet:
            other = read_rows(path, sheet=info.name, name=name)
            count = _known_heads(other, known)
            if count > most and count >= 2:
                best, most = other, count
    return best, infos


def _known_heads(source: RowSource, known: Known) -> int:
    counts = [0]
    for _number, cells in source.head(WITHIN)[:_HEADS_WITHIN]:
        texts = {tabular_heads.text_of(cell) for cell in cells}
        counts.append(sum(1 for text in texts if text and known(text)))
    return max(counts)


def _survey(
    source: RowSource,
    infos: Sequence[SheetInfo],
    heads: tabular_heads.Heads,
    *,
    also: Also | None,
    look: int,
    name: str,
) -> Survey:
    """The survey of one chosen sheet."""
    facts = source.facts()
    columns = _columns(source, heads)
    last = heads.rows[-1] if heads.rows else 0
    rows = DataRows(source, header_row=last, heads=[column.head for column in columns], also=also)
    seen = _Seen()
    for row in islice(rows, look):
        seen.add(row)
    above = [_above(row) for row in heads.above]
    found = Survey(
        kind=source.kind, encoding=source.encoding, sheet=source.sheet, sheets=tuple(infos),
        header_rows=heads.rows, columns=seen.columns(columns), rows_seen=seen.count,
        rows_hint=source.rows_hint, is_whole=seen.count < look,
        skipped=(*above, *rows.skipped), hidden_rows=_below(facts.hidden_rows, last),
        flaws=tuple(seen.flaws), pictures=_pictures(source, seen, last),
        samples=tuple(seen.samples),
    )  # fmt: skip
    if not seen.count and not heads.rows and source.kind == "jsonl":
        raise Unreadable("文件里没有一行数据。")
    return replace(found, notes=tuple(_notes(found, Path(name or source.path.name).suffix)))


def _columns(source: RowSource, heads: tabular_heads.Heads) -> list[ColumnHead]:
    noted = tabular_heads.unit_of_notes(heads.above)
    hidden = source.facts().hidden_columns
    found = []
    for index, parts in enumerate(heads.parts):
        own = tabular_heads.unit_of_head(parts)
        unit, where = (own, "head") if own else (noted, "note" if noted else "")
        found.append(ColumnHead(index, letter_of(index), parts, index in hidden, unit, where))
    return found


def _above(row: Row) -> SkippedRow:
    number, cells = row
    text = " ".join(tabular_heads.text_of(cell) for cell in cells if cell is not None)
    return SkippedRow(number, "above", text if len(text) <= 40 else f"{text[:40]}…")


def _below(found: Sequence[tuple[int, int]], row: int) -> tuple[tuple[int, int], ...]:
    return tuple((max(first, row + 1), last) for first, last in found if last > row)


@dataclass(slots=True)
class _Seen:
    """What the rows looked at hold."""

    count: int = 0
    filled: set[int] = field(default_factory=set)
    flaws: list[CellNote] = field(default_factory=list)
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)
    samples: list[Any] = field(default_factory=list)

    def add(self, row: Row) -> None:
        number, cells = row
        self.count += 1
        if self.count <= _SHOWN:
            self.samples.append(cells)
        if isinstance(cells, dict):
            return
        for index, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            self.filled.add(index)
            if isinstance(cell, CellPicture):
                self.cells[cell.name] = (number, index)
            elif isinstance(cell, Flawed) and len(self.flaws) < _MOST_FLAWS:
                place = f"{letter_of(index)}{number}"
                text = f"{place} 单元格{cell.reason}。"
                self.flaws.append(CellNote(number, index, place, text))

    def columns(self, heads: Sequence[ColumnHead]) -> tuple[ColumnHead, ...]:
        """The heads with those that have no head but data behind them."""
        last = max(self.filled, default=-1)
        more = [ColumnHead(i, letter_of(i)) for i in range(len(heads), last + 1)]
        return tuple(replace(one, has_data=one.index in self.filled) for one in (*heads, *more))


def _pictures(source: RowSource, seen: _Seen, header: int) -> tuple[Picture, ...]:
    if source.kind != "xlsx":
        return ()
    return tuple(tabular_pictures.find(source.path, source.sheet, seen.cells, after=header))


def _notes(found: Survey, suffix: str) -> list[str]:
    notes = [*_file_notes(found, suffix.lower()), *_sheet_notes(found)]
    if found.hidden_rows:
        rows = spans_text(found.hidden_rows)
        notes.append(f"第 {rows} 行是隐藏行,照常读入;不要导入的请先在文件里删除。")
    columns = [one for one in found.columns if one.is_hidden and (one.head or one.has_data)]
    if columns:
        names = "、".join(one.head or f"{one.letter} 列" for one in columns[:8])
        notes.append(f"隐藏的列没有自动对应,需要时请自行选择:{names}。")
    nameless = [one.letter for one in found.columns if one.has_data and not one.head]
    if nameless:
        notes.append(f"第 {'、'.join(nameless[:8])} 列有内容但没有列标题,不会读入。")
    noted = {one.unit for one in found.columns if one.unit_from == "note"}
    if noted:
        notes.append(f"表上方注明单位为{noted.pop()},标题没有写明单位的金额列按此读取。")
    return notes + _content_notes(found)


def _file_notes(found: Survey, suffix: str) -> list[str]:
    names = {"html": "网页表格", "xml": "XML 表格", "csv": "文本表格", "xls": "旧版工作簿",
             "xlsx": "新版工作簿"}  # fmt: skip
    usual = {".xls": "xls", ".xlsx": "xlsx"}
    if suffix in usual and usual[suffix] != found.kind:
        return [f"文件扩展名是 {suffix},内容是{names[found.kind]},已按内容读取。"]
    if found.encoding == "gb18030" and found.kind in ("csv", "jsonl"):
        return ["文字编码为 GB18030(GBK),已按此读取。"]
    return []


def _sheet_notes(found: Survey) -> list[str]:
    notes = []
    others = [s.name for s in found.sheets if s.is_filled and not s.is_hidden]
    others = [name for name in others if name != found.sheet]
    if others:
        notes.append(f"读取工作表“{found.sheet}”;另有:{'、'.join(others[:8])}。")
    hidden = [sheet.name for sheet in found.sheets if sheet.is_hidden]
    if hidden:
        notes.append(f"隐藏的工作表不读取:{'、'.join(hidden[:8])}。")
    return notes


def _content_notes(found: Survey) -> list[str]:
    notes = []
    if found.pictures:
        count = len(found.pictures)
        notes.append(f"表里有 {count} 张图片,按所在行归到各条记录。")
    if found.flaws:
        cells = "、".join(flaw.cell for flaw in found.flaws[:8])
        more = "等" if len(found.flaws) > 8 else ""
        notes.append(f"有问题的单元格:{cells}{more}。")
    kinds: dict[str, list[int]] = {}
    for row in found.skipped:
        kinds.setdefault(row.why, []).append(row.row)
    for why, numbers in kinds.items():
        notes.append(f"第 {spans_text(spans(sorted(numbers)))} 行是{why},不作为记录读入。")
    return notes
