"""A question in plain words, taken apart into what it is about, each thing weighed.

``煤里硫高不高`` is about 煤 and 硫高, and the pack knows that 硫高 is asked of the test 全硫.
Question words say nothing. When no record says everything, those that say the rarer things
(more than half of the information of the question) still answer it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

from kexiang.search import tree
from kexiang.search.analysis import tokens
from kexiang.search.analysis.stopwords import PARTICLES, STOP_WORDS, without_question
from kexiang.search.synonyms import Synonyms

Count = Callable[[tree.Query], int]
MOST = 8
_LONGEST_SAID = 8
_SHARE = 0.5
_MOST_COMBINED = 6
_CODE = re.compile(r"[a-z0-9\u0370-\u03ff](?:[-a-z0-9\u0370-\u03ff/.]*[a-z0-9\u0370-\u03ff])?")
_NOUN_ENDINGS = "里中上下内外的了"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a question is about: ``said`` as typed, ``meant`` what tests call it."""

    said: str
    meant: tuple[str, ...] = ()


def concepts(folded: str, synonyms: Synonyms) -> list[Concept]:
    """The things ``folded`` is about, in order; problems of the pack first where they overlap."""
    found: dict[str, Concept] = {}
    for text, meant in _stretches(folded, synonyms):
        if meant:
            found.setdefault(text, Concept(text, meant))
            continue
        for word in _words(without_question(text)):
            found.setdefault(word, Concept(word))
    return list(found.values())[:MOST]


def _stretches(folded: str, synonyms: Synonyms) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The text in problems the pack knows, and what stands between them."""
    start = at = 0
    while at < len(folded):
        said = _problem_at(folded, at, synonyms)
        if not said:
            at += 1
            continue
        if start < at:
            yield folded[start:at], ()
        yield said, synonyms.problems[said]
        at += len(said)
        if folded[at : at + 2] in (f"不{said[-1]}", f"没{said[-1]}"):
            at += 2  # 硫高不高
        start = at
    if start < len(folded):
        yield folded[start:], ()


def _problem_at(folded: str, at: int, synonyms: Synonyms) -> str:
    for size in range(min(_LONGEST_SAID, len(folded) - at), 0, -1):
        said = folded[at : at + size]
        if said in synonyms.problems:
            cuts_word = said.isascii() and (
                folded[at - 1 : at].isalnum() and folded[at - 1 : at].isascii()
            )
            return "" if cuts_word else said
    return ""


def _words(text: str) -> Iterator[str]:
    """Codes as they are written, and the words between them that say something."""
    at = 0
    for code in _CODE.finditer(text):
        yield from _spoken(text[at : code.start()])
        if code.group() not in STOP_WORDS:
            yield code.group()
        at = code.end()
    yield from _spoken(text[at:])


def _spoken(text: str) -> Iterator[str]:
    for piece in tokens.cut(text):
        if piece in STOP_WORDS or not piece.isalnum():
            continue
        if len(piece) == 2 and piece[1] in _NOUN_ENDINGS and tokens.is_han(piece):
            piece = piece[0]  # 煤里 is about 煤
        if len(piece) > 1 or (tokens.is_han(piece) and piece not in PARTICLES):
            yield piece


@dataclass(frozen=True, slots=True)
class Weighed:
    """A concept with the query that finds it and how much of the question it is (0..1)."""

    concept: Concept
    query: tree.Query
    share: float

    @property
    def is_telling(self) -> bool:
        """Whether it is more than a single character by itself."""
        return len(self.concept.said) > 1 or bool(self.concept.meant)


def weigh(
    found: Sequence[Concept], query_of: Callable[[Concept], tree.Query], count: Count
) -> list[Weighed]:
    """The concepts some record says, with their shares of the information asked for; a
    problem the pack knows counts twice, for it names the test."""
    everything = count(tree.All())
    rated = []
    for concept in found:
        query = query_of(concept)
        known = count(query)
        if known:
            rated.append((concept, query, log(1 + everything / known) * (1 + bool(concept.meant))))
    total = sum(weight for *_, weight in rated)
    return [Weighed(concept, query, weight / total) for concept, query, weight in rated]


def majority(weighed: Sequence[Weighed]) -> tree.Query:
    """Whatever says more than half of what is asked, by information and not by number."""
    heavy = sorted(weighed, key=lambda one: -one.share)[:_MOST_COMBINED]
    enough: list[frozenset[int]] = []
    limit = _SHARE * sum(one.share for one in heavy)
    for size in range(1, len(heavy) + 1):
        for chosen in combinations(range(len(heavy)), size):
            if any(smaller <= set(chosen) for smaller in enough):
                continue
            if sum(heavy[i].share for i in chosen) >= limit:
                enough.append(frozenset(chosen))
    ways = [_both([heavy[i].query for i in sorted(chosen)]) for chosen in enough]
    if not ways:
        return tree.Nothing()
    return ways[0] if len(ways) == 1 else tree.Or(tuple(ways))


def _both(parts: list[tree.Query]) -> tree.Query:
    return parts[0] if len(parts) == 1 else tree.And(tuple(parts))
