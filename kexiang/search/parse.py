"""What people type, taken apart: words, "phrases", -exclusions, field:values.

Never raises: an unbalanced quote reaches to the end, an unknown field name is text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_PARTS = 24
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂〝〞", '"') | {"：": ":", "－": "-"})
_PART = re.compile(
    r"""\s*(?P<sign>-(?=[^\s-]))?
        (?:(?P<field>[^\W\d]\w*):(?=\S))?
        (?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))""",
    re.VERBOSE,
)
_RANGE = re.compile(r"(?P<low>\d+(?:\.\d+)?)?(?:\.\.|-|~)(?P<high>\d+(?:\.\d+)?)?")
_BOUND = re.compile(r"(?P<sign>[<>]=?)(?P<value>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for. ``field`` is "" for everywhere."""

    text: str
    quoted: bool = False
    excluded: bool = False
    field: str = ""


def parse(text: str, field_of: Callable[[str], str] | None = None) -> tuple[Part, ...]:
    """The parts of ``text``; ``field_of`` gives the field for a name people use, or ""."""
    text = text.translate(_QUOTES).replace("\x00", " ")
    parts: list[Part] = []
    at = 0
    while at < len(text) and len(parts) < MAX_PARTS:
        match = _PART.match(text, at)
        if match is None or match.end() == at:
            at += 1
            continue
        at = match.end()
        part = _part(match, field_of or (lambda _: ""))
        if part.text.strip():
            parts.append(part)
    return tuple(parts)


def _part(match: "re.Match[str]", field_of: Callable[[str], str]) -> Part:
    name = match["field"] or ""
    field = field_of(name.lower()) if name else ""
    quoted = match["quoted"] is not None
    text = match["quoted"] if quoted else match["plain"]
    if name and not field:
        text = f"{name}:{text}"  # gb/t:4334, http://…: not a field of ours
    return Part(text.strip(), quoted, match["sign"] is not None, field)


def number_range(text: str) -> tuple[float | None, float | None] | None:
    """Both ends of ``2018-2020``, ``2018..``, ``<500`` or ``2020``; ``None`` for no number."""
    if match := _BOUND.fullmatch(text):
        value = float(match["value"])
        return (None, value) if match["sign"].startswith("<") else (value, None)
    if match := _RANGE.fullmatch(text):
        ends: Mapping[str, str | None] = match.groupdict()
        low, high = (float(end) if end else None for end in (ends["low"], ends["high"]))
        return None if low is None and high is None else (low, high)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text), float(text)
    return None
