"""What the styles of a workbook do to its numbers: dates, leading zeros, written units, scales.

A number is read as the user sees it in its cell, for that is what his heads speak of.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from kexiang.core.tabular_cells import local
from kexiang.kernel.cells import Serial1904

_ZEROS = re.compile(r"0{2,}")
_WRITTEN = re.compile(r'[#,0.]*0[#,0.]*(?:_[^"])?\s*"?(万元|亿元|千元|元)"?(?:;.*)?')
# 0!.0, and 0"."0000: the cell shows ten thousands of what it holds.
_SHIFTED = re.compile(r'[#,]*0(?:[!\\]\.|"\.")(0+)(,*)(?:"?(?:万元|万)"?)?(?:;.*)?')
_LAST_SERIAL = 2_958_466
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 -- no zone


@dataclass(slots=True)
class Styles:
    """Style numbers (as the cells name them) that change what a number says."""

    is_1904: bool = False
    dates: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)

    def read(self, root: Any) -> None:
        """Take the styles of a parsed ``styles.xml``."""
        formats = {str(number): text for number, text in BUILTIN_FORMATS.items()}
        formats |= {str(n): "yyyy-mm-dd" for n in (*range(27, 37), *range(50, 59))}
        for node in root.iter():
            if local(node.tag) == "numFmt":
                formats[str(node.get("numFmtId"))] = str(node.get("formatCode", ""))
        for node in root:
            if local(node.tag) == "cellXfs":
                for index, xf in enumerate(node):
                    self._add(str(index), formats.get(str(xf.get("numFmtId", "0")), ""))

    def _add(self, style: str, code: str) -> None:
        shifted, written = _SHIFTED.fullmatch(code), _WRITTEN.fullmatch(code)
        if _ZEROS.fullmatch(code):
            self.widths[style] = len(code)
        elif shifted:
            self.scales[style] = 10 ** (len(shifted[1]) + 3 * len(shifted[2]))
        elif written:
            self.units[style] = written[1]
        elif is_date_format(code) or any(mark in code for mark in "年月日"):
            self.dates.add(style)

    def number(self, text: str, style: str) -> Any:
        """The value of a numeric cell. Raises ``ValueError`` for text that is no number."""
        try:
            value: Any = int(text)
        except ValueError:
            value = float(text)
        if style in self.dates:
            return self._moment(value)
        if style in self.widths and isinstance(value, int) and value >= 0:
            return str(value).zfill(self.widths[style])
        if style in self.units:
            return (
                f"{value if isinstance(value, int) else format(value, '.15g')}{self.units[style]}"
            )
        if style in self.scales:
            return float(f"{value / self.scales[style]:.15g}")
        return Serial1904(value) if self.is_1904 and 8_000 <= value <= 72_000 else value

    def _moment(self, value: Any) -> Any:
        """A day, a moment of a day, or an hour alone (as text); other numbers stay numbers."""
        if not 0 < value < _LAST_SERIAL:
            return value
        if value < 1:
            minutes = round(value * 24 * 60)
            return f"{minutes // 60:02}:{minutes % 60:02}"
        if not self.is_1904 and value < 60:
            value += 1  # Excel believes in 29 February 1900
        moment = (_EPOCH_1904 if self.is_1904 else _EPOCH_1900) + timedelta(days=value)
        return moment.date() if value == int(value) else _whole(moment)


def _whole(moment: datetime) -> datetime:
    """To the second: a fraction of a day is never exact."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def day_1904(day: date) -> date:
    """A day as a reader without knowledge of the date system takes it, put right."""
    return day + timedelta(days=Serial1904.DAYS)
