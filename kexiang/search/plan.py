"""From parts to a query tree: match on bigrams, rank with words, widen step by step.

Match (MUST): each part as a phrase of the bigram stream, or one of its synonyms, its joined
code, its pinyin. Rank (SHOULD): dictionary words, the title, exact codes. A hit across a
word border (平面目标 → 面目) has no word match and sinks below every hit that has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from operator import add

from kexiang.search import tree
from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.concepts import Concept, Count, Weighed, concepts, majority, weigh
from kexiang.search.parse import Part, number_range
from kexiang.search.port import facet_field, number_field
from kexiang.search.synonyms import NONE, Synonyms

WORD, TITLE_WORD, TITLE = 2.0, 3.0, 2.0
OTHER_NAME = 0.4  # words of a synonym, beside those that were typed
IN_TITLE, IN_TITLE_OTHERWISE = 25.0, 18.0  # the title says it; says it by another name
WHOLE_WORD = 60.0  # above any BM25 sum: a whole word always beats a hit across a border
EXACT_CODE = 90.0
COVERAGE, TITLE_COVERAGE = 40.0, 20.0  # shared out among the concepts of a plain question
_LONGEST_WHOLE_WORD = 3
_LEAST_PINYIN = 4
_LEAST_INITIALS = 2
_MOST_READINGS = 6


class Stage(IntEnum):
    """How widely a question is read; each stage finds at least what the one before found."""

    EXACT = 0
    INITIALS = 1
    NEAR = 2
    WORDS = 3
    SOME = 4


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What names mean in this index: field names of the parser, synonyms of the pack."""

    facets: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    synonyms: Synonyms = NONE

    def field_of(self, name: str) -> str:
        """``title``, ``code``, a facet or a number for a name people type; else ""."""
        name = FIELD_NAMES.get(name, name)
        if name in ("title", "code") or name in self.facets or name in self.numbers:
            return name
        return ""


FIELD_NAMES = {
    "标题": "title", "题名": "title", "名称": "title", "型号": "code", "标准": "code",
    "标准号": "code", "编号": "code", "model": "code", "standard": "code", "单位": "owner",
    "地区": "region", "年份": "year", "年": "year", "类型": "kind", "价格": "price",
    "原值": "value",
}  # fmt: skip


def phrase(folded: str, field: str = "b") -> tree.Query:
    """``folded`` as written, anywhere in ``field``."""
    runs = tokens.units(folded)
    if not runs:
        return tree.Nothing()
    stream = tokens.bigrams(folded)
    last = runs[-1]
    if not tokens.is_han(last):
        return tree.Tokens(field, tuple(stream), "phrase")
    if len(last) == 1:
        return tree.Tokens(field, tuple(stream), "prefix_phrase")
    return tree.Tokens(field, tuple(stream[:-1]), "phrase")  # the last character may go on


def _literal(folded: str) -> tree.Query:
    forms = [phrase(folded)]
    code = tokens.joined(folded)
    if code and (len(tokens.units(folded)) > 1 or code != folded):
        forms += [phrase(code), tree.Tokens("j", (code,), "any")]
    return _any_of(forms)


def _any_of(forms: Iterable[tree.Query]) -> tree.Query:
    distinct = tuple(f for f in dict.fromkeys(forms) if not isinstance(f, tree.Nothing))
    if not distinct:
        return tree.Nothing()
    return distinct[0] if len(distinct) == 1 else tree.Or(distinct)


def _in_pinyin(folded: str) -> list[tree.Query]:
    """Titles and key words read like this, where some of it is typed as letters: 透射dianjing."""
    runs = tokens.units(folded)
    letters = [run for run in runs if pinyin.is_letters(run)]
    others = [run for run in runs if not pinyin.is_letters(run)]
    if not letters or sum(map(len, letters)) < _LEAST_PINYIN or not all(map(tokens.is_han, others)):
        return []
    readings: list[tuple[str, ...]] = [()]
    for run in runs if others else ["".join(runs)]:
        readings = [(*before, *way) for before in readings for way in _ways(run)]
    return [_row("py", reading) for reading in readings[:_MOST_READINGS] if len(reading) > 1]


