"""Numbers and money as people write them. A unit is taken from what is written, never guessed."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kexiang.kinds.rules.texts import half

_YUAN = {"元": Decimal(1), "圆": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10_000),
         "万": Decimal(10_000), "亿元": Decimal(100_000_000), "亿": Decimal(100_000_000),
         "人民币元": Decimal(1)}  # fmt: skip
_SIZES = {"元": Decimal(1), "万元": Decimal(10_000)}
_WRITTEN = re.compile(r"[¥￥]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)\s*([^\d\s.,+-].*)?")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,4}")
_LARGEST = Decimal(10) ** 18


class NotANumber(ValueError):
    """The value is no number; the message says in Chinese what is wrong."""


def split(value: Any) -> tuple[Decimal, str]:
    """Number and the unit written behind it (empty without one). Raises ``NotANumber``."""
    if isinstance(value, bool):
        raise NotANumber("不是数字")
    if isinstance(value, (int, Decimal)):
        return _checked(Decimal(value)), ""
    if isinstance(value, float):
        # 15 digits are what a cell of Excel holds; what follows is noise of the binary form.
        return _checked(Decimal(f"{value:.15g}")), ""
    if not isinstance(value, str):
        raise NotANumber("不是数字")
    text = half(value)
    if _SCIENTIFIC.fullmatch(text):
        return _checked(Decimal(text)), ""
    found = _WRITTEN.fullmatch(text)
    if not found or not found.group(1) or found.group(1) in "+-":
        raise NotANumber("不是数字")
    return _checked(Decimal(found.group(1).replace(",", ""))), (found.group(2) or "").strip()


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise NotANumber("不是合理的数字")
    return number


def money(value: Any, unit: str, written_in: str) -> Decimal:
    """The amount in ``unit`` (元 or 万元); ``written_in`` is the unit of a bare number.

    Raises ``NotANumber``, also for a unit that is no Chinese money.
    """
    number, suffix = split(value)
    factor = _YUAN.get(suffix.replace(" ", "")) if suffix else _YUAN[written_in]
    if factor is None:
        raise NotANumber(f"单位“{suffix}”不认识,请写{unit}数")
    return number * factor / _SIZES[unit]


def amount(value: Any, unit: str) -> Decimal:
    """A number; a written unit must be that of the field. Raises ``NotANumber``."""
    number, suffix = split(value)
    if suffix and suffix not in (unit, unit.removesuffix("(套)")) and not _same(suffix, unit):
        wanted = f",应为{unit}" if unit else ""
        raise NotANumber(f"单位“{suffix}”不对{wanted}")
    return number


def _same(suffix: str, unit: str) -> bool:
    pairs = {
        "小时": {"h", "H", "hr", "时", "机时"},
        "工作日": {"天", "日", "个工作日"},
        "㎡": {"m2", "m²", "平方米", "平米"},
        "米": {"m", "M"},
        "台(套)": {"台", "套", "台套"},
        "条": {"条记录", "项"},
    }
    return suffix in pairs.get(unit, ())


def fixed(number: Decimal, decimals: int) -> str:
    """As text with that many places, rounded half up."""
    return str(number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))
