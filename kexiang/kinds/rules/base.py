"""What every cleaning function shares: the fault, quoting, the text of a cell, memory."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kexiang.kernel.cells import Flawed, is_damaged
from kexiang.kinds.rules import texts
from kexiang.kinds.types import FieldSpec

Clean = Callable[[Any], Any]
_MEMORY = 50_000
_TOO_LONG = 10**15
_LARGEST = 10**18


class Bad(ValueError):
    """A value that cannot be kept. The message is a whole sentence for people."""


def told(error: Bad, value: Any, spec: FieldSpec) -> str:
    """The sentence of a fault; a cell that has no usable value says itself what is wrong."""
    return f"{spec.label}{value.reason}。" if isinstance(value, Flawed) else str(error)


def shown(value: Any) -> str:
    """The value as it may be quoted in a message."""
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return "过大的数字"
    text = " ".join(texts.safe(str(value)).split())
    return text if len(text) <= 20 else f"{text[:20]}…"


def text_of(value: Any, label: str) -> str:
    """The text of a cell. Numbers lose a ``.0``; a number too long for Excel is refused."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        most = _TOO_LONG if isinstance(value, float) else _LARGEST
        if not abs(value) < most or (isinstance(value, int) and is_damaged(value)):
            raise Bad(
                f"{label}的数字过长,Excel 只能存 15 位,末尾几位已经改动。"
                "请把该列设为“文本”格式后重新填写。"
            )
        return str(int(value)) if value == int(value) else f"{value:.15g}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    raise Bad(f"{label}应为文字,不能是列表或对象。")


def memo(clean: Clean, most: int = _MEMORY) -> Clean:
    """Remember what a text became: in a table values repeat, new ones are the exception.

    Where every value may be new (names, numbers) ``most`` is small, so that memory stays bounded.
    """
    known: dict[str, Any] = {}

    def remembered(value: Any) -> Any:
        if type(value) is not str:
            return clean(value)
        try:
            result = known[value]
        except KeyError:
            try:
                result = clean(value)
            except Bad as error:
                result = Bad(*error.args)
            if len(known) < most and len(value) < 200:
                known[value] = result
        if type(result) is Bad:
            raise result.with_traceback(None)
        return result

    return remembered


def memo_list(clean: Clean) -> Clean:
    """Like ``memo``; the remembered list is copied, for the caller may change his."""
    remembered = memo(clean)

    def copied(value: Any) -> Any:
        result = remembered(value)
        return list(result) if result is not None else None

    return copied


def split_items(spec: FieldSpec, text: str) -> list[str]:
    """Items of a list typed as one text: semicolons and lines part first, commas only if alone."""
    strong = [mark for mark in spec.separators if mark in ";；\n|"]
    weak = [mark for mark in spec.separators if mark not in ";；\n|"]
    marks = strong if any(mark in text for mark in strong) else weak
    for mark in marks:
        text = text.replace(mark, "\0")
    return text.split("\0")
