"""Folding: what must count as the same character for search.

NFKC (full width, ligatures, circled figures), lower case, traditional → simplified by
OpenCC's character table. The table is applied character by character on purpose: a phrase
rule of OpenCC depends on its neighbours, so that a substring would fold unlike its text.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import opencc


@cache
def _traditional() -> tuple[dict[int, str], "re.Pattern[str]"]:
    convert = opencc.OpenCC("t2s").convert
    table = {}
    for start, end in ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2FA20)):
        for code in range(start, end):
            simple = convert(chr(code))
            if len(simple) == 1 and simple != chr(code):
                table[code] = simple
    # Two-byte characters only: a class with longer ones is searched twenty times slower
    return table, re.compile("[" + "".join(chr(c) for c in table if c < 0x10000) + "]")


@cache
def _compatible() -> "re.Pattern[str]":
    """What NFKC changes and search would notice: not the full-width comma and its like.

    Normalising every text for its punctuation, which no token holds, would take half of the
    time of folding.
    """
    joining = set("-_/.·—– ")
    changed = []
    for code in range(0x80, 0x10000):
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char)
        composes = unicodedata.combining(char) or unicodedata.category(char) in ("Mc", "Mn")
        noticed = any(c.isalnum() or c in joining for c in plain)
        if composes or (plain != char and noticed):
            changed.append(char)
    return re.compile("[" + re.escape("".join(changed)) + "\u1100-\u11ff]")


_RARE = re.compile("[\U00010000-\U0010ffff]")


def fold(text: str) -> str:
    """``text`` in the one form that is compared: width, case and script variants folded."""
    if text.isascii():
        return text.lower()
    table, present = _traditional()
    rare = _RARE.search(text)
    if rare or _compatible().search(text):
        text = unicodedata.normalize("NFKC", text)
    text = text.lower()
    return text.translate(table) if rare or present.search(text) else text


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """The folded text and, for each of its characters, the index of its origin in ``text``.

    Used for highlighting only: folds character by character, so that a letter followed by a
    combining mark is not composed here (the mark then stays outside the highlight).
    """
    folded = fold(text)
    if len(folded) == len(text):
        return folded, range(len(text))
    pieces: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        piece = fold(char)
        pieces.append(piece)
        origins.extend([index] * len(piece))
    return "".join(pieces), origins
