"""Words that mean the same, ready to be looked up by anything people may type for them.

Three sources: groups of the pack (either way round), what people say of a problem (one way:
发霉 → 霉菌) and abbreviations the records themselves explain in brackets (one way: TEM → 透射电
子显微镜).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.analysis.spellings import spellings

_SHORTEST_INSIDE = 3
_MOST_LEARNED = 3
_MOST = 14
Groups = Iterable[tuple[str, ...]]
Problems = Iterable[tuple[tuple[str, ...], tuple[str, ...]]]


def normal(text: str) -> str:
    """``text`` folded, without blanks and punctuation: ``LC-MS`` = ``lcms``."""
    return "".join(tokens.units(fold(text)))


@dataclass(frozen=True)
class Synonyms:
    """``by_key``: normal form, or full pinyin, of a member → the whole group."""

    by_key: dict[str, tuple[str, ...]]
    learned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, groups: Groups, problems: Problems = (), learned: Iterable[tuple[str, str]] = ()
    ) -> "Synonyms":
        by_key: dict[str, tuple[str, ...]] = {}
        spelled: dict[str, tuple[str, ...]] = {}
        for group in groups:
            members = tuple(dict.fromkeys(fold(m.strip()) for m in group if m.strip()))
            for member in members:
                by_key[normal(member)] = members
                reading, _ = pinyin.full_and_initials(member)
                if tokens.is_han(member) and len(reading) > 3:
                    spelled.setdefault(reading, members)
        return cls({**spelled, **by_key}, _learned(learned), _problems(problems))

    def group(self, folded: str) -> tuple[str, ...]:
        """All members of the group ``folded`` belongs to, and what records explain it by; only
        itself without either."""
        key = normal(folded)
        members = self.by_key.get(key, (folded,))
        return tuple(dict.fromkeys((*members, *self.learned.get(key, ()))))

    def variants(self, folded: str, limit: int = 6) -> tuple[str, ...]:
        """``folded`` itself, in other spellings, and with its longest known Chinese synonym
        exchanged for the others."""
        found: dict[str, None] = {folded: None}
        for spelling in spellings(folded):
            found.update(dict.fromkeys(self._exchanged(spelling, limit)))
        return tuple(found)[:_MOST]

    def _exchanged(self, folded: str, limit: int) -> tuple[str, ...]:
        group = self.group(folded)
        if len(group) > 1 or len(folded) <= _SHORTEST_INSIDE:
            return group
        for size in range(len(folded) - 1, _SHORTEST_INSIDE - 1, -1):
            for start in range(len(folded) - size + 1):
                inner = folded[start : start + size]
                found = self.by_key.get(inner)
                if found and tokens.is_han(inner):
                    exchanged = (folded.replace(inner, member, 1) for member in found)
                    return tuple(dict.fromkeys((folded, *exchanged)))[:limit]
        return (folded,)


def _learned(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Short form → its long forms, in the order given (commonest first)."""
    found: dict[str, tuple[str, ...]] = {}
    for short, long in pairs:
        key = normal(short)
        found[key] = (*found.get(key, ()), fold(long))[:_MOST_LEARNED]
    return found


def _problems(entries: Problems) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for said, meant in entries:
        for phrase in map(fold, said):
            joined = (*found.get(phrase, ()), *map(fold, meant))
            found[phrase] = tuple(dict.fromkeys(joined))
    return found


NONE = Synonyms({})
