"""The dictionary beside an index: which phrases are near to one that nothing says.

A phrase is stored under itself, under itself less one character (two phrases one slip apart
share such a form) and under its sound, confusable sounds folded (zh=z, ng=n, l=n). It is a
file of SQLite in the folder of the index, made from its suggestions (titles and key words)
after a rebuild and added to by the indexer. Only an aid: whoever offers a phrase from here
asks the index first whether the actor finds anything by it, so nothing hidden is told.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kexiang.search.analysis import entries, pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.port import Entry

MOST_PHRASES = 120_000
MOST_NAMES = 100_000  # suggestions read after a rebuild, commonest first
MOST_LEARNED = 5_000
_FILE = "near.sqlite3"
_SHORTEST, _LONGEST = 2, 10
_LONGEST_CODE = 24
_WINDOW = 3  # words of a title that make one phrase
_WINDOW_LONGEST = 8
_CERTAIN = 2  # an abbreviation counts when a key word or two records tell it
_SOUND = "~"
_TABLES = """
CREATE TABLE IF NOT EXISTS phrase(id INTEGER PRIMARY KEY, text TEXT UNIQUE, shown TEXT, n INTEGER);
CREATE TABLE IF NOT EXISTS near(form TEXT, phrase INTEGER, PRIMARY KEY(form, phrase)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS learned(short TEXT, long TEXT, n INTEGER, PRIMARY KEY(short, long))
    WITHOUT ROWID;
"""
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase of the dictionary; ``same_sound`` when only the characters differ."""

    text: str
    shown: str
    count: int
    same_sound: bool = False


def shorter(phrase: str) -> Iterator[str]:
    """``phrase`` less one character, each once."""
    if len(phrase) > _SHORTEST:
        yield from {phrase[:at] + phrase[at + 1 :] for at in range(len(phrase))}


@lru_cache(maxsize=65_536)
def sound(phrase: str) -> str:
    """The reading with sounds folded that many do not tell apart; "" without characters."""
    if not tokens.is_han(phrase):
        return ""
    syllables = (s for run in pinyin.runs_of(tokens.cut(phrase)) for s in run)
    folded = []
    for syllable in syllables:
        if syllable[:2] in ("zh", "ch", "sh"):
            syllable = syllable[0] + syllable[2:]
        if syllable.endswith("ng"):
            syllable = syllable[:-1]
        folded.append("n" + syllable[1:] if syllable[0] == "l" else syllable)
    return _SOUND + "'".join(folded)


def phrases(shown: str) -> Iterator[tuple[str, str]]:
    """(folded, shown) of whatever a title or key word may be asked by: itself, up to three of
    its words in a row, and its code."""
    folded = fold(shown)
    code = tokens.joined(folded)
    if code and 3 < len(code) <= _LONGEST_CODE and " " not in shown.strip():
        yield code, shown
    pieces = tokens.cut(folded)
    for run in tokens.units(folded):
        if tokens.is_han(run) and _SHORTEST <= len(run) <= _LONGEST:
            yield run, run
    for start in range(len(pieces)):
        text = ""
        for piece in pieces[start : start + _WINDOW]:
            if not tokens.is_han(piece):
                break
            text += piece
            if _SHORTEST <= len(text) <= _WINDOW_LONGEST:
                yield text, text


def _connect(folder: str) -> sqlite3.Connection:
    db = sqlite3.connect(Path(folder) / _FILE, timeout=5, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")  # an aid: the next rebuild makes it anew
    db.executescript(_TABLES)
    return db


def build(folder: str, names: Iterable[tuple[str, int]], learned: Counter[tuple[str, str]]) -> None:
    """Make the dictionary anew from stored suggestions with their counts."""
    counted: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for stored, count in names:
        shown = entries.suggestion_text(stored)
        if shown not in seen:
            seen.add(shown)
            counted.update(dict.fromkeys(phrases(shown), count))
    _write(folder, counted.most_common(MOST_PHRASES), learned)


def add(folder: str, added: Iterable[Entry]) -> None:
    """Take in what new documents are called; what is gone stays until the next rebuild."""
    counted: Counter[tuple[str, str]] = Counter()
    learned: Counter[tuple[str, str]] = Counter()
    for entry in added:
        shown = dict.fromkeys(map(entries.suggestion_text, entry.suggest))
        counted.update({pair for name in shown for pair in phrases(name)})
        learned.update(entry.learned)
    if counted:
        _write(folder, counted.items(), learned)


def _write(
    folder: str,
    counted: Iterable[tuple[tuple[str, str], int]],
    learned: Counter[tuple[str, str]],
) -> None:
    db = _connect(folder)
    try:
        db.execute("BEGIN IMMEDIATE")
        first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM phrase").fetchone()[0]
        db.executemany(
            "INSERT INTO phrase(text, shown, n) VALUES (?, ?, ?)"
            " ON CONFLICT(text) DO UPDATE SET n = n + excluded.n",
            ((text, shown, count) for (text, shown), count in counted),
        )
        fresh = db.execute("SELECT id, text FROM phrase WHERE id >= ?", [first]).fetchall()
        forms = ((form, number) for number, text in fresh for form in _forms(text))
        db.executemany("INSERT OR IGNORE INTO near VALUES (?, ?)", forms)
        db.executemany(
            "INSERT INTO learned VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            ((short, long, count) for (short, long), count in learned.items()),
        )
        db.execute("COMMIT")
    finally:
        db.close()


def _forms(text: str) -> Iterator[str]:
    yield text
    yield from shorter(text)
    if heard := sound(text):
        yield heard


def _reader(folder: str) -> sqlite3.Connection | None:
    """This thread's connection to the dictionary, or ``None`` when there is none."""
    held: dict[str, sqlite3.Connection] = _local.__dict__.setdefault("open", {})
    if folder not in held:
        path = Path(folder) / _FILE
        if not path.exists():
            return None
        for other in [name for name in held if not Path(name).exists()]:
            held.pop(other).close()
        held[folder] = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.5)
    return held[folder]


def _ask(folder: str, sql: str, values: Sequence[object]) -> list[tuple[str, str, int]]:
    db = _reader(folder)
    if db is None:
        return []
    try:
        return db.execute(sql, list(values)).fetchall()
    except sqlite3.DatabaseError:  # being written, or gone with its index: no advice then
        return []


def learned(folder: str) -> list[tuple[str, str]]:
    """(short, long) of the abbreviations the records explain, commonest first."""
    sql = "SELECT short, long, n FROM learned WHERE n >= ? ORDER BY n DESC, short, long LIMIT ?"
    return [(short, long) for short, long, _ in _ask(folder, sql, [_CERTAIN, MOST_LEARNED])]


def knows(folder: str, text: str) -> bool:
    return bool(_ask(folder, "SELECT text, shown, n FROM phrase WHERE text = ?", [text]))


def near(folder: str, text: str) -> list[Near]:
    """Phrases one slip away from ``text`` (folded) or of the same sound, not ``text`` itself."""
    forms = [text, *shorter(text)]
    if len(text) > 2 and not tokens.is_han(text):
        forms = forms[: _LONGEST_CODE + 1]
    heard = sound(text)
    marks = ", ".join("?" * (len(forms) + bool(heard)))
    rows = _ask(
        folder,
        "SELECT DISTINCT p.text, p.shown, p.n FROM near JOIN phrase p ON p.id = near.phrase"  # noqa: S608 -- values are bound
        f" WHERE near.form IN ({marks})",
        [*forms, heard] if heard else forms,
    )
    found = []
    for phrase, shown, count in rows:
        same = bool(heard) and len(phrase) == len(text) and sound(phrase) == heard
        if phrase != text and (same or one_slip(text, phrase)):
            found.append(Near(phrase, shown, count, same))
    return found


def one_slip(a: str, b: str) -> bool:
    """Whether one character exchanged, left out, added or swapped with its neighbour makes
    ``b`` of ``a``."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1 or a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    here, after = a[start : start + 2], a[start + 2 :]
    swapped = here == b[start : start + 2][::-1] and after == b[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped
