"""Token streams of a folded text.

``bigrams`` has one token per character of a Han run (the character and its successor, the
last one alone) and one per run of letters or of digits. Positions therefore run without a
gap over everything that was written, punctuation apart, and any substring that does not cut
a Latin word or a number is a phrase of this stream: literal recall is 100 % by construction.
Letters and digits are always parted, so that ``JEM-2100F``, ``JEM2100F`` and ``jem 2100 f``
are one phrase. What parting cannot equal (``LC-MS`` = ``LCMS``, ``GB/T`` = ``GBT``) is in
``codes``: the joined forms of every compound. All tokens are free of punctuation.
"""

import re
from functools import lru_cache
from operator import add

import rjieba

HAN = (
    "\u3005\u3007\u3040-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U000323af"
)
GAP = "\ue000"  # stands between title, codes and body: no phrase reaches across
LONGEST = 64  # letters of one Latin token that are kept; longer runs are not words
_UNIT = re.compile(f"[{HAN}]+|[0-9]+|[^\\W\\d_{HAN}]+")
_HAN_RUN = re.compile(f"[{HAN}]+")
_CHUNK = "[a-z\u0370-\u03ff]+[0-9]*[a-z0-9]*|[0-9]+[a-z0-9]*"
_COMPOUND = re.compile(f"(?:{_CHUNK})(?:[-_/.·—–](?:{_CHUNK}))+|(?=[a-z0-9]*[0-9])(?:{_CHUNK})")
_SPACED = re.compile(f"(?:{_CHUNK})(?:[-_/.·—– ](?:{_CHUNK}))*")
_STANDARD = re.compile(r"[a-z]{2,8}(?:/[a-z]{1,2})? ?[0-9]+(?:[-.][0-9]+)*")
_STRETCH = re.compile("[a-z0-9\u0370-\u03ff]+(?:[-_/.·—– ][a-z0-9\u0370-\u03ff]+)*")
_LONGEST_STRETCH = 400
_PIECE = re.compile("[a-z0-9\u0370-\u03ff]+")
_MAX_PIECES = 6
_MAX_JOINED = 4


def is_han(token: str) -> bool:
    return _HAN_RUN.match(token) is not None


def units(folded: str) -> list[str]:
    """Runs of Han characters, letters or digits, in order."""
    return _UNIT.findall(folded)


def bigrams(folded: str) -> list[str]:
    """The positional stream described above."""
    stream: list[str] = []
    for run in _UNIT.findall(folded):
        if run > "\u3004" and is_han(run):
            stream.extend(map(add, run, run[1:]))
            stream.append(run[-1])
        else:
            stream.append(run[:LONGEST])
    return stream


def cut(folded: str) -> list[str]:
    """The text in dictionary words and everything between them."""
    return list(rjieba.cut(folded))


def words(folded: str) -> list[str]:
    """Dictionary words and Latin words of two and more characters."""
    return words_of(rjieba.cut(folded))


def words_of(pieces: list[str]) -> list[str]:
    return [w[:LONGEST] for w in pieces if len(w) > 1 and w.isalnum()]


@lru_cache(maxsize=65_536)
def _joined(compound: str) -> tuple[str, ...]:
    pieces = _PIECE.findall(compound)[:_MAX_PIECES]
    forms = {
        "".join(pieces[start:end])
        for start in range(len(pieces))
        for end in range(start + 1, min(len(pieces), start + _MAX_JOINED) + 1)
        if end - start > 1 or not (pieces[start].isalpha() or pieces[start].isdigit())
    }
    return tuple(form[:LONGEST] for form in forms)


@lru_cache(maxsize=65_536)
def _codes_within(stretch: str) -> tuple[str, ...]:
    compounds = (*_COMPOUND.findall(stretch), *_STANDARD.findall(stretch))
    return tuple({form for compound in compounds for form in _joined(compound)})


def codes(folded: str, *, spaced: bool = False) -> set[str]:
    """Joined forms of model numbers, standard numbers and hyphenated words.

    With ``spaced`` (titles and key words) a blank joins too, as in ``D8 ADVANCE``.
    """
    found: set[str] = set()
    if spaced:
        for compound in _SPACED.findall(folded):
            if any(c.isdigit() for c in compound) or not compound.isalpha():
                found.update(_joined(compound))
        return found
    for stretch in _STRETCH.findall(folded):
        if not (stretch.isalpha() or stretch.isdigit()):
            found.update(_codes_within(stretch[:_LONGEST_STRETCH]))
    return found


def joined(folded: str) -> str:
    """The whole of a part as one code, ``gb/t 4334`` → ``gbt4334``; empty without Latin."""
    if _HAN_RUN.search(folded):
        return ""
    return "".join(_PIECE.findall(folded))[:LONGEST]
