"""The query tree as a Tantivy query. Only translation; unknown fields are errors."""

import re
from typing import assert_never

import tantivy
from tantivy import FieldType, Occur, Query

from kexiang.search import tree
from kexiang.search.port import BAGS, INTEGERS, POSITIONAL, CapabilityMissing

CHECKPOINT_KEY = "#checkpoint"


class Translator:
    """Translates trees for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def __call__(self, query: tree.Query) -> Query:
        match query:
            case tree.All():
                return self._everything()
            case tree.Nothing():
                return Query.empty_query()
            case tree.Tokens():
                return self._tokens(query)
            case tree.Term() | tree.Terms() | tree.Range() | tree.Exists() | tree.Prefix():
                return self._leaf(query)
            case _:
                return self._compound(query)

    def _everything(self) -> Query:
        """All documents but the checkpoint, which is one for Tantivy and none for us."""
        checkpoint = self._term("key", CHECKPOINT_KEY)
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, checkpoint)])

    def _tokens(self, query: tree.Tokens) -> Query:
        if not query.terms:
            return Query.empty_query()
        in_a_row = query.op == "prefix_phrase" or (query.op == "phrase" and len(query.terms) > 1)
        if in_a_row and query.field not in POSITIONAL:
            raise CapabilityMissing(f"no positions in field {query.field}")
        if query.op == "prefix_phrase":
            return self._prefix_phrase(query)
        if query.op == "phrase" and len(query.terms) > 1:
            return Query.phrase_query(self._schema, query.field, list(query.terms))
        terms = [self._term(query.field, term) for term in query.terms]
        if len(terms) == 1:
            return terms[0]
        occur = Occur.Must if query.op == "and" else Occur.Should
        return Query.boolean_query([(occur, term) for term in terms])

    def _prefix_phrase(self, query: tree.Tokens) -> Query:
        # phrase_prefix_query would stop at 50 expansions and lose documents
        last = f"{query.terms[-1]}.*"
        if len(query.terms) == 1:
            return Query.regex_query(self._schema, query.field, last)
        return Query.regex_phrase_query(self._schema, query.field, [*query.terms[:-1], last])

    def _term(self, field: str, value: str) -> Query:
        option = "freq" if field in POSITIONAL or field in BAGS[:2] else "basic"
        return Query.term_query(self._schema, field, value, option)

    def _leaf(
        self, query: tree.Term | tree.Terms | tree.Range | tree.Exists | tree.Prefix
    ) -> Query:
        match query:
            case tree.Term(field, value):
                return self._term(field, value)
            case tree.Terms(field, values):
                if len(values) == 1:
                    return self._term(field, values[0])
                return Query.term_set_query(self._schema, field, list(values))
            case tree.Exists(field):
                return Query.exists_query(field)
            case tree.Prefix(field, prefix):
                return Query.regex_query(self._schema, field, re.escape(prefix) + ".*")
            case tree.Range():
                return self._range(query)
            case _:
                assert_never(query)

    def _range(self, query: tree.Range) -> Query:
        if query.low is None and query.high is None:
            return Query.exists_query(query.field)
        kind = FieldType.Integer if query.field in INTEGERS else FieldType.Float
        cast = int if query.field in INTEGERS else float
        return Query.range_query(
            self._schema,
            query.field,
            kind,
            None if query.low is None else cast(query.low),
            None if query.high is None else cast(query.high),
            query.with_low or query.low is None,
            query.with_high or query.high is None,
        )

    def _compound(self, query: tree.Query) -> Query:
        match query:
            case tree.And(parts):
                return self._all(parts)
            case tree.Or(parts, least):
                return self._some(parts, least)
            case tree.Not():
                return self._all((query,))
            case tree.Rank() | tree.Filter():
                return self._filtered(query)
            case _:
                return self._weighted(query)

    def _weighted(self, query: tree.Query) -> Query:
        match query:
            case tree.Boost(part, factor):
                return Query.boost_query(self(part), factor)
            case tree.Const(part, score):
                return Query.const_score_query(self(part), score)
            case _:
                raise CapabilityMissing(f"node {type(query).__name__}")

    def _all(self, parts: tuple[tree.Query, ...]) -> Query:
        if not parts:
            return self._everything()
        clauses = [
            (Occur.MustNot, self(part.part))
            if isinstance(part, tree.Not)
            else (Occur.Must, self(part))
            for part in parts
        ]
        if all(isinstance(part, tree.Not) for part in parts):
            clauses.insert(0, (Occur.Must, self._everything()))
        return Query.boolean_query(clauses)

    def _some(self, parts: tuple[tree.Query, ...], least: int) -> Query:
        if least <= 0:
            return self._everything()
        if least > len(parts):
            return Query.empty_query()
        clauses = [(Occur.Should, self(part)) for part in parts]
        return Query.boolean_query(clauses, least) if least > 1 else Query.boolean_query(clauses)

    def _filtered(self, query: tree.Query) -> Query:
        """A ranked query and the filters around it as one flat Boolean: fewer scorers."""
        conditions: list[tuple[Occur, Query]] = []
        while isinstance(query, tree.Filter):
            conditions.append(self._condition(query.filter))
            query = query.part
        if isinstance(query, tree.Rank):
            head = [(Occur.Must, self(query.must))]
            head += [(Occur.Should, self(wish)) for wish in query.should]
        else:
            head = [(Occur.Must, self(query))]
        return Query.boolean_query([*head, *conditions])

    def _condition(self, query: tree.Query) -> tuple[Occur, Query]:
        if isinstance(query, tree.Not):
            return Occur.MustNot, self(query.part)
        return Occur.Must, Query.const_score_query(self(query), 0.0)
