"""How a query is made from a record, and how every record is graded for it.

The grade of a record for a query (it knows nothing of the ranker and uses none of its code):

3  the record is the one the query was made of, or its title says what is meant;
   for a model or standard number: it carries exactly this number
2  a key word says what is meant; a longer number that begins like the one asked for
1  the rest of its text says it
0  otherwise

"Says" compares letters, digits and characters only, whatever their width and case. A problem in
plain words is graded by the committed table ``problems.csv``.
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.relevance.corpus import Row

HERE = Path(__file__).parent
_LATIN_WORD = re.compile("[a-z0-9]+")
_SHORT_LATIN = 5
CLASSES = (
    "known_item", "synonym", "variant", "pinyin", "traditional", "typo", "number", "problem",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A query with what it means: every group of names must be said, by any of its names.

    ``about`` is the record it was made of, or "". For a number ``names`` holds the number.
    """

    kind: str
    asked: str
    names: tuple[tuple[str, ...], ...]
    about: str = ""


@cache
def plain(text: str) -> str:
    """Letters, digits and characters of ``text``, half width and lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


@dataclass(frozen=True)
class Said:
    """What a record says, made ready to be compared."""

    title: "Text"
    keywords: tuple["Text", ...]
    codes: tuple[str, ...]
    body: "Text"


@dataclass(frozen=True)
class Text:
    """A text as it is compared: a short Latin name is a word of it, all others are a part."""

    plain: str
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Text":
        lower = unicodedata.normalize("NFKC", text).lower()
        return cls(plain(text), frozenset(_LATIN_WORD.findall(lower)))

    def says(self, name: str) -> bool:
        if len(name) <= _SHORT_LATIN and name.isascii():
            return name in self.words
        return name in self.plain


@dataclass
class Judge:
    """Grades the records for queries."""

    rows: Sequence[Row]
    said: dict[str, Said] = field(init=False)
    problems: dict[str, dict[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.said = {
            row.id: Said(
                Text.of(row.title),
                tuple(map(Text.of, row.keywords)),
                tuple(map(plain, row.codes)),
                Text.of(row.body),
            )
            for row in self.rows
        }
        self.problems = problems()

    def grades(self, query: Judged) -> dict[str, int]:
        """Grade by record, those above 0 only."""
        if query.kind == "problem":
            wanted = self.problems[query.asked]
            return {row.id: wanted[row.title] for row in self.rows if row.title in wanted}
        one = _number_grade if query.kind == "number" else _name_grade
        found = {uid: one(said, query.names) for uid, said in self.said.items()}
        if query.about:
            found[query.about] = 3
        return {uid: grade for uid, grade in found.items() if grade}


def _name_grade(said: Said, names: tuple[tuple[str, ...], ...]) -> int:
    grades = []
    for group in names:
        meant = [plain(name) for name in group]
        if any(said.title.says(name) for name in meant):
            grades.append(3)
        elif any(word.says(name) for name in meant for word in said.keywords):
            grades.append(2)
        else:
            grades.append(int(any(said.body.says(name) for name in meant)))
    return min(grades)


def _number_grade(said: Said, names: tuple[tuple[str, ...], ...]) -> int:
    number = plain(names[0][0])
    if number in said.codes:
        return 3
    if any(code.startswith(number) for code in said.codes) or number in said.title.plain:
        return 2
    return int(number in said.body.plain)


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def problems() -> dict[str, dict[str, int]]:
    """Problem → title of a test item → grade."""
    found = {}
    for row in table("problems.csv"):
        pairs = (pair.rpartition("=") for pair in row["wanted"].split("|"))
        found[row["asked"]] = {title: int(grade) for title, _, grade in pairs}
    return found


def judged() -> list[Judged]:
    """The committed set."""
    return [
        Judged(
            row["class"],
            row["asked"],
            tuple(tuple(group.split("|")) for group in row["names"].split("&")),
            row["about"],
        )
        for row in table("judged.csv")
    ]
