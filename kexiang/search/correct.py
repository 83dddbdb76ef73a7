"""Slips of the keyboard: questions near to one that finds nothing, the likeliest first.

A question is only exchanged for one that the index can answer; that is for the caller to ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kexiang.search import near
from kexiang.search.analysis import tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.plan import Plan

MOST = 8
_SHORTEST, _LONGEST = 3, 10  # characters of a stretch that is looked up
_SHORTEST_CODE = 4
_SAME_SOUND, _OTHER_CHARACTER, _OTHER_LENGTH = 0.3, 1.0, 0.9
_PER_CHARACTER = 0.12  # a longer stretch is the safer witness
_COMMON = 0.02


@dataclass(frozen=True, slots=True)
class _Exchange:
    """``wrong`` of a part read as ``right``; the lower ``cost``, the likelier."""

    wrong: str
    right: str
    cost: float


def corrections(plan: Plan, q: str, folder: str) -> Iterator[str]:
    """``q`` with one stretch exchanged for a phrase one slip away."""
    folded = fold(q)
    found: list[_Exchange] = []
    for part in plan.free:
        found += _in_code(part, folder) if not _has_han(part) else _in_characters(part, folder)
    if len(plan.free) > 1 and (whole := tokens.joined(folded)):
        found += [_Exchange(folded, one.right, one.cost) for one in _in_code(whole, folder)]
    seen = {folded}
    for exchange in sorted(found, key=lambda one: (one.cost, one.right)):
        other = folded.replace(exchange.wrong, exchange.right, 1)
        if fold(other) not in seen:
            seen.add(fold(other))
            yield other
        if len(seen) > MOST:
            return


def _has_han(part: str) -> bool:
    return any(tokens.is_han(run) for run in tokens.units(part))


def _in_code(part: str, folder: str) -> list[_Exchange]:
    code = tokens.joined(part)
    if len(code) < _SHORTEST_CODE:
        return []
    return [_Exchange(part, one.shown, _cost(code, one)) for one in near.near(folder, code)]


def _in_characters(part: str, folder: str) -> list[_Exchange]:
    """Every stretch of characters the dictionary does not know but knows something near to."""
    found: list[_Exchange] = []
    for run in tokens.units(part):
        if not tokens.is_han(run):
            continue
        for size in range(min(len(run), _LONGEST), _SHORTEST - 1, -1):
            for start in range(len(run) - size + 1):
                found += _of_stretch(run[start : start + size], folder)
    return found


def _of_stretch(stretch: str, folder: str) -> list[_Exchange]:
    if near.knows(folder, stretch):
        return []
    return [_Exchange(stretch, one.text, _cost(stretch, one)) for one in near.near(folder, stretch)]


def _cost(typed: str, one: near.Near) -> float:
    cost = _SAME_SOUND
    if not one.same_sound:
        cost = _OTHER_CHARACTER if len(one.text) == len(typed) else _OTHER_LENGTH
        if sorted(one.text) == sorted(typed):  # neighbours exchanged
            cost = _OTHER_LENGTH / 2
    return cost - _PER_CHARACTER * len(typed) - _COMMON * min(one.count, 10)
