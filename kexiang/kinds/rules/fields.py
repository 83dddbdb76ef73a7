"""One field: from whatever stands in a cell, a form or a JSON document to the stored value.

``compile_field`` prepares a function once per import; the function is called per cell, so the
common case of each type is a dictionary look-up or a short text operation. It gives ``None`` for
nothing and raises ``Bad`` with a whole Chinese sentence.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from kexiang.kinds.rules import choices, dates, numbers, texts
from kexiang.kinds.rules.base import Bad, Clean, memo, memo_list, shown, split_items, text_of
from kexiang.kinds.rules.codes import Lookup
from kexiang.kinds.types import FieldSpec

_HARD_LIMIT = 200_000
# Types that remember by themselves: their values come from lists and calendars.
_LISTED = frozenset({"date", "boolean", "code", "codes", "region", "organisation"})
_SEEN = 1_000


def compile_field(
    spec: FieldSpec, lookup: Lookup, *, unit: str = "", today: date | None = None
) -> Clean:
    """The cleaning function of a field that is no table. ``unit`` is that of a bare number."""
    if spec.many and spec.type == "text":
        return _text_list(spec)
    makers: dict[str, Callable[[], Clean]] = {
        "text": lambda: _text(spec, texts.line),
        "long_text": lambda: _text(spec, texts.lines),
        "model_no": lambda: _text(spec, texts.half),
        "standard_no": lambda: _formatted(spec, texts.standard_no, "应如 GB/T 4334-2020"),
        "url": lambda: _formatted(spec, texts.url, "应以 http:// 或 https:// 开头"),
        "email": lambda: _formatted(spec, texts.email, "应如 name@example.com"),
        "phone": lambda: _phone(spec),
        "integer": lambda: _integer(spec),
        "year": lambda: _integer(spec),
        "decimal": lambda: _number(spec, lambda value: numbers.amount(value, spec.unit)),
        "money": lambda: _money(spec, unit),
        "date": lambda: memo(_date(spec, today)),
        "boolean": lambda: memo(choices.boolean(spec)),
        "code": lambda: memo(choices.code(spec, choices.table_of(spec, lookup))),
        "codes": lambda: memo_list(choices.codes(spec, choices.table_of(spec, lookup))),
        "region": lambda: memo(choices.found(spec, lookup.region, "填区县名称或 6 位行政区划代码")),
        "organisation": lambda: memo(
            choices.found(spec, lookup.organisation, "填已登记单位的全称或统一社会信用代码")
        ),
    }
    if spec.type in makers:
        clean = makers[spec.type]()
        return clean if spec.type in _LISTED else memo(clean, _SEEN)
    return choices.references(spec, lookup)


# Texts


def _limits(spec: FieldSpec) -> Callable[[str], str]:
    """Checks length and pattern of a finished text."""
    label, limit = spec.label, spec.max_length or _HARD_LIMIT
    pattern = re.compile(spec.pattern, re.ASCII) if spec.pattern else None

    def check(text: str) -> str:
        if len(text) > limit:
            over = len(text) - limit
            raise Bad(f"{label}最多 {limit} 字,现有 {len(text)} 字,请减少 {over} 字。")
        if pattern is not None and not pattern.search(text):
            reason = spec.pattern_hint or "格式不对"
            raise Bad(f"{label}“{shown(text)}”不对,{reason}。")
        return text

    return check


def _stripped(spec: FieldSpec, text: str) -> str:
    for prefix in spec.prefixes:
        if text[: len(prefix)].casefold() == prefix.casefold():
            return text[len(prefix) :].strip()
    return text


def _text(spec: FieldSpec, tidy: Callable[[str], str]) -> Clean:
    check, label = _limits(spec), spec.label
    if spec.pattern and not spec.prefixes:
        tidy = texts.half
    blank = texts.is_none if spec.pattern else texts.is_blank

    def clean(value: Any) -> str | None:
        if value is None:
            return None
        text = tidy(value if type(value) is str else text_of(value, label))
        if blank(text):
            return None
        if spec.prefixes:
            text = _stripped(spec, text)
        if "+" in text and texts.is_scientific(text):
            raise Bad(
                f"{label}“{text}”是变成科学计数法的号码,末尾几位已经丢失。"
                "请把该列设为“文本”格式后重新填写。"
            )
        return check(text) or None

    return clean


def _formatted(spec: FieldSpec, form: Callable[[str], str | None], advice: str) -> Clean:
    check, label = _limits(spec), spec.label

    def clean(value: Any) -> str | None:
        if value is None:
            return None
        text = texts.line(value if type(value) is str else text_of(value, label))
        if texts.is_none(text):
            return None
        found = form(_stripped(spec, text))
        if found is None:
            raise Bad(f"{label}“{shown(text)}”不对,{advice}。")
        return check(found)

    return clean


def _phone(spec: FieldSpec) -> Clean:
    one = _formatted(spec, texts.phone, "应为手机号,或带区号的固定电话,如 0355-1234567")

    def clean(value: Any) -> Any:
        try:
            return one(value)
        except Bad:
            if isinstance(value, str) and texts.several_phones(value):
                raise Bad(f"{spec.label}只填一个号码,请留下最常用的一个。") from None
            raise

    return clean


def _text_list(spec: FieldSpec) -> Clean:
    single = _text(spec, texts.line)
    label, limit = spec.label, spec.max_items or 1

    def clean(value: Any) -> list[str] | None:
        if value is None:
            return None
        parts = (
            value if isinstance(value, (list, tuple)) else split_items(spec, text_of(value, label))
        )
        items = list(dict.fromkeys(item for part in parts if (item := single(part)) is not None))
        if len(items) > limit:
            raise Bad(
                f"{label}最多 {limit} 项,现有 {len(items)} 项,请删去 {len(items) - limit} 项。"
            )
        return items or None

    return clean


# Numbers and dates


def _in_bounds(spec: FieldSpec, number: Decimal) -> None:
    low, high, unit = spec.min, spec.max, spec.money_unit
    if low is not None and number < Decimal(str(low)):
        limit = f"不小于 {low}{unit}"
    elif high is not None and number > Decimal(str(high)):
        limit = f"不大于 {high}{unit}"
    else:
        return
    written = format(number.normalize(), "f")
    raise Bad(f"{spec.label}应{limit},现为 {written}{unit},请核对。")


def _number(spec: FieldSpec, read: Callable[[Any], Decimal]) -> Clean:
    label, decimals = spec.label, spec.decimals if spec.decimals is not None else 2

    def clean(value: Any) -> str | None:
        if value is None or (type(value) is str and texts.is_none(value.strip())):
            return None
        try:
            number = read(value)
        except numbers.NotANumber as error:
            raise Bad(f"{label}应为数字,现为“{shown(value)}”:{error}。") from None
        _in_bounds(spec, number)
        return numbers.fixed(number, decimals)

    return clean


def _money(spec: FieldSpec, unit: str) -> Clean:
    own = spec.money_unit
    return _number(spec, lambda value: numbers.money(value, own, unit or own))


def _integer(spec: FieldSpec) -> Clean:
    label, unit = spec.label, "年" if spec.type == "year" else spec.unit

    def clean(value: Any) -> int | None:
        if value is None or (type(value) is str and texts.is_none(value.strip())):
            return None
        try:
            number = numbers.amount(value, unit)
        except numbers.NotANumber as error:
            raise Bad(f"{label}应为整数,现为“{shown(value)}”:{error}。") from None
        if number != number.to_integral_value():
            raise Bad(f"{label}应为整数,现为 {shown(value)},请去掉小数。")
        _in_bounds(spec, number)
        return int(number)

    return clean


def _date(spec: FieldSpec, today: date | None) -> Clean:
    label = spec.label
    low = str(spec.min or "")
    latest = today.isoformat() if spec.max == "today" and today else ""
    high = latest if spec.max == "today" else str(spec.max or "")

    def clean(value: Any) -> str | None:
        if value is None or (type(value) is str and texts.is_none(value.strip())):
            return None
        try:
            day = dates.parse(value)
        except dates.NotADate as error:
            raise Bad(f"{label}“{shown(value)}”{error},请写成 2024-01-05 的样子。") from None
        if (low and day < low) or (high and day > high):
            span = f"早于 {low}" if low and day < low else f"晚于 {high}"
            raise Bad(f"{label}为 {day},{span},请核对。")
        return day

    return clean
