"""Brute force over entries: what every adapter must answer. Slow and obvious on purpose."""

from collections import Counter

from kexiang.search import tree
from kexiang.search.port import Entry, SearchRequest


def matches(query: tree.Query, entry: Entry) -> bool:
    return RULES[type(query)](query, entry)


def _tokens(query: tree.Tokens, stream: list[str]) -> bool:
    terms = list(query.terms)
    if not terms:
        return False
    if query.op == "and":
        return set(terms) <= set(stream)
    if query.op == "any":
        return bool(set(terms) & set(stream))
    size = len(terms)
    windows = (stream[at : at + size] for at in range(len(stream) - size + 1))
    if query.op == "phrase":
        return any(window == terms for window in windows)
    return any(w[:-1] == terms[:-1] and w[-1].startswith(terms[-1]) for w in windows)


def _values(entry: Entry, field: str) -> tuple[str, ...]:
    if field == "acl":
        return entry.acl
    if field == "source":
        return (entry.source,)
    return entry.facets.get(field.removeprefix("f_"), ())


def number(entry: Entry, field: str) -> float | None:
    if field in ("tie", "pinyin"):
        return getattr(entry, field)
    return entry.numbers.get(field.removeprefix("n_"))


def _in_range(query: tree.Range, value: float | None) -> bool:
    if value is None:
        return False
    low = query.low is None or value > query.low or (query.with_low and value == query.low)
    high = query.high is None or value < query.high or (query.with_high and value == query.high)
    return low and high


RULES = {
    tree.All: lambda q, e: True,
    tree.Nothing: lambda q, e: False,
    tree.Tokens: lambda q, e: _tokens(q, e.tokens.get(q.field, "").split(" ")),
    tree.Term: lambda q, e: q.value in _values(e, q.field),
    tree.Terms: lambda q, e: bool(set(q.values) & set(_values(e, q.field))),
    tree.Prefix: lambda q, e: any(v.startswith(q.prefix) for v in _values(e, q.field)),
    tree.Exists: lambda q, e: number(e, q.field) is not None,
    tree.Range: lambda q, e: _in_range(q, number(e, q.field)),
    tree.And: lambda q, e: all(matches(part, e) for part in q.parts),
    tree.Or: lambda q, e: sum(matches(part, e) for part in q.parts) >= q.least,
    tree.Not: lambda q, e: not matches(q.part, e),
    tree.Boost: lambda q, e: matches(q.part, e),
    tree.Const: lambda q, e: matches(q.part, e),
    tree.Rank: lambda q, e: matches(q.must, e),
    tree.Filter: lambda q, e: matches(q.part, e) and matches(q.filter, e),
}


def answer(entries: list[Entry], request: SearchRequest) -> tuple[set[str], int, dict]:
    """Keys of the whole match set, total, facets."""
    hit = [
        entry
        for entry in entries
        if matches(tree.narrow(request.query, *(f for _, f in request.post_filters)), entry)
    ]
    facets = {}
    for name, size in request.facets:
        others = [f for own, f in request.post_filters if own != name]
        counted: Counter[str] = Counter()
        for entry in entries:
            if matches(tree.narrow(request.query, *others), entry):
                counted.update(set(entry.facets.get(name, ())))
        ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        facets[name] = tuple(ranked[:size])
    return {entry.key for entry in hit}, len(hit), facets


def in_order(entries: list[Entry], request: SearchRequest) -> list[str]:
    """Keys in the order of a number, ties by ``tie``, rows without it last."""
    keys, _, _ = answer(entries, request)
    sign = -1 if request.descending else 1
    rows = [entry for entry in entries if entry.key in keys]
    values = {entry.key: number(entry, request.order) for entry in rows}
    rows.sort(key=lambda e: (values[e.key] is None, sign * (values[e.key] or 0), e.tie))
    return [entry.key for entry in rows]
