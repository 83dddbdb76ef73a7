"""From parts to a query tree: match on bigrams, rank with words, widen step by step.

Match (MUST): each part as a phrase of the bigram stream, or one of its synonyms, its joined
code, its pinyin. Rank (SHOULD): dictionary words, the title, exact codes. A hit across a
word border (平面目标 → 面目) has no word match and sinks below every hit that has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from operator import add

from kexiang.search import tree
from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.analysis.stopwords import STOP_WORDS
from kexiang.search.parse import Part, number_range
from kexiang.search.port import facet_field, number_field
from kexiang.search.synonyms import NONE, Synonyms

WORD, TITLE_WORD, TITLE = 2.0, 3.0, 2.0
WHOLE_WORD = 60.0  # above any BM25 sum: a whole word always beats a hit across a border
EXACT_CODE = 90.0
_LONGEST_WHOLE_WORD = 3
_LEAST_PINYIN = 4
_LEAST_INITIALS = 2


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
    if not pinyin.is_letters(folded) or len(folded) < _LEAST_PINYIN:
        return []
    return [_row("py", reading) for reading in pinyin.segmentations(folded)]


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
        self._free = tuple(fold(p.text) for p in self.wanted if not p.quoted and not p.field)

    def query(self, stage: Stage = Stage.EXACT) -> tree.Query:
        """The ranked tree; ``All`` when nothing is asked for."""
        if self._mute:
            return tree.Nothing()
        must = self._must(stage)
        if self.excluded:
            must += [tree.Not(self._part(p)) for p in self.excluded]
        if not must:
            return tree.All()
        matched = must[0] if len(must) == 1 else tree.And(tuple(must))
        if isinstance(matched, tree.Not):
            matched = tree.And((matched,))
        should = self._should(stage)
        return tree.Rank(matched, should) if should else matched

    def stages(self) -> list[Stage]:
        """The wider readings worth trying when the exact one finds nothing."""
        found: list[Stage] = []
        if any(pinyin.is_letters(f) and len(f) >= _LEAST_INITIALS for f in self._free):
            found.append(Stage.INITIALS)
        if any(len(f) > 3 and tokens.is_han(f) for f in self._free):
            found.append(Stage.NEAR)
        words = self._content_words()
        if words and list(words) != list(self._free):
            found.append(Stage.WORDS)
        if len(words) > 1:
            found.append(Stage.SOME)
        return found

    def terms(self) -> list[str]:
        """Folded strings to emphasise in what is shown."""
        shown: dict[str, None] = {}
        for part in self.wanted:
            if part.field in ("", "title", "code"):
                folded = fold(part.text)
                shown.update(dict.fromkeys(self.words.synonyms.variants(folded)))
        shown.update(dict.fromkeys(self._content_words()))
        return [term for term in shown if term.strip()]

    def _must(self, stage: Stage) -> list[tree.Query]:
        if stage < Stage.WORDS:
            return [q for p in self.wanted if (q := self._part(p, stage)) is not None]
        kept = [self._part(p) for p in self.wanted if p.quoted or p.field]
        words = [self._meaning(w) for w in self._content_words()]
        if stage is Stage.SOME and len(words) > 1:
            words = [tree.Or(tuple(words), max(1, len(words) * 2 // 3))]
        return [*kept, *words]

    def _content_words(self) -> tuple[str, ...]:
        found = dict.fromkeys(w for f in self._free for w in tokens.words(f))
        return tuple(w for w in found if w not in STOP_WORDS)

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

    def _should(self, stage: Stage) -> tuple[tree.Query, ...]:
        wishes: list[tree.Query] = []
        asked = self._content_words() if stage >= Stage.WORDS else self._free
        quoted = tuple(fold(p.text) for p in self.wanted if p.quoted and not p.field)
        for folded in (*asked, *quoted):
            wishes += self._wishes(folded)
        if len(asked) > 1 and (code := tokens.joined("".join(asked))):
            wishes.append(tree.Const(tree.Tokens("j", (code,), "any"), EXACT_CODE))
        return tuple(dict.fromkeys(wishes))

    def _wishes(self, folded: str) -> list[tree.Query]:
        variants = self.words.synonyms.variants(folded)
        words = tuple(dict.fromkeys(w for v in variants for w in tokens.words(v)))
        wishes: list[tree.Query] = []
        if words:
            wishes.append(tree.Boost(tree.Tokens("w", words, "any"), WORD))
            wishes.append(tree.Boost(tree.Tokens("tw", words, "any"), TITLE_WORD))
        if words == (folded,) and len(folded) <= _LONGEST_WHOLE_WORD and tokens.is_han(folded):
            wishes.append(tree.Const(tree.Tokens("w", words, "any"), WHOLE_WORD))
        titles = _any_of(phrase(v, "tb") for v in variants if len(v) > 1)
        if not isinstance(titles, tree.Nothing):
            wishes.append(tree.Boost(titles, TITLE))
        code = tokens.joined(folded)
        if code and not code.isalpha() and not code.isdigit():
            wishes.append(tree.Const(tree.Tokens("j", (code,), "any"), EXACT_CODE))
        return wishes
