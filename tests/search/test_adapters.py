"""Differential: random trees × random corpora on brute force, FTS5 and Tantivy."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kexiang.search import tree
from kexiang.search.adapters.fts5_engine import Fts5Engine
from kexiang.search.adapters.tantivy_engine import TantivyEngine
from kexiang.search.analysis.entries import entry
from kexiang.search.port import CapabilityMissing, Checkpoint, IndexSpec, SearchRequest
from kexiang.search.types import SearchDoc
from tests.search import oracle

SPEC = IndexSpec(("kind", "region", "state"), ("price", "year"))
_numbers = itertools.count()
_ALPHABET = "不锈钢腐蚀试验电镜 aB3-é𠮷/."
_texts = st.text(_ALPHABET, max_size=14)
_docs = st.lists(
    st.builds(
        lambda title, body, keywords, kind, region, states, year, price, audience: {
            "title": title, "body": body, "keywords": tuple(keywords), "kind": kind,
            "facets": {"region": (region,), "state": tuple(states)},
            "numbers": {k: v for k, v in (("year", year), ("price", price)) if v is not None},
            "audience": frozenset(audience),
        },
        _texts, _texts, st.lists(_texts, max_size=2), st.sampled_from("xyz"),
        st.sampled_from(["140402", "140403", "150000"]),
        st.lists(st.sampled_from("pqr"), max_size=3),
        st.none() | st.integers(2000, 2004), st.none() | st.sampled_from([0.5, 1.5, 2.25]),
        st.sets(st.sampled_from(["public", "org:A"]), min_size=1),
    ),
    max_size=14,
)  # fmt: skip
_terms = st.sampled_from(
    [
        "不锈",
        "锈钢",
        "钢",
        "钢腐",
        "腐蚀",
        "蚀",
        "试验",
        "a",
        "b",
        "3",
        "é",
        "𠮷",
        "ab",
        "电镜",
        "镜",
    ]
)
_tokens = st.builds(
    lambda field, terms, op: tree.Tokens(field, tuple(terms), op),
    st.sampled_from(["b", "tb", "py"]), st.lists(_terms, min_size=1, max_size=3),
    st.sampled_from(tree.OPS),
)  # fmt: skip
_bags = st.builds(
    lambda field, terms, op: tree.Tokens(field, tuple(terms), op),
    st.sampled_from(["w", "tw", "j"]), st.lists(_terms, min_size=1, max_size=3),
    st.sampled_from(["and", "any"]),
)  # fmt: skip
_bound = st.none() | st.sampled_from([0.5, 1.5, 2000, 2002.0, 2003])
_states = st.lists(st.sampled_from("pqr"), min_size=1)
_fields = st.sampled_from(["n_price", "n_year"])
_leaves = st.one_of(
    st.just(tree.All()), st.just(tree.Nothing()), _tokens, _bags,
    st.builds(tree.Term, st.just("f_kind"), st.sampled_from("xyz")),
    st.builds(lambda v: tree.Terms("f_state", tuple(v)), _states),
    st.builds(tree.Prefix, st.just("f_region"), st.sampled_from(["1404", "15", "9"])),
    st.builds(tree.Range, _fields, _bound, _bound, st.booleans(), st.booleans()),
    st.builds(tree.Exists, _fields),
)  # fmt: skip
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda p: tree.And(tuple(p)), st.lists(inner, max_size=3)),
        st.builds(
            lambda p, n: tree.Or(tuple(p), n), st.lists(inner, max_size=3), st.integers(0, 3)
        ),
        st.builds(tree.Not, inner),
        st.builds(tree.Boost, inner, st.sampled_from([0.5, 2.0])),
        st.builds(tree.Const, inner, st.just(3.0)),
        st.builds(lambda m, s: tree.Rank(m, tuple(s)), inner, st.lists(inner, max_size=2)),
        st.builds(tree.Filter, inner, inner),
    ),
    max_leaves=6,
)  # fmt: skip
_filters = st.lists(
    st.sampled_from(
        [("kind", tree.Term("f_kind", "x")), ("region", tree.Prefix("f_region", "1404")),
         ("state", tree.Terms("f_state", ("p", "q")))]
    ),
    max_size=2, unique_by=lambda pair: pair[0],
)  # fmt: skip


def made(engine, folder, entries):
    engine.create(str(folder), SPEC)
    writer = engine.writer(str(folder), SPEC)
    writer.upsert(entries)
    writer.commit(Checkpoint(1, 2))
    writer.close()
    return engine.reader(str(folder), SPEC)


@pytest.mark.req("A-22")
@given(docs=_docs, query=_trees, filters=_filters)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_match_sets_totals_and_facets_are_equal_everywhere(tmp_path_factory, docs, query, filters):
    entries = [entry("s", SearchDoc(id=str(n), version=1, **d)) for n, d in enumerate(docs)]
    request = SearchRequest(
        query=query, post_filters=tuple(filters), limit=100,
        facets=(("kind", 50), ("region", 50), ("state", 50)),
    )  # fmt: skip
    expected = oracle.answer(entries, request)
    assert tree.from_json(tree.to_json(query)) == query

    for engine in (TantivyEngine(), Fts5Engine()):
        index = made(engine, tmp_path_factory.mktemp(engine.name), entries)
        result = index.search(request)

        found = {hit.key for hit in result.hits}, result.total, dict(result.facets)
        assert found == expected, engine.name
        assert len(result.hits) == result.total
        assert index.checkpoint() == Checkpoint(1, 2)
        assert dict(index.keys()) == {e.key: 1 for e in entries}


@pytest.mark.parametrize("engine", [TantivyEngine(), Fts5Engine()], ids=lambda e: e.name)
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", ["n_price", "n_year", "pinyin", "tie"])
def test_keyset_paging_is_complete_and_without_duplicates(tmp_path, engine, order, descending):
    docs = [
        SearchDoc(
            id=f"{n}", version=1, kind="x", title="钢镜腐"[n % 3], audience=frozenset({"public"}),
            numbers={"year": 2000 + n % 3, **({"price": n % 4 / 2} if n % 5 else {})},
        )
        for n in range(97)
    ]  # fmt: skip
    entries = [entry("s", doc) for doc in docs]
    index = made(engine, tmp_path / "index", entries)

    def request(**more):
        return SearchRequest(order=order, descending=descending, limit=7, **more)

    seen, after = [], None
    while True:
        result = index.search(request(after=after))
        assert result.total == len(docs)
        seen += [hit.key for hit in result.hits]
        if len(result.hits) < 7:
            break
        after = (result.hits[-1].value, result.hits[-1].tie)
    pages = [index.search(request(offset=7 * n)).hits for n in range(14)]

    assert seen == oracle.in_order(entries, request())
    assert [hit.key for page in pages for hit in page] == seen


@pytest.mark.parametrize("engine", [TantivyEngine(), Fts5Engine()], ids=lambda e: e.name)
def test_upsert_replaces_delete_removes_and_nothing_shows_before_the_commit(tmp_path, engine):
    one = SearchDoc(id="1", version=1, kind="x", title="旧镜", audience=frozenset({"public"}))
    two = SearchDoc(id="1", version=2, kind="x", title="新镜", audience=frozenset({"public"}))
    index = made(engine, tmp_path / "index", [entry("s", one)])
    writer = engine.writer(str(tmp_path / "index"), SPEC)
    before = index.generation()

    writer.upsert([entry("s", two)])
    assert dict(index.keys()) == {"s:1": 1}
    writer.commit(Checkpoint(0, 5))
    assert dict(index.keys()) == {"s:1": 2}
    assert index.generation() != before
    assert index.search(SearchRequest(query=tree.Tokens("b", ("旧镜",)))).total == 0
    assert index.suggest("新", tree.Term("acl", "public"), 5) == [("新镜\t新镜", 1)]
    assert index.suggest("新", tree.Term("acl", "org:A"), 5) in ([], [("新镜\t新镜", 0)])
    writer.delete(["s:1"])
    writer.commit(Checkpoint(0, 6))
    writer.close()

    assert dict(index.keys()) == {}
    assert index.stats()["documents"] == 0


@pytest.mark.parametrize("engine", [TantivyEngine(), Fts5Engine()], ids=lambda e: e.name)
def test_a_phrase_in_a_bag_is_an_error_not_a_guess(tmp_path, engine):
    index = made(engine, tmp_path / "index", [])

    with pytest.raises(CapabilityMissing):
        index.search(SearchRequest(query=tree.Tokens("w", ("一", "二"), "phrase")))
