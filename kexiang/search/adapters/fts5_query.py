"""The query tree as SQL over FTS5 tables: conditions on ``d.id``, set by set.

Subtrees made of tokens alone become one MATCH expression; everything else is plain SQL.
"""

import re
from collections.abc import Sequence

from kexiang.search import tree
from kexiang.search.port import POSITIONAL, CapabilityMissing

Sql = tuple[str, list[object]]
_SAFE = re.compile("[a-z0-9\u4e00-\u9fa5 ]*")
_FIELD = re.compile("[a-z_][a-z0-9_]*")


def safe(stream: str) -> str:
    """Tokens that FTS5's own tokenizer leaves whole: other characters by their number."""
    if _SAFE.fullmatch(stream):
        return stream
    return "".join(c if _SAFE.fullmatch(c) else f"z{ord(c):06x}z" for c in stream)


def column(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise CapabilityMissing(f"field {field!r}")
    return field


def match_of(query: tree.Query) -> str | None:
    """A MATCH expression for a tree of tokens, or ``None`` when SQL is needed."""
    match query:
        case tree.Tokens(field, terms, op) if terms:
            return _tokens(column(field), [safe(t) for t in terms], op)
        case tree.And(parts) if parts:
            return _combined(parts, " AND ")
        case tree.Or(parts, 1) if parts:
            return _combined(parts, " OR ")
        case tree.Boost(part, _) | tree.Const(part, _) | tree.Rank(part, _):
            return match_of(part)
        case _:
            return None


def _combined(parts: Sequence[tree.Query], word: str) -> str | None:
    expressions = [match_of(part) for part in parts]
    if any(e is None for e in expressions):
        return None
    return "(" + word.join(e for e in expressions if e) + ")"


def _tokens(field: str, terms: list[str], op: str) -> str:
    if field not in POSITIONAL and (op == "prefix_phrase" or (op == "phrase" and len(terms) > 1)):
        raise CapabilityMissing(f"no positions in field {field}")
    if op in ("phrase", "prefix_phrase"):
        star = "*" if op == "prefix_phrase" else ""
        return f'{field} : "{" ".join(terms)}" {star}'.rstrip()
    word = " AND " if op == "and" else " OR "
    return "(" + word.join(f'{field} : "{term}"' for term in terms) + ")"


def condition(query: tree.Query) -> Sql:
    """An SQL condition on the row ``d`` of table ``doc`` that holds for the matches."""
    expression = match_of(query)
    if expression is not None:
        return "d.id IN (SELECT rowid FROM fts WHERE fts MATCH ?)", [expression]
    match query:
        case tree.All():
            return "1", []
        case tree.Nothing() | tree.Tokens():
            return "0", []
        case tree.Term() | tree.Terms() | tree.Prefix():
            return _keyword(query)
        case tree.Range() | tree.Exists():
            return _number(query)
        case _:
            return _compound(query)


def _keyword(query: tree.Term | tree.Terms | tree.Prefix) -> Sql:
    field = column(query.field)
    if isinstance(query, tree.Prefix):
        test, values = "substr(value, 1, ?) = ?", [len(query.prefix), query.prefix]
    else:
        values = [query.value] if isinstance(query, tree.Term) else list(query.values)
        test = f"value IN ({', '.join('?' * len(values))})"
    if field in ("key", "source"):
        return f"d.{test.replace('value', field)}", list(values)
    sql = f"d.id IN (SELECT doc FROM kw WHERE field = ? AND {test})"  # noqa: S608 -- our names
    return sql, [field, *values]


def _number(query: tree.Range | tree.Exists) -> Sql:
    field = f"d.{column(query.field)}"
    tests, values = [f"{field} IS NOT NULL"], []
    if isinstance(query, tree.Range):
        if query.low is not None:
            tests.append(f"{field} >{'=' * query.with_low} ?")
            values.append(query.low)
        if query.high is not None:
            tests.append(f"{field} <{'=' * query.with_high} ?")
            values.append(query.high)
    return "(" + " AND ".join(tests) + ")", list(values)


def _compound(query: tree.Query) -> Sql:
    match query:
        case tree.And(parts):
            return _joined(parts, " AND ", empty="1")
        case tree.Or(parts, least):
            sql, values = _joined(parts, " + ", empty="0")
            return f"(({sql}) >= {int(least)})", values
        case tree.Not(part):
            sql, values = condition(part)
            return f"(NOT {sql})", values
        case tree.Boost(part, _) | tree.Const(part, _) | tree.Rank(part, _):
            return condition(part)
        case tree.Filter(part, narrowing):
            return _joined((part, narrowing), " AND ", empty="1")
        case _:
            raise CapabilityMissing(f"node {type(query).__name__}")


def _joined(parts: Sequence[tree.Query], word: str, *, empty: str) -> Sql:
    if not parts:
        return empty, []
    found = [condition(part) for part in parts]
    values = [value for _, some in found for value in some]
    return "(" + word.join(f"({sql})" for sql, _ in found) + ")", values
