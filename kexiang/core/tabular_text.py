"""Rows of .csv and .jsonl files, one after the other, whatever encoding an office saved them in."""

import codecs
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kexiang.core.tabular_guard import Unreadable
from kexiang.core.tabular_strings import cell_text
from kexiang.core.tabular_write import DANGEROUS

MAX_FIELD = 1_000_000
_STEP = 1 << 20
_SEP = re.compile(r"\ufeff?\"?sep=([,;\t|])\"?\s*(?:\r?\n|$)", re.I)
_QUOTED = re.compile(r'"[^"]*"')
_AS_TEXT = re.compile(r'="([^"]*)"')
_MARKS = frozenset("='‘’_")


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else GB18030. Raises ``Unreadable``."""
    with path.open("rb") as stream:
        head = stream.read(4)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise Unreadable("文件的文字编码无法识别。请另存为 UTF-8 编码的 CSV 或 .xlsx 后再上传。")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while piece := stream.read(_STEP):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(path: Path, encoding: str) -> str:
    """What ``sep=`` names, else the mark that parts the first lines into most, equal cells."""
    with path.open(encoding=encoding, newline="", errors="strict") as stream:
        sample = stream.read(65_536)
    named = _SEP.match(sample)
    if named:
        return named.group(1)
    lines = [line for line in _QUOTED.sub("", sample).splitlines()[:50] if line.strip()]
    lines = lines[:-1] or lines  # the last one may be cut
    best, score = ",", 0
    for mark in (",", "\t", ";", "|"):
        counts = [count for line in lines if (count := line.count(mark))]
        usual = max(set(counts), key=counts.count) if counts else 0
        if usual * counts.count(usual) > score:
            best, score = mark, usual * counts.count(usual)
    return best


def csv_rows(path: Path, encoding: str) -> Iterator[tuple[int, list[Any]]]:
    """Row numbers (from 1, as a spreadsheet numbers them) and texts; empty rows are left out."""
    csv.field_size_limit(MAX_FIELD)
    delimiter = delimiter_of(path, encoding)
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(_without_nul(stream), delimiter=delimiter)
        number = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise Unreadable(
                    f"第 {number + 1} 行附近的引号或内容过长,无法读取。请检查后重新导出。"
                ) from None
            number += 1
            if number == 1 and _SEP.match(delimiter.join(cells)):
                continue
            if any(cells):
                yield number, [_plain(cell) for cell in cells]


def _without_nul(stream: Iterator[str]) -> Iterator[str]:
    for line in stream:
        if "\0" in line:
            raise Unreadable("文件里有非文本内容,无法读取。请重新导出后上传。")
        yield line


def _plain(cell: str) -> Any:
    """The cell without what marks it as text: a leading apostrophe, or ``="00123"``."""
    if cell[:1] in _MARKS and len(cell) > 1:
        if cell[0] == "'" and cell[1] in DANGEROUS:
            return cell[1:]
        quoted = _AS_TEXT.fullmatch(cell)
        return quoted.group(1) if quoted else cell_text(cell)
    return cell or None


def jsonl_rows(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects. Raises ``Unreadable`` at the first line that is no object."""
    with path.open(encoding=encoding) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                raise Unreadable(f"第 {number} 行不是正确的 JSON,请检查后重新上传。") from None
            if not isinstance(value, dict):
                raise Unreadable(f"第 {number} 行应是一个 JSON 对象({{…}}),请检查后重新上传。")
            yield number, value
