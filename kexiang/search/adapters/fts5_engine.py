"""SQLite FTS5: the second adapter. Needs nothing installed; for small places and as oracle.

Same tokens, same tree, same totals and facets as Tantivy; relevance is FTS5's own bm25 over
what must match, so the order of equally good hits may differ (search.md §3.7).
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kexiang.search import tree
from kexiang.search.adapters.fts5_query import Sql, column, condition, match_of, safe
from kexiang.search.port import (
    BAGS,
    POSITIONAL,
    Capabilities,
    Checkpoint,
    Entry,
    Found,
    IndexSpec,
    SearchRequest,
    SearchResult,
    facet_field,
    number_field,
)

_FILE = "fts.sqlite3"
_STREAMS = (*POSITIONAL, *BAGS)
_TABLES = """
CREATE VIRTUAL TABLE IF NOT EXISTS fts USING fts5(
    {streams}, content='', tokenize='unicode61 remove_diacritics 0');
CREATE TABLE IF NOT EXISTS doc(
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, source TEXT, version INTEGER,
    streams TEXT, {numbers});
CREATE TABLE IF NOT EXISTS kw(doc INTEGER, field TEXT, value TEXT);
CREATE INDEX IF NOT EXISTS kw_value ON kw(field, value, doc);
CREATE INDEX IF NOT EXISTS kw_doc ON kw(doc, field, value);
CREATE TABLE IF NOT EXISTS sug(form TEXT, doc INTEGER);
CREATE INDEX IF NOT EXISTS sug_form ON sug(form, doc);
CREATE INDEX IF NOT EXISTS sug_doc ON sug(doc);
CREATE TABLE IF NOT EXISTS checkpoint(
    id INTEGER PRIMARY KEY, xid INTEGER, seq INTEGER, commits INTEGER);
