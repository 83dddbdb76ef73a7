"""Makes judged queries from the records, by rule and by a seed: ``python -m tests.relevance.make``.

The set of ``SEED`` is committed as ``judged.csv``; a test makes others by other seeds. Every
query is short (at most twelve characters of a record, or their pinyin): a name, a key word
that stands in a title, a number. How each class is made is told by its function.
"""

import csv
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import opencc
from pypinyin import Style, lazy_pinyin

from tests.relevance.corpus import Row, rows
from tests.relevance.rules import CLASSES, HERE, Judge, Judged, plain, table
from tests.relevance.typing_slips import Slips

SEED = 20261123
PER_CLASS = 30
LONGEST = 12
_HAN = re.compile("[\u4e00-\u9fff]+")
_NUMBER = re.compile(r"[A-Za-z]{0,10}[-/ .]?[A-Za-z0-9][-A-Za-z0-9/ .]{2,16}")
_SEPARATORS = re.compile(r"[-/ .]+")
_BRACKET = re.compile("([\u4e00-\u9fff]{3,14})[((]([A-Z][A-Za-z-]{1,7})[))]")


def _is_han(text: str) -> bool:
    return _HAN.fullmatch(text) is not None


class Maker:
    """The records, what they call things, and the dice."""

    def __init__(self, records: Sequence[Row], seed: int) -> None:
        self.rows = records
        self.judge = Judge(records)
        self.dice = random.Random(seed)
        self.titles = {row.id: plain(row.title) for row in records}
        self.everything = "\n".join(
            plain(" ".join((row.title, *row.keywords, *row.codes, row.body))) for row in records
        )
        self.names = self._names()
        self.slips = Slips("".join(row.title for row in records), self.dice)

    def _names(self) -> list[tuple[str, str]]:
        """(name, record): names of things, and key words that stand in their paper's title."""
        found: list[tuple[str, str]] = []
        for row in self.rows:
            if row.kind in ("instrument", "germplasm", "test_item", "dataset"):
                names = re.split("[()()、, ]", row.title)
            else:
                names = [word for word in row.keywords if plain(word) in self.titles[row.id]]
            found += [(name, row.id) for name in names if 3 <= len(name) <= LONGEST]
        return found

    def some(self, fits: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Names that fit, each name once, every kind of record in its turn."""
        kinds: dict[str, dict[str, str]] = {}
        for name, uid in self.names:
            if fits(name):
                kinds.setdefault(uid.partition("-")[0], {}).setdefault(name, uid)
        decks = [list(deck.items()) for _, deck in sorted(kinds.items())]
        for deck in decks:
            self.dice.shuffle(deck)
        while decks:
            for deck in decks:
                yield deck.pop()
            decks = [deck for deck in decks if deck]

    # The classes. Each yields without end or until the records are used up.

    def known_item(self) -> Iterator[Judged]:
        """What somebody remembers of one record: two key words of its title, or its name
        where at most three records are called so."""
        for name, uid in self.some(lambda name: True):
            row = next(row for row in self.rows if row.id == uid)
            words = [w for w in row.keywords if plain(w) in self.titles[uid] and _is_han(w)]
            words = [w for w in words if w != name and len(w) < LONGEST - len(name)]
            if row.kind == "article" and words:
                yield Judged("known_item", f"{name} {words[0]}", ((name,), (words[0],)), uid)
            elif sum(plain(name) in title for title in self.titles.values()) <= 3:
                yield Judged("known_item", name, ((name,),), uid)

    def synonym(self) -> Iterator[Judged]:
        """Half from the committed table, half an abbreviation for its long form (or the other
        way round) as a paper gives it in brackets; the thing meant is in some title."""
        pairs = [(r["asked"], r["meant"]) for r in table("synonyms.csv")]
        learned = sorted(self._brackets())
        self.dice.shuffle(pairs)
        self.dice.shuffle(learned)
        for given, found in zip(pairs, learned, strict=False):
            for asked, meant in (given, found):
                if any(plain(meant) in title for title in self.titles.values()):
                    yield Judged("synonym", asked, ((asked, meant),))

    def _brackets(self) -> set[tuple[str, str]]:
        """(short, long) where the long form is a key word of the paper that gives both."""
        found = set()
        for row in self.rows:
            words = {word for word in row.keywords if _is_han(word) and len(word) > 3}
            for long, short in _BRACKET.findall(f"{row.title} {row.body}"):
                ends = [long[at:] for at in range(len(long) - 3) if long[at:] in words]
                if ends and short.isupper():
                    found.add((short, ends[0]))
        return found

    def variant(self) -> Iterator[Judged]:
        """Other width, case, hyphens, blanks, signs and characters for the same name."""
        for name, _uid in self.some(self.slips.varies):
            asked = self.slips.variant(name)
            if asked != name:
                yield Judged("variant", asked, ((name,),))

    def pinyin(self) -> Iterator[Judged]:
        """The reading: in one word, by syllables, or (five characters and more) initials."""
        for name, _uid in self.some(lambda n: _is_han(n) and len(n) <= 8):
            syllables = [s.replace("ü", "v") for s in lazy_pinyin(name, style=Style.NORMAL)]
            asked = self.dice.choice(("", "", "", " ", " ", "i"))
            if asked == "i":
                if len(name) < 5:
                    continue
                text = "".join(s[0] for s in syllables)
            else:
                text = asked.join(syllables)
            yield Judged("pinyin", text, ((name,),))

    def traditional(self) -> Iterator[Judged]:
        """The name in the characters of Taiwan or Hong Kong."""
        converters = [opencc.OpenCC(c) for c in ("s2t", "s2tw", "s2hk")]
        for name, _uid in self.some(lambda n: _HAN.search(n) is not None):
            asked = self.dice.choice(converters).convert(name)
            if asked != name:
                yield Judged("traditional", asked, ((name,),))

    def typo(self) -> Iterator[Judged]:
        """One slip of the keyboard in a name or a model number; nobody writes it so."""
        numbers = self.number()
        for name, _uid in self.some(lambda n: _is_han(n) and len(n) <= 8):
            if self.dice.random() < 0.12:
                number = next(numbers)
                asked = self.slips.latin(number.asked)
                meant = number.names
            else:
                asked, meant = self.slips.han(name), ((name,),)
            if asked and plain(asked) not in self.everything:
                yield Judged("typo", asked, meant)

    def number(self) -> Iterator[Judged]:
        """Model and standard numbers: whole, without hyphens, in lower case, their beginning."""
        deck = [
            (code, row.id)
            for row in self.rows
            for code in row.codes
            if _NUMBER.fullmatch(code) and any(map(str.isdigit, code)) and len(plain(code)) > 3
        ]
        self.dice.shuffle(deck)
        deck.sort(key=lambda pair: pair[0].startswith(("GB", "HJ", "JY", "NB", "NY")))
        standards = [code for code, uid in deck if uid.startswith("test")]
        models = [code for code, uid in deck if not uid.startswith("test")]
        for place, code in enumerate(models):
            yield Judged("number", self._number(code), ((code,),))
            if place % 2 and standards:
                code = standards.pop()
                yield Judged("number", self._number(code), ((code,),))

    def _number(self, code: str) -> str:
        way = self.dice.randrange(4)
        if way == 1:
            return _SEPARATORS.sub("", code)
        if way == 2:
            return code.lower()
        head, _, year = code.rpartition("-")
        if way == 3 and head and len(year) == 4 and code[:2].isalpha():
            return head
        return code

    def problem(self) -> Iterator[Judged]:
        """Of the committed table, in the order of the dice."""
        asked = [row["asked"] for row in table("problems.csv")]
        self.dice.shuffle(asked)
        for text in asked:
            yield Judged("problem", text, ((text,),))


def make(records: Sequence[Row], seed: int, count: int = PER_CLASS) -> list[Judged]:
    """``count`` queries of every class; no query twice, each with a record of grade 3."""
    maker = Maker(records, seed)
    made: list[Judged] = []
    for name in CLASSES:
        made += _distinct(getattr(maker, name)(), maker.judge, count)
    return made


def _distinct(queries: Iterable[Judged], judge: Judge, count: int) -> Iterator[Judged]:
    seen: set[str] = set()
    for query in queries:
        if len(seen) == count:
            return
        unusable = any(c in "|&" for group in query.names for name in group for c in name)
        if query.asked in seen or unusable or 3 not in judge.grades(query).values():
            continue
        seen.add(query.asked)
        yield query


def main() -> None:
    with (HERE / "judged.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("class", "asked", "names", "about"))
        for query in make(rows(), SEED):
            names = "&".join("|".join(group) for group in query.names)
            out.writerow((query.kind, query.asked, names, query.about))


if __name__ == "__main__":
    main()
