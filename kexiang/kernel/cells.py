"""Cells of somebody's table whose value is not what it seems to be.

The readers of files make them, the cleaners of fields turn them into faults that name the cell's
trouble; nothing is ever guessed from them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flawed:
    """A cell without a usable value.

    ``shown`` is what stands there, ``reason`` the predicate of a Chinese sentence whose subject is
    the column's name (``是公式错误 #N/A,请改正公式``).
    """

    shown: str
    reason: str

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class CellPicture(Flawed):
    """A picture that lives in a cell; ``name`` finds it among the workbook's pictures."""

    name: str = ""


class Serial1904(float):
    """A bare number of a workbook that counts its days from 1904 (``date1904``).

    As a number it is what it is; read as a date it lies 1,462 days later than in other books.
    """

    DAYS = 1462


_ERRORS = {
    "#N/A": "没有查到值",
    "#REF!": "引用的单元格已不存在",
    "#VALUE!": "参与计算的内容类型不对",
    "#NAME?": "公式里有不认识的名称",
    "#DIV/0!": "除数为零",
    "#NUM!": "数值无法计算",
    "#NULL!": "区域没有交集",
    "#SPILL!": "数组结果放不下",
    "#CALC!": "公式无法计算",
}
_LONG = 15
_EXACT = 2**53


def error_cell(text: str) -> Flawed:
    """An error value as the program wrote it."""
    text = text.strip()[:20] or "#N/A"
    why = f"({_ERRORS[text]})" if text in _ERRORS else ""
    return Flawed(text, f"是公式错误 {text}{why},请改正公式,或改填实际内容")


def picture_cell(name: str, shown: str) -> CellPicture:
    return CellPicture(shown, "是一张嵌入单元格的图片,不是文字,请改填文字", name)


def merged_number(shown: str) -> Flawed:
    """A number that stands once for several merged rows: whose it is nobody can tell."""
    return Flawed(shown, f"“{shown}”是几行合并的单元格,不能判断属于哪一行,请拆分单元格后分别填写")


def is_damaged(number: int) -> bool:
    """Whether a whole number may have lost its last digits in a spreadsheet.

    Excel keeps 15 digits and puts zeros behind; other programs write what a binary number of
    double precision still holds. A number that no such program can have written is intact.
    """
    digits = len(str(abs(number)))
    if digits <= _LONG:
        return False
    if number % 10 ** (digits - _LONG) == 0:
        return True
    return abs(number) > _EXACT and int(float(number)) == number