INSERT OR IGNORE INTO checkpoint VALUES (1, 0, 0, 0);
"""


def _connect(folder: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        Path(folder) / _FILE, timeout=20, isolation_level=None, check_same_thread=False
    )
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
    return db


class Fts5Engine:
    """Indexes as SQLite files in folders of the local disk."""

    name = "fts5"

    def create(self, folder: str, spec: IndexSpec) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        numbers = ", ".join(f"{column(name)} REAL" for name in spec.number_fields[2:])
        exact = "tie INTEGER, pinyin INTEGER"
        db = _connect(folder)
        db.executescript(
            _TABLES.format(
                streams=", ".join(_STREAMS), numbers=", ".join(filter(None, (exact, numbers)))
            )
        )
        db.close()

    def reader(self, folder: str, spec: IndexSpec) -> "Fts5Reader":
        return Fts5Reader(folder)

    def writer(self, folder: str, spec: IndexSpec, *, bulk: bool = False) -> "Fts5Writer":
        return Fts5Writer(folder, spec)


class Fts5Writer:
    """One transaction from commit to commit; the checkpoint is a row in it."""

    def __init__(self, folder: str, spec: IndexSpec) -> None:
        self._spec = spec
        self._db = _connect(folder)
        self._db.execute("BEGIN IMMEDIATE")
        self._insert = (
            f"INSERT INTO fts(rowid, {', '.join(_STREAMS)})"  # noqa: S608 -- our own names
            f" VALUES (?, {', '.join('?' * len(_STREAMS))})"
        )

    def upsert(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.delete([entry.key])
            self.add([entry])

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            streams = [safe(entry.tokens.get(name, "")) for name in _STREAMS]
            names = ["key", "source", "version", "streams", "tie", "pinyin"]
            values: list[Any] = [
                entry.key, entry.source, entry.version, "\x1f".join(streams), entry.tie,
                entry.pinyin,
            ]  # fmt: skip
            for name in self._spec.numbers:
                if name in entry.numbers:
                    names.append(column(number_field(name)))
                    values.append(entry.numbers[name])
            row = self._db.execute(
                f"INSERT INTO doc({', '.join(names)})"  # noqa: S608 -- our own names
                f" VALUES ({', '.join('?' * len(names))})",
                values,
            ).lastrowid
            self._db.execute(self._insert, [row, *streams])
            self._db.executemany("INSERT INTO kw VALUES (?, ?, ?)", self._keywords(row, entry))
            self._db.executemany(
                "INSERT INTO sug VALUES (?, ?)", [(form, row) for form in entry.suggest]
            )

    def _keywords(self, row: int | None, entry: Entry) -> list[tuple[int | None, str, str]]:
        rows = [(row, "acl", token) for token in entry.acl]
        for name in self._spec.facets:
            rows += [(row, facet_field(name), v) for v in set(entry.facets.get(name, ()))]
        return rows

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            row = self._db.execute("SELECT id, streams FROM doc WHERE key = ?", [key]).fetchone()
            if row is None:
                continue
            self._db.execute(
                f"INSERT INTO fts(fts, rowid, {', '.join(_STREAMS)})"  # noqa: S608 -- our names
                f" VALUES ('delete', ?, {', '.join('?' * len(_STREAMS))})",
                [row[0], *row[1].split("\x1f")],
            )
            for table, name in (("doc", "id"), ("kw", "doc"), ("sug", "doc")):
                self._db.execute(f"DELETE FROM {table} WHERE {name} = ?", [row[0]])  # noqa: S608 -- our own names

    def commit(self, checkpoint: Checkpoint) -> None:
        self._db.execute(
            "UPDATE checkpoint SET xid = ?, seq = ?, commits = commits + 1",
            [checkpoint.xid, checkpoint.seq],
        )
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        self._db.execute("ROLLBACK")
        self._db.close()


class Fts5Reader:
    """One connection per thread: SQLite lets readers go on while the writer commits."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._local = threading.local()

    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            self._local.db = _connect(self._folder)
        db: sqlite3.Connection = self._local.db
        return db

    def capabilities(self) -> Capabilities:
        return Capabilities("fts5")

    def generation(self) -> str:
        return str(self._db().execute("SELECT commits FROM checkpoint").fetchone()[0])

    def search(self, request: SearchRequest) -> SearchResult:
        db = self._db()
        db.execute("BEGIN")  # hits, total and facets of one commit
        try:
            query = tree.narrow(request.query, *(f for _, f in request.post_filters))
            sql, values = condition(query)
            total = db.execute(f"SELECT count(*) FROM doc d WHERE {sql}", values).fetchone()[0]  # noqa: S608 -- values are bound
            hits = self._ordered(request, (sql, values)) if request.order else self._best(request)
            facets = {name: self._facet(request, name, size) for name, size in request.facets}
            return SearchResult(tuple(hits), total, facets, self.generation())
        finally:
            db.execute("COMMIT")

    def _best(self, request: SearchRequest) -> list[Found]:
        must, conditions = _split(request)
        expression = match_of(must)
        sql, values = condition(tree.And(conditions))
        if expression is None:
            all_sql, all_values = condition(tree.And((must, *conditions)))
            statement = f"SELECT d.key, 0.0, d.tie FROM doc d WHERE {all_sql} ORDER BY d.tie"  # noqa: S608 -- values are bound
            bound = all_values
        else:
            statement = (
                "SELECT d.key, -bm25(fts) AS score, d.tie FROM fts JOIN doc d ON d.id = fts.rowid"  # noqa: S608 -- values are bound
                f" WHERE fts MATCH ? AND {sql} ORDER BY bm25(fts), d.tie"
            )
            bound = [expression, *values]
        rows = self._db().execute(
            statement + " LIMIT ? OFFSET ?", [*bound, request.limit, request.offset]
        )
        return [Found(key, score, None, tie) for key, score, tie in rows]

    def _ordered(self, request: SearchRequest, where: Sql) -> list[Found]:
        field = f"d.{column(request.order)}"
        sql, values = where
        if request.after is not None:
            value, tie = request.after
            more: list[object]
            if value is None:
                sql, more = f"{sql} AND {field} IS NULL AND d.tie > ?", [tie]
            else:
                further = "<" if request.descending else ">"
                sql = (
                    f"{sql} AND ({field} {further} ? OR ({field} = ? AND d.tie > ?)"
                    f" OR {field} IS NULL)"
                )
                more = [value, value, tie]
            values = [*values, *more]
        direction = "DESC" if request.descending else "ASC"
        rows = self._db().execute(
            f"SELECT d.key, {field}, d.tie FROM doc d WHERE {sql}"  # noqa: S608 -- values are bound
            f" ORDER BY {field} IS NULL, {field} {direction}, d.tie LIMIT ? OFFSET ?",
            [*values, request.limit, request.offset],
        )
        return [Found(key, 0.0, value, tie) for key, value, tie in rows]

    def _facet(self, request: SearchRequest, name: str, size: int) -> tuple[tuple[str, int], ...]:
        others = (f for own, f in request.post_filters if own != name)
        sql, values = condition(tree.narrow(request.query, *others))
        rows = self._db().execute(
            "SELECT k.value, count(*) FROM doc d JOIN kw k ON k.doc = d.id AND k.field = ?"  # noqa: S608 -- values are bound
            f" WHERE {sql} GROUP BY k.value ORDER BY count(*) DESC, k.value LIMIT ?",
            [facet_field(name), *values, size],
        )
        return tuple((value, count) for value, count in rows)

    def suggest(self, prefix: str, allowed: tree.Query, limit: int) -> list[tuple[str, int]]:
        sql, values = condition(allowed)
        rows = self._db().execute(
            "SELECT s.form, count(*) FROM sug s JOIN doc d ON d.id = s.doc"  # noqa: S608 -- values are bound
            f" WHERE s.form >= ? AND s.form < ? AND {sql}"
            " GROUP BY s.form ORDER BY count(*) DESC, s.form LIMIT ?",
            [prefix, prefix + "\U0010ffff", *values, limit],
        )
        return [(form, count) for form, count in rows]

    def names(self, limit: int) -> list[tuple[str, int]]:
        return self.suggest("", tree.All(), limit)

    def keys(self) -> Iterator[tuple[str, int]]:
        yield from self._db().execute("SELECT key, version FROM doc")

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(*self._db().execute("SELECT xid, seq FROM checkpoint").fetchone())

    def stats(self) -> dict[str, Any]:
        documents = self._db().execute("SELECT count(*) FROM doc").fetchone()[0]
        size = sum(file.stat().st_size for file in Path(self._folder).iterdir())
        return {"documents": documents, "segments": 1, "megabytes": round(size / 1e6, 1)}


def _split(request: SearchRequest) -> tuple[tree.Query, tuple[tree.Query, ...]]:
    """What is ranked, and the conditions around it."""
    conditions = [f for _, f in request.post_filters]
    query = request.query
    while isinstance(query, tree.Filter):
        conditions.append(query.filter)
        query = query.part
    if isinstance(query, tree.Rank):
        query = query.must
    if isinstance(query, tree.And) and match_of(query) is None:
        conditions += [part for part in query.parts if match_of(part) is None]
        query = tree.And(tuple(part for part in query.parts if match_of(part) is not None))
    return query, tuple(conditions)
