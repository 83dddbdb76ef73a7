"""The opaque ``cursor``: where a page ended, so that the next begins right behind it."""

import base64
import binascii
import json
from dataclasses import dataclass

from kexiang.kernel.errors import Invalid, Problem

_WIDEST = 4
_CORRECTED = 8  # added to the stage when a corrected question was answered


@dataclass(frozen=True, slots=True)
class Cursor:
    """``order`` and ``stage`` must fit the question it is used with. By a number: the last
    row's ``value`` and ``tie``. By relevance: how many rows were seen (``offset``)."""

    order: str
    stage: int
    value: float | int | None = None
    tie: int = 0
    offset: int = 0
    is_corrected: bool = False

    def encode(self) -> str:
        stage = self.stage + _CORRECTED * self.is_corrected
        packed = json.dumps([self.order, stage, self.value, self.tie, self.offset])
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def decode(text: str, order: str) -> Cursor:
    """Raises ``Invalid`` for anything this installation did not issue for this order."""
    wrong = Invalid([Problem("cursor", "游标无效或与排序方式不符,请从第一页重新查询。", "cursor")])
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        packed = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        name, stage, value, tie, offset = packed
    except (ValueError, TypeError, binascii.Error, UnicodeError):
        raise wrong from None
    numbers = all(type(n) is int and n >= 0 for n in (stage, tie, offset))
    known = numbers and stage % _CORRECTED <= _WIDEST and stage < 2 * _CORRECTED
    fits = name == order and known and tie < 2**63 and offset <= 1_000_000
    if not fits or not (value is None or type(value) in (int, float)) or abs(value or 0) >= 2**63:
        raise wrong
    corrected = stage >= _CORRECTED
    return Cursor(name, stage % _CORRECTED, value, tie, offset, corrected)
