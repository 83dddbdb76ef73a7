"""Six fixed-seed sets of questions, and a question as plain lists for the raw script."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from kexiang.search import ask, reader, tree
from kexiang.search.analysis import tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.plan import Stage, phrase
from kexiang.search.port import SearchRequest
from kexiang.search.types import SearchQuery
from kexiang_site.bench.search_corpus import REGIONS, Seeds

SETS = ("term", "and3", "phrase", "facets", "sorted", "suggest")
FACETS = ("kind", "region", "year")
PUBLIC = frozenset({"public"})


@dataclass(frozen=True)
class Question:
    """What is asked of us, of the raw script and of FTS5 (``words``: bigram phrases, AND)."""

    name: str
    query: SearchQuery
    words: tuple[str, ...]
    region: str = ""
    years: tuple[int, int] | None = None
    plain: dict = field(default_factory=dict)


def plain_request(query: SearchQuery) -> dict:
    """The engine query our own call ends up with, as plain lists."""
    asked = ask.prepare(reader.serving(), PUBLIC, query)
    request = ask.request_for(asked, Stage.EXACT)
    own = {name for name, _ in request.post_filters}
    names = [name for name, _ in request.facets]
    groups: list[tuple[list | None, list[str]]] = []
    if free := [n for n in names if n not in own]:
        groups.append((None, free))
    groups += [(_narrowed(request, leave_out=n), [n]) for n in names if n in own]
    return {
        "query": _narrowed(request),
        "order": request.order,
        "descending": request.descending,
        "facets": groups,
    }


def _narrowed(request: SearchRequest, leave_out: str = "") -> list:
    filters = [f for name, f in request.post_filters if name != leave_out]
    return plain(tree.narrow(request.query, *filters))


def plain(query: tree.Query) -> list:
    """A tree as the nested lists ``search_raw`` reads."""
    match query:
        case tree.Tokens():
            return _tokens(query)
        case tree.Term() | tree.Terms() | tree.Range():
            return _leaf(query)
        case tree.Boost(part, factor):
            return ["boost", plain(part), factor]
        case tree.Const(part, score):
            return ["const", plain(part), score]
        case _:
            return _compound(query)


def _leaf(query: tree.Term | tree.Terms | tree.Range) -> list:
    match query:
        case tree.Term(name, value):
            return ["term", name, value, "basic"]
        case tree.Terms(name, values) if len(values) == 1:
            return ["term", name, values[0], "basic"]
        case tree.Terms(name, values):
            return ["set", name, list(values)]
        case _:
            return ["range", query.field, query.low, query.high]


def _tokens(query: tree.Tokens) -> list:
    if query.op == "phrase" and len(query.terms) > 1:
        return ["phrase", query.field, list(query.terms)]
    option = "basic" if query.field == "j" else "freq"
    terms = [["term", query.field, term, option] for term in query.terms]
    if len(terms) == 1:
        return terms[0]
    occur = "must" if query.op == "and" else "should"
    return ["bool", [(occur, term) for term in terms]]


def _compound(query: tree.Query) -> list:
    conditions = []
    while isinstance(query, tree.Filter):
        if isinstance(query.filter, tree.Not):
            conditions.append(("not", plain(query.filter.part)))
        else:
            conditions.append(("must", ["const", plain(query.filter), 0.0]))
        query = query.part
    match query:
        case tree.Rank(must, should):
            head = [("must", plain(must)), *(("should", plain(s)) for s in should)]
        case tree.And(parts):
            head = [("must", plain(part)) for part in parts]
        case tree.Or(parts):
            head = [("should", plain(part)) for part in parts]
        case _:
            head = [("must", plain(query))]
    return ["bool", [*head, *conditions]]


class Maker:
    """Draws questions from the seeds; ``share`` tells which part of the records has all words."""

    def __init__(self, seeds: Seeds, share: Callable[..., float]) -> None:
        self._rng = random.Random(2026)
        self._seeds = seeds
        self._share = share
        self._words = self._common_words()

    def _common_words(self) -> list[tuple[str, float]]:
        found: dict[str, float] = {}
        for sentence in self._rng.sample(self._seeds.sentences, 1500):
            for word in tokens.words(fold(sentence)):
                if word not in found and 2 <= len(word) <= 4 and self._plain(word):
                    found[word] = self._share(word)
        return sorted((w, s) for w, s in found.items() if 0.005 <= s <= 0.12)

    @staticmethod
    def _plain(word: str) -> bool:
        """Without synonyms: FTS5 and the raw script are asked for this word alone."""
        synonyms = ask.vocabulary(reader.serving()).synonyms
        return tokens.is_han(word) and synonyms.variants(word) == (word,)

    def make(self, name: str, count: int) -> list[Question]:
        draw = getattr(self, f"_{name}")
        made: dict[str, Question] = {}
        attempts = 0
        while len(made) < count and attempts < count * 50:
            attempts += 1
            question = draw(len(made))
            if question is not None:
                made.setdefault(repr(question.query), question)
        return list(made.values())

    def _word(self, least: float = 0.005) -> str:
        return self._rng.choice([w for w, share in self._words if share >= least])

    def _term(self, _: int) -> Question:
        word = self._word()
        return Question("term", SearchQuery(q=word, facets=()), (word,))

    def _and3(self, _: int) -> Question | None:
        known = {w for w, _ in self._words}
        sentence = self._rng.choice(self._seeds.sentences)
        words = [w for w in dict.fromkeys(tokens.words(fold(sentence))) if w in known]
        if len(words) < 3:
            return None
        chosen = tuple(self._rng.sample(words, 3))
        if not self._share(*chosen):  # a question without an answer would be widened
            return None
        return Question("and3", SearchQuery(q=" ".join(chosen), facets=()), chosen)

    def _phrase(self, _: int) -> Question | None:
        sentence = fold(self._rng.choice(self._seeds.sentences))
        words = tokens.words(sentence)
        if len(words) < 3:
            return None
        at = self._rng.randrange(len(words) - 2)
        text = "".join(words[at : at + self._rng.choice((2, 3))])
        if text not in sentence or len(tokens.units(text)) != 1 or not tokens.is_han(text):
            return None
        if not self._share(text):
            return None
        return Question("phrase", SearchQuery(q=f'"{text}"', facets=()), (text,))

    def _facets(self, number: int) -> Question:
        word = self._word(0.02)
        if number % 2:
            return Question("facets", SearchQuery(q=word, facets=FACETS), (word,))
        region, first = self._rng.choice(REGIONS), self._rng.randint(1990, 2010)
        years = (first, first + 12)
        query = SearchQuery(
            q=word, region=region, year_from=years[0], year_to=years[1], facets=FACETS
        )
        return Question("facets", query, (word,), region, years)

    def _sorted(self, number: int) -> Question:
        word = self._word()
        order = "value" if number % 2 else "-value"
        return Question("sorted", SearchQuery(q=word, sort=order, facets=()), (word,))

    def _suggest(self, _: int) -> Question:
        source = self._rng.choice((self._seeds.keywords, [r[0] for r in self._seeds.instruments]))
        text = self._rng.choice(source)[: self._rng.choice((2, 3, 4))]
        return Question("suggest", SearchQuery(q=text), (text,))


def bigram_match(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Each word as the terms of a bigram phrase."""
    found = []
    for word in words:
        query = phrase(fold(word))
        if not isinstance(query, tree.Tokens):
            raise ValueError(word)
        found.append(query.terms)
    return found
