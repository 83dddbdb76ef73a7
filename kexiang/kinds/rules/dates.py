"""Dates as people write them and as Excel keeps them."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from kexiang.kernel.cells import Serial1904
from kexiang.kinds.rules.texts import half

_SEPARATED = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"\d{5}(?:\.0+)?")
_MONTH = re.compile(r"\d{4}\s*(?:[-/.]\s*\d{1,2}|年\s*\d{1,2}\s*月?)|\d{4}\s*年?|\d{6}")
_EPOCH = date(1899, 12, 30)
# Excel counts days; this span is 1927-05-18 to 2099-12-31, so a serial is never a year or a code.
_FIRST, _LAST = 10_000, 73_050


class NotADate(ValueError):
    """The value is no date; the message says in Chinese what is wrong."""


def parse(value: Any) -> str:
    """``YYYY-MM-DD``. Raises ``NotADate``; a month or a year alone is never completed."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value)
    if not isinstance(value, str):
        raise NotADate("不是日期")
    text = half(value)
    found = _SEPARATED.fullmatch(text) or _PACKED.fullmatch(text)
    if found:
        return _day(*(int(part) for part in found.groups()))
    if _NUMBER.fullmatch(text):
        return _number(float(text))
    if _MONTH.fullmatch(text):
        raise NotADate("缺少具体日期,请写到日")
    raise NotADate("不是日期")


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise NotADate("不是日期")
    if isinstance(value, Serial1904):
        value = float(value) + Serial1904.DAYS
    whole = int(value)
    if _FIRST <= whole <= _LAST:
        return (_EPOCH + timedelta(days=whole)).isoformat()
    packed = _PACKED.fullmatch(str(whole))
    if packed and whole == value:
        return _day(*(int(part) for part in packed.groups()))
    if 1000 <= whole <= 9999 and whole == value:
        raise NotADate("缺少具体日期,请写到日")
    raise NotADate("不是日期")


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise NotADate("日历上没有这一天") from None
