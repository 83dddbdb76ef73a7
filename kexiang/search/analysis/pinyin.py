"""Pinyin of titles: for queries typed without an input method, and for sorting.

``syllables`` and ``initials`` are bigram streams as in ``tokens``: 透射电镜 gives
``toushe shedian dianjing jing`` and ``ts sd dj j``. A word's reading is looked up once per
process (pypinyin knows 重庆 from 重量 only when it sees the word).
"""

import re
import unicodedata
from functools import cache, lru_cache
from operator import add

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT

from kexiang.search.analysis.tokens import GAP, cut, is_han

_SORT_UNITS = 7
_SORT_BITS = 9
_LETTERS = re.compile("[a-z]+")


@lru_cache(maxsize=200_000)
def _reading(word: str) -> tuple[str, ...]:
    readings = lazy_pinyin(word, style=Style.NORMAL, errors="ignore")
    return tuple(s.replace("ü", "v") for s in readings)


def runs_of(pieces: list[str]) -> list[list[str]]:
    """The syllables of each Han run of a title that was cut in words."""
    runs: list[list[str]] = [[]]
    for word in pieces:
        if word < "\u3005" or not is_han(word):
            if runs[-1]:
                runs.append([])
            continue
        runs[-1].extend(_reading(word))
    return [run for run in runs if run]


def streams(runs: list[list[str]]) -> tuple[list[str], list[str]]:
    """The syllable stream and the initials stream of a title."""
    full: list[str] = []
    first: list[str] = []
    for run in runs:
        full += [*map(add, run, run[1:]), run[-1], GAP]
        letters = [s[0] for s in run]
        first += [*map(add, letters, letters[1:]), letters[-1], GAP]
    return full[:-1], first[:-1]


def spelled(runs: list[list[str]]) -> tuple[str, str]:
    """``toushedianjing`` and ``tsdj`` of these syllables."""
    readings = [syllable for run in runs for syllable in run]
    return "".join(readings), "".join([syllable[0] for syllable in readings])


def full_and_initials(folded: str) -> tuple[str, str]:
    """``toushedianjing`` and ``tsdj`` of a phrase."""
    return spelled(runs_of(cut(folded)))


def _toneless(reading: str) -> str:
    parts = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in parts if c.isascii() and c.isalpha())


@cache
def _syllables() -> dict[str, int]:
    """Every syllable of the language with its rank in alphabetical order."""
    readings = (r.split(",")[0] for code, r in PINYIN_DICT.items() if 0x4E00 <= code < 0x9FA6)
    found = {_toneless(reading) for reading in readings}
    return {s: rank for rank, s in enumerate(sorted(found))}


@lru_cache(maxsize=4096)
def segmentations(letters: str, limit: int = 6, least: int = 2) -> tuple[tuple[str, ...], ...]:
    """Ways to read ``letters`` as ``least`` and more syllables, longest syllables first:
    ``xian`` → xi'an (and, with ``least`` 1, xian)."""
    known = _syllables()
    done: list[tuple[str, ...]] = []
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    steps = 0
    while stack and len(done) < limit and steps < 500:
        steps += 1
        at, path = stack.pop()
        if at == len(letters):
            done.append(path)
            continue
        for size in range(1, 7):
            piece = letters[at : at + size]
            if len(piece) == size and piece in known and not (size == 1 and piece not in "aoe"):
                stack.append((at + size, (*path, piece)))
    return tuple(path for path in done if len(path) >= least)


def is_syllables(folded: str) -> bool:
    """Whether ``folded`` can be read as pinyin from end to end."""
    return is_letters(folded) and bool(segmentations(folded, least=1))


def is_letters(folded: str) -> bool:
    return _LETTERS.fullmatch(folded) is not None


def sort_key(pieces: list[str]) -> int:
    """The first seven characters of a title by their reading, as one sortable 63-bit number."""
    known = _syllables()
    key = count = 0
    for word in pieces:
        if count >= _SORT_UNITS:
            break
        if is_han(word):
            ranks = [40 + known.get(part, 0) for part in _reading(word)]
        else:
            ranks = [_latin_rank(c) for c in word if c.isalnum()]
        for rank in ranks[: _SORT_UNITS - count]:
            key = (key << _SORT_BITS) | rank
            count += 1
    return key << _SORT_BITS * (_SORT_UNITS - count)


def _latin_rank(char: str) -> int:
    if "0" <= char <= "9":
        return 1 + ord(char) - ord("0")
    return 11 + ord(char) - ord("a") if "a" <= char <= "z" else 38
