"""What to emphasise in a shown text: positions first, HTML only at the very end, escaped."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from kexiang.search.analysis.fold import fold_with_offsets
from kexiang.search.analysis.tokens import is_han, units
from kexiang.search.types import Mark

_WINDOW = 180
_BEFORE = 40
_LOOSE = r"[\W_]{0,2}"


@lru_cache(maxsize=1024)
def pattern(terms: tuple[str, ...]) -> "re.Pattern[str] | None":
    """One expression for all folded terms, longest first; Latin ones only as whole words."""
    forms: list[str] = []
    for term in sorted(terms, key=len, reverse=True):
        runs = units(term)
        if not runs:
            continue
        body = _LOOSE.join(map(re.escape, runs))
        head = "" if is_han(runs[0]) else r"(?<![a-z0-9])"
        tail = "" if is_han(runs[-1]) else r"(?![a-z0-9])"
        if runs[-1].isdigit():
            tail = r"(?![0-9])"
        if runs[0].isdigit():
            head = r"(?<![0-9])"
        forms.append(head + body + tail)
    return re.compile("|".join(forms)) if forms else None


def marks(text: str, terms: tuple[str, ...]) -> tuple[Mark, ...]:
    """Where ``terms`` (folded) stand in ``text``, as positions in ``text`` itself."""
    wanted = pattern(terms)
    if wanted is None or not text:
        return ()
    folded, origins = fold_with_offsets(text)
    return tuple(
        Mark(origins[match.start()], origins[match.end() - 1] + 1)
        for match in wanted.finditer(folded)
    )


def html(text: str, found: Sequence[Mark]) -> str:
    """``text`` escaped, with ``<mark>`` around what was found."""
    pieces: list[str] = []
    at = 0
    for mark in found:
        if mark.start < at:
            continue
        pieces += [
            escape(text[at : mark.start]),
            "<mark>",
            escape(text[mark.start : mark.end]),
            "</mark>",
        ]
        at = mark.end
    pieces.append(escape(text[at:]))
    return "".join(pieces)


def excerpt(text: str, terms: tuple[str, ...]) -> str:
    """A window of ``text`` around the first thing found, as HTML."""
    found = marks(text, terms)
    if len(text) <= _WINDOW:
        return html(text, found)
    start = max(0, found[0].start - _BEFORE) if found and found[0].end > _WINDOW else 0
    start = min(start, len(text) - _WINDOW)
    end = start + _WINDOW
    inside = [
        Mark(mark.start - start, min(mark.end, end) - start)
        for mark in found
        if start <= mark.start < end
    ]
    shown = html(text[start:end], inside)
    return ("…" if start else "") + shown + ("…" if end < len(text) else "")
