"""The baseline: Tantivy's binding, straight. Imports nothing of kexiang.

A question comes as plain nested lists (name, arguments…); building the engine's query from
them, searching, counting, reading the keys and the facets is what is timed.
"""

from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Order, Query


class Raw:
    def __init__(self, folder: str) -> None:
        self.index = tantivy.Index.open(folder)
        self.schema = self.index.schema
        self.searcher = self.index.searcher()
        self.megabytes = sum(f.stat().st_size for f in Path(folder).iterdir()) / 1e6

    def build(self, spec: list) -> Query:
        name, *rest = spec
        return getattr(self, f"_{name}")(*rest)

    def _term(self, field: str, value: str, option: str) -> Query:
        return Query.term_query(self.schema, field, value, option)

    def _phrase(self, field: str, terms: list) -> Query:
        return Query.phrase_query(self.schema, field, terms)

    def _set(self, field: str, values: list) -> Query:
        return Query.term_set_query(self.schema, field, values)

    def _range(self, field: str, low: float | None, high: float | None) -> Query:
        return Query.range_query(self.schema, field, FieldType.Float, low, high)

    def _boost(self, part: list, factor: float) -> Query:
        return Query.boost_query(self.build(part), factor)

    def _const(self, part: list, score: float) -> Query:
        return Query.const_score_query(self.build(part), score)

    def _bool(self, clauses: list) -> Query:
        occur = {"must": Occur.Must, "should": Occur.Should, "not": Occur.MustNot}
        return Query.boolean_query([(occur[o], self.build(part)) for o, part in clauses])

    def search(self, question: dict) -> tuple[int, list[str], dict]:
        """Total, top keys, facets."""
        query = self.build(question["query"])
        searcher: Any = self.searcher
        if question["order"]:
            order = Order.Desc if question["descending"] else Order.Asc
            found = searcher.search(query, 20, True, order_by_field=question["order"], order=order)
        else:
            found = searcher.search(query, 20, True)
        keys = [searcher.doc(address).get_first("key") for _, address in found.hits]
        facets = {}
        for spec, names in question["facets"]:
            wanted = {n: {"terms": {"field": f"f_{n}", "size": 50, "segment_size": 60_000}}
                      for n in names}  # fmt: skip
            same = query if spec is None else self.build(spec)
            facets.update(searcher.aggregate(same, wanted))
        return found.count, keys, facets

    def suggest(self, prefix: str) -> list[tuple[str, int]]:
        public = Query.term_query(self.schema, "acl", "public", "basic")
        return self.searcher.terms_with_prefix("sug", prefix, public, 20)