def _ways(run: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of letters, in each way they can be read, or of characters."""
    if pinyin.is_letters(run):
        return pinyin.segmentations(run, least=1)
    return (tuple(s for row in pinyin.runs_of(tokens.cut(run)) for s in row),)


def _row(field: str, items: tuple[str, ...]) -> tree.Query:
    pairs = tuple(map(add, items, items[1:]))
    return tree.Tokens(field, pairs, "phrase")


class Plan:
    """The tree for some parts, at any stage."""

    def __init__(self, parts: tuple[Part, ...], words: Vocabulary) -> None:
        self.words = words
        spoken = tuple(p for p in parts if tokens.units(fold(p.text)))
        self._mute = bool(parts) and not spoken  # punctuation only: finds nothing
        self.wanted = tuple(p for p in spoken if not p.excluded)
        self.excluded = tuple(p for p in spoken if p.excluded)
        self.free = tuple(fold(p.text) for p in self.wanted if not p.quoted and not p.field)

    def query(self, stage: Stage = Stage.EXACT, count: Count | None = None) -> tree.Query:
        """The ranked tree; ``All`` when nothing is asked for.

        ``count`` tells how many documents a query finds; without it the words of a plain
        question weigh the same.
        """
        if self._mute:
            return tree.Nothing()
        weighed = self._weighed(count) if stage >= Stage.WORDS else []
        must = self._must(stage, weighed)
        if self.excluded:
            must += [tree.Not(self._part(p)) for p in self.excluded]
        if not must:
            return tree.All()
        matched = must[0] if len(must) == 1 else tree.And(tuple(must))
        if isinstance(matched, tree.Not):
            matched = tree.And((matched,))
        should = self._should(weighed)
        return tree.Rank(matched, should) if should else matched

    def stages(self) -> list[Stage]:
        """The wider readings worth trying when the exact one finds nothing."""
        found: list[Stage] = []
        if any(pinyin.is_letters(f) and len(f) >= _LEAST_INITIALS for f in self.free):
            found.append(Stage.INITIALS)
        if any(len(f) > 3 and tokens.is_han(f) for f in self.free):
            found.append(Stage.NEAR)
        said = [c.said for c in self._concepts]
        in_problems = any(c.meant for c in self._concepts)
        if said and said != list(self.free) and not in_problems:
            found.append(Stage.WORDS)
        if len(said) > 1 or in_problems:
            found.append(Stage.SOME)
        return found

    def terms(self) -> list[str]:
        """Folded strings to emphasise in what is shown."""
        shown: dict[str, None] = {}
        for part in self.wanted:
            if part.field in ("", "title", "code"):
                folded = fold(part.text)
                shown.update(dict.fromkeys(self.words.synonyms.variants(folded)))
        for concept in self._concepts:
            shown.update(dict.fromkeys((concept.said, *concept.meant)))
        return [term for term in shown if term.strip()]

    @cached_property
    def marked(self) -> tuple[str, ...]:
        """``terms``, made once for all hits of a page."""
        return tuple(self.terms())

    def concepts_of(self, folded: str) -> list[Concept]:
        """What one part of the question is about."""
        return concepts(folded, self.words.synonyms)

    def _must(self, stage: Stage, weighed: list[Weighed]) -> list[tree.Query]:
        if stage < Stage.WORDS:
            if spelled := self._spelled():
                return [spelled]
            return [q for p in self.wanted if (q := self._part(p, stage)) is not None]
        kept = [self._part(p) for p in self.wanted if p.quoted or p.field]
        if stage is Stage.SOME:
            if len(weighed) < len(self._concepts) and not any(one.is_telling for one in weighed):
                return [tree.Nothing()]  # 第9999版: what is left, 第 and 版, says nothing
            return [*kept, majority(weighed)]
        if len(weighed) < len(self._concepts):
            return [tree.Nothing()]
        return [*kept, *(one.query for one in weighed)]

    def _spelled(self) -> tree.Query | None:
        """``tou she dian jing``: all parts in letters are one reading, or words of their own."""
        if len(self.free) < 2 or len(self.free) < len(self.wanted):
            return None
        if not all(map(pinyin.is_syllables, self.free)):
            return None
        in_row = _in_pinyin("".join(self.free))
        apart = tree.And(tuple(self._part(p) for p in self.wanted))
        return tree.Or((apart, *in_row)) if in_row else None

    @cached_property
    def _concepts(self) -> tuple[Concept, ...]:
        found = {c.said: c for f in self.free for c in self.concepts_of(f)}
        return tuple(found.values())

    def _weighed(self, count: Count | None) -> list[Weighed]:
        return weigh(self._concepts, self._concept, count or (lambda _: 1))

    def _concept(self, concept: Concept) -> tree.Query:
        meant = (_literal(name) for name in concept.meant)
        return _any_of([self._meaning(concept.said), *meant])

    def _part(self, part: Part, stage: Stage = Stage.EXACT) -> tree.Query:
        folded = fold(part.text)
        if part.field:
            return self._field(part, folded)
        if part.quoted:
            return phrase(folded)
        meaning = self._meaning(folded)
        if stage is Stage.INITIALS and pinyin.is_letters(folded):
            return _any_of([meaning, _row("pi", tuple(folded))])
        if stage is Stage.NEAR and len(folded) > 3 and tokens.is_han(folded):
            near = tuple(t for t in tokens.bigrams(folded) if len(t) > 1 or not tokens.is_han(t))
            return tree.Tokens("b", near, "and")
        return meaning

    def _meaning(self, folded: str) -> tree.Query:
        forms = [_literal(variant) for variant in self.words.synonyms.variants(folded)]
        return _any_of([*forms, *_in_pinyin(folded)])

    def _field(self, part: Part, folded: str) -> tree.Query:
        if part.field == "title":
            return phrase(folded, "tb")
        if part.field == "code":
            return _literal(folded)
        if part.field in self.words.numbers and (ends := number_range(folded)):
            return tree.Range(number_field(part.field), *ends)
        if part.field in self.words.facets:
            return tree.Or((tree.Term(facet_field(part.field), part.text), phrase(folded)))
        return phrase(folded)

    def _should(self, weighed: list[Weighed]) -> tuple[tree.Query, ...]:
        wishes: list[tree.Query] = []
        asked = [one.concept.said for one in weighed] or self.free
        quoted = tuple(fold(p.text) for p in self.wanted if p.quoted and not p.field)
        for folded in (*asked, *quoted):
            wishes += self._wishes(folded, in_plain_words=bool(weighed))
        for one in weighed:
            wishes += self._coverage(one)
        if len(asked) > 1 and (code := tokens.joined("".join(asked))):
            wishes.append(tree.Const(tree.Tokens("j", (code,), "any"), EXACT_CODE))
        return tuple(dict.fromkeys(wishes))

    def _coverage(self, one: Weighed) -> list[tree.Query]:
        """The more of the question a document says, above all in its title, the better."""
        names = (*self.words.synonyms.variants(one.concept.said), *one.concept.meant)
        titles = _any_of(phrase(name, "tb") for name in names)
        wishes: list[tree.Query] = [tree.Const(one.query, round(COVERAGE * one.share, 3))]
        if not isinstance(titles, tree.Nothing):
            wishes.append(tree.Const(titles, round(TITLE_COVERAGE * one.share, 3)))
        return wishes

    def _wishes(self, folded: str, *, in_plain_words: bool) -> list[tree.Query]:
        """What makes one match better than another: words, whole words, the title, the code."""
        variants = self.words.synonyms.variants(folded)
        words = tuple(dict.fromkeys(tokens.words(folded)))
        others = {w for v in variants[1:] for w in tokens.words(v)}.difference(words)
        wishes: list[tree.Query] = []
        for found, weight in ((words, 1.0), (tuple(sorted(others)), OTHER_NAME)):
            if found:
                wishes.append(tree.Boost(tree.Tokens("w", found, "any"), WORD * weight))
                wishes.append(tree.Boost(tree.Tokens("tw", found, "any"), TITLE_WORD * weight))
        if in_plain_words:
            return wishes
        if words == (folded,) and len(folded) <= _LONGEST_WHOLE_WORD and tokens.is_han(folded):
            wishes.append(tree.Const(tree.Tokens("w", words, "any"), WHOLE_WORD))
        wishes += self._in_title(folded, variants[1:])
        code = tokens.joined(folded)
        if code and not code.isalpha() and not code.isdigit():
            wishes.append(tree.Const(tree.Tokens("j", (code,), "any"), EXACT_CODE))
        return wishes

    @staticmethod
    def _in_title(folded: str, others: tuple[str, ...]) -> list[tree.Query]:
        wishes: list[tree.Query] = []
        own = phrase(folded, "tb") if len(folded) > 1 else tree.Nothing()
        if not isinstance(own, tree.Nothing):
            wishes += [tree.Boost(own, TITLE), tree.Const(own, IN_TITLE)]
        titles = _any_of(phrase(name, "tb") for name in others if len(name) > 1)
        if not isinstance(titles, tree.Nothing):
            wishes.append(tree.Const(titles, IN_TITLE_OTHERWISE))
        return wishes
