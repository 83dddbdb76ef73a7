"""Synonym groups of the pack, ready to be looked up by anything people may type for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.fold import fold

_SHORTEST_INSIDE = 3


def normal(text: str) -> str:
    """``text`` folded, without blanks and punctuation: ``LC-MS`` = ``lcms``."""
    return "".join(tokens.units(fold(text)))


@dataclass(frozen=True)
class Synonyms:
    """``by_key``: normal form, or full pinyin, of a member → the whole group."""

    by_key: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, groups: Iterable[tuple[str, ...]]) -> "Synonyms":
        by_key: dict[str, tuple[str, ...]] = {}
        spelled: dict[str, tuple[str, ...]] = {}
        for group in groups:
            members = tuple(dict.fromkeys(fold(m.strip()) for m in group if m.strip()))
            for member in members:
                by_key[normal(member)] = members
                reading, _ = pinyin.full_and_initials(member)
                if tokens.is_han(member) and len(reading) > 3:
                    spelled.setdefault(reading, members)
        return cls({**spelled, **by_key})

    def group(self, folded: str) -> tuple[str, ...]:
        """All members of the group ``folded`` belongs to; only itself without a group."""
        return self.by_key.get(normal(folded), (folded,))

    def variants(self, folded: str, limit: int = 6) -> tuple[str, ...]:
        """``folded`` with its longest known Chinese synonym exchanged for the others."""
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


NONE = Synonyms({})
