"""Reads the files of a pack and keeps every fault with its file and line."""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kexiang.core.toml_lines import TomlLines
from kexiang.reference.types import PackFault

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its line number and its cells by column, stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed TOML file that still knows where its keys stand."""

    file: str
    data: dict[str, Any]
    lines: TomlLines

    def line(self, *path: str | int) -> int:
        return self.lines.line(path)


class Reader:
    """The files of one pack folder; ``faults`` collects instead of raising."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[PackFault] = []

    def fault(self, file: str, line: int, message: str) -> None:
        self.faults.append(PackFault(file, line, message))

    def has(self, file: str) -> bool:
        return (self.folder / file).is_file()

    def text(self, file: str) -> str | None:
        """The file as text without byte-order mark; ``None`` (and a fault) when it is not UTF-8."""
        data = (self.folder / file).read_bytes()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.fault(file, line, "文件不是 UTF-8 编码,请另存为 UTF-8。")
            return None

    def toml(self, file: str) -> TomlFile | None:
        text = self.text(file)
        if text is None:
            return None
        try:
            return TomlFile(file, tomllib.loads(text), TomlLines(text))
        except tomllib.TOMLDecodeError as error:
            found = _TOML_PLACE.search(str(error))
            line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
            what = _TOML_PLACE.sub("", str(error))
            column = f"第 {found.group(2)} 列" if found and found.group(2) else "文件末尾"
            self.fault(file, line, f"TOML 语法错误({column}):{what}。")
            return None

    def rows(self, file: str, columns: Sequence[str], required: Sequence[str]) -> Iterator[Row]:
        """Each row of a CSV file whose head is right and whose required cells are filled."""
        text = self.text(file)
        if text is None:
            return
        reader = csv.reader(text.splitlines(keepends=True), strict=True)
        try:
            head = [name.strip() for name in next(reader, [])]
            if not self._head_is_right(file, head, columns, required):
                return
            last = reader.line_num
            for cells in reader:
                line, last = last + 1, reader.line_num
                row = self._row(file, line, head, cells, required)
                if row is not None:
                    yield row
        except csv.Error as error:
            self.fault(file, reader.line_num, f"CSV 格式错误:{error}。")

    def _head_is_right(
        self, file: str, head: list[str], columns: Sequence[str], required: Sequence[str]
    ) -> bool:
        for name in head:
            if name not in columns:
                self.fault(file, 1, f"未知的列“{name}”,{did_you_mean(name, columns)}")
        for name in required:
            if name not in head:
                self.fault(file, 1, f"缺少列“{name}”。")
        for name in sorted({name for name in head if head.count(name) > 1}):
            self.fault(file, 1, f"列“{name}”出现了两次,请删去一列。")
        return set(required) <= set(head) <= set(columns) and len(set(head)) == len(head)

    def _row(
        self, file: str, line: int, head: list[str], cells: list[str], required: Sequence[str]
    ) -> Row | None:
        if not any(cell.strip() for cell in cells):
            return None
        if len(cells) > len(head):
            self.fault(file, line, f"本行有 {len(cells)} 列,表头只有 {len(head)} 列,请对齐。")
            return None
        # a spreadsheet leaves out empty cells at the end of a line
        row = Row(line, {name: cell.strip() for name, cell in zip(head, cells, strict=False)})
        empty = [name for name in required if not row[name]]
        for name in empty:
            self.fault(file, line, f"“{name}”不能为空。")
        return None if empty else row

    def lines(self, file: str) -> Iterator[tuple[int, str]]:
        """The lines of a word list without comments and empty lines."""
        text = self.text(file)
        for number, line in enumerate((text or "").splitlines(), start=1):
            content = line.split("#", 1)[0].strip() if line.lstrip().startswith("#") else line
            if content.strip():
                yield number, content.strip()

    def day(self, file: str, line: int, name: str, text: str) -> date | None:
        """A date cell, ``None`` when empty or wrong (then with a fault)."""
        if not text:
            return None
        value = parse_day(text)
        if value is None:
            self.fault(file, line, f"“{name}”的日期“{text}”不对,应写成 2017-09-20 这样的日期。")
        return value

    def period(self, file: str, line: int, valid_from: date | None, valid_to: date | None) -> bool:
        """Whether the two dates are in order; a fault when they are not."""
        if valid_from and valid_to and valid_to < valid_from:
            self.fault(file, line, f"有效期止({valid_to})早于有效期起({valid_from})。")
            return False
        return True


def parse_day(value: object) -> date | None:
    """A TOML date or the text 2017-09-20; anything else is ``None``."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known word, or all of them."""
    names = list(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"您是否想写“{near[0]}”?"
    shown = "、".join(names[:12])
    return f"可用的有:{shown}{'…' if len(names) > 12 else ''}。"


def overlapping(
    periods: Iterable[tuple[date | None, date | None, int]],
) -> Iterator[tuple[int, int]]:
    """Pairs (line, earlier line) of periods that share a day; both ends count as inside."""
    ordered = sorted(periods, key=lambda p: (p[0] or date.min, p[2]))
    open_until: date | None = None
    open_line = 0
    for start, end, line in ordered:
        if open_line and (start or date.min) <= (open_until or date.max):
            yield line, open_line
        if not open_line or (end or date.max) >= (open_until or date.max):
            open_until, open_line = end, line
