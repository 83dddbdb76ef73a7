"""How numbers, money, dates and sizes are written for Chinese offices (ux.md B1.3). Pure functions.

The unit of a table column stands in its head, so the plain functions return bare numbers;
the ones for running text add the unit.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

Workdays = Callable[[date, date], int]
_SIZES = ("B", "KB", "MB", "GB", "TB")


def decimal_of(value: object) -> Decimal | None:
    """``value`` as a decimal, or ``None`` when it is empty or no number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def fixed(value: object, places: int) -> str:
    """``value`` with thousands commas, rounded half up; ``""`` for no number."""
    number = decimal_of(value)
    if number is None:
        return ""
    return f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,}"


def money(value: object) -> str:
    """An amount in 元 with two decimals: ``1,234.50``."""
    return fixed(value, 2)


def yuan(value: object) -> str:
    """An amount in 元 for running text: ``1,234.50 元``."""
    text = money(value)
    return gettext("%(amount)s 元") % {"amount": text} if text else ""


def wan(value: object) -> str:
    """An amount given in 元, told in 万元 with two decimals: ``12.35``."""
    number = decimal_of(value)
    return "" if number is None else fixed(number / 10_000, 2)


def wan_yuan(value: object) -> str:
    """An amount given in 元, told in running text as ``12.35 万元``."""
    text = wan(value)
    return gettext("%(amount)s 万元") % {"amount": text} if text else ""


def as_wan(value: object) -> str:
    """An amount that is already in 万元, for running text."""
    text = fixed(value, 2)
    return gettext("%(amount)s 万元") % {"amount": text} if text else ""


def number(value: object) -> str:
    """A count with thousands commas; decimals are kept as they are."""
    found = decimal_of(value)
    return "" if found is None else f"{found:,f}"


def hours(value: object) -> str:
    """Hours with one decimal."""
    return fixed(value, 1)


def percent(value: object) -> str:
    """A share between 0 and 1 as a percentage with one decimal: ``86.2%``."""
    found = decimal_of(value)
    return "" if found is None else f"{fixed(found * 100, 1)}%"


def _local_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value:
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def cn_date(value: object) -> str:
    """A date as ``2026年3月12日`` (``2026-03-12`` in English)."""
    day = _local_date(value)
    if day is None:
        return str(value or "")
    if (get_language() or "").startswith("en"):
        return day.isoformat()
    return f"{day.year}年{day.month}月{day.day}日"


def cn_datetime(value: object) -> str:
    """An instant in Beijing time as ``2026年3月12日 14:05``."""
    if not isinstance(value, datetime):
        return cn_date(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{cn_date(local)} {local:%H:%M}"


def short_datetime(value: object) -> str:
    """An instant in Beijing time as ``2026-03-12 14:05``: for tables, where lines must not wrap."""
    if not isinstance(value, datetime):
        day = _local_date(value)
        return day.isoformat() if day else str(value or "")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


def rest(due: object, today: object, workdays: Workdays | None = None) -> str:
    """How long until ``due``: ``还剩3个工作日``, ``今天到期``, ``已逾期2个工作日`` (ux.md B1.1).

    ``workdays(a, b)`` counts the working days after ``a`` up to and including ``b``; without
    it calendar days are counted and named as such.
    """
    end, start = _local_date(due), _local_date(today)
    if end is None or start is None:
        return ""
    if end == start:
        return gettext("今天到期")
    late = end < start
    first, last = (end, start) if late else (start, end)
    if workdays is None:
        n = (last - first).days
        late_text = ngettext("已逾期%(n)s天", "已逾期%(n)s天", n)
        left_text = ngettext("还剩%(n)s天", "还剩%(n)s天", n)
    else:
        n = workdays(first, last)
        late_text = ngettext("已逾期%(n)s个工作日", "已逾期%(n)s个工作日", n)
        left_text = ngettext("还剩%(n)s个工作日", "还剩%(n)s个工作日", n)
    return (late_text if late else left_text) % {"n": n}


def rest_tone(due: object, today: object, workdays: Workdays | None = None) -> str:
    """The status colour of a due date: ``bad`` at one day or less, ``warn`` up to three."""
    end, start = _local_date(due), _local_date(today)
    if end is None or start is None:
        return "end"
    if end < start:
        return "bad"
    left = workdays(start, end) if workdays else (end - start).days
    if left <= 1:
        return "bad"
    return "warn" if left <= 3 else "ok"


def file_size(value: object) -> str:
    """Bytes for people: ``512 B``, ``1.5 MB``."""
    found = decimal_of(value)
    if found is None:
        return ""
    step = 0
    while found >= 1024 and step < len(_SIZES) - 1:
        found /= 1024
        step += 1
    return f"{fixed(found, 0 if step == 0 else 1)} {_SIZES[step]}"
