"""Abbreviations a text explains itself: ``透射电子显微镜(TEM)`` → (``TEM``, 透射电子显微镜)."""

import re
from collections.abc import Iterable

from kexiang.search.analysis.tokens import cut

_BRACKET = re.compile("([\u4e00-\u9fff]{3,16})[((]([A-Z][A-Za-z0-9-]{1,8})[))、,,;;]")
_BEFORE = re.compile(".*[的了和与及或对用以为由在从将把是有于即称]")
_SHORTEST, _LONGEST = 3, 14


def abbreviations(text: str, keywords: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(short, long) pairs. Where the long form begins is told by the key words, and such a pair
    is given twice, for it is certain; without one it is the last words behind a particle."""
    pairs: list[tuple[str, str]] = []
    known = {word for word in keywords if len(word) >= _SHORTEST}
    for before, short in _BRACKET.findall(text):
        if sum(map(str.isupper, short)) < 2:
            continue
        ends = (before[at:] for at in range(len(before) - _SHORTEST + 1))
        named = next((end for end in ends if end in known), "")
        long = named or _last_words(before)
        if long:
            pairs += [(short, long)] * (2 if named else 1)
    return tuple(pairs)


def _last_words(before: str) -> str:
    """The words before the bracket, behind the last particle; "" when that is too little."""
    rest = _BEFORE.sub("", before)
    if len(rest) < _SHORTEST or len(rest) > _LONGEST:
        return ""
    words = cut(before)
    while len("".join(words)) > len(rest):
        words = words[1:]
    joined = "".join(words)
    return joined if len(joined) >= _SHORTEST else rest
