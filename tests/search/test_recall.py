"""Literal recall on real texts: everything that says what was typed is found."""

import json
import random
import re

import pytest
from django.conf import settings as django_settings

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import queries, services
from kexiang.search.analysis import tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.types import SearchQuery
from kexiang_site.env import PROJECT
from tests.search.support import doc

PAPERS = PROJECT.parent / "shared" / "data" / "literature" / "chinaxiv_dev.jsonl"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared_data]
_HAN = re.compile("[\u4e00-\u9fff]{2,8}")
QUERIES = 400


@pytest.fixture
def papers(shelf):
    assert django_settings.SEARCH_URL.startswith("tantivy")
    rows = [json.loads(line) for line in PAPERS.read_text(encoding="utf-8").splitlines()[:1500]]
    shelf.put(*(doc(row["id"], row["title"], row.get("abstract") or "") for row in rows))
    services.rebuild()
    return {d.id: tuple(map(_plain, (d.title, d.body))) for d in shelf.docs.values()}


def _plain(text):
    """Folded, punctuation made one sign: what "says the same" means for a phrase."""
    return "\x1f".join(tokens.units(fold(text)))


def _spoken(part):
    runs = tokens.units(part)
    return re.compile(
        ("" if tokens.is_han(runs[0]) else "(?<![^\x1f])")
        + re.escape("\x1f".join(runs))
        + ("" if tokens.is_han(runs[-1]) else "(?![^\x1f])")
    )


@pytest.mark.req("A-22")
def test_literal_recall_is_complete_and_exact_on_real_substrings(papers):
    chance = random.Random(5)
    texts = [text for pair in papers.values() for text in pair if len(text) > 12]
    asked = 0
    while asked < QUERIES:
        text = chance.choice(texts)
        start = chance.randrange(len(text) - 8)
        found = _HAN.search(text, start)
        if found is None:
            continue
        part = found.group()[: chance.randint(2, 8)]
        asked += 1
        said = {uid for uid, pair in papers.items() if any(part in text for text in pair)}
        page = queries.search(ANONYMOUS, SearchQuery(q=f'"{part}"', size=100, facets=()))
        assert page.total == len(said), part
        if len(said) <= 100:
            assert {hit.id for hit in page.hits} == said


def test_mixed_substrings_with_numbers_and_latin_words(papers):
    chance = random.Random(6)
    texts = [text for pair in papers.values() for text in pair]
    mixed = re.compile("[\u4e00-\u9fff]\x1f[0-9a-z]+\x1f[\u4e00-\u9fff]")
    parts = [found.group() for text in texts for found in mixed.finditer(text)]
    for part in chance.sample(parts, 100):
        typed = part.replace("\x1f", "")
        if tokens.units(typed) != part.split("\x1f"):
            continue
        said = {u for u, pair in papers.items() if any(_spoken(typed).search(t) for t in pair)}
        page = queries.search(ANONYMOUS, SearchQuery(q=f'"{typed}"', size=100, facets=()))
        assert page.total == len(said), typed


def test_cursor_paging_by_relevance_and_by_number_is_complete(papers):
    for sort in ("relevance", "newest", "pinyin", "-pinyin"):
        seen, cursor = [], ""
        while True:
            page = queries.search(
                ANONYMOUS, SearchQuery(q="研究", sort=sort, size=100, cursor=cursor, facets=())
            )
            seen += [hit.id for hit in page.hits]
            cursor = page.cursor
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == page.total > 300


def test_among_hits_a_whole_word_always_comes_before_one_across_a_border(papers):
    chance = random.Random(7)
    texts = [text.replace("\x1f", "") for pair in papers.values() for text in pair]
    words = {w for t in chance.sample(texts, 300) for w in tokens.words(t) if len(w) == 2}
    for word in chance.sample(sorted(w for w in words if tokens.is_han(w)), 80):
        if len(queries_variants(word)) > 1:
            continue
        hits = queries.search(ANONYMOUS, SearchQuery(q=word, size=100, facets=())).hits
        whole = [word in tokens.words(fold(f"{h.view.title}。{h.view.summary}")) for h in hits]
        assert whole == sorted(whole, reverse=True), word


def queries_variants(word):
    from kexiang.search import ask, reader  # noqa: PLC0415 -- needs the index of the fixture

    return ask.vocabulary(reader.serving()).synonyms.variants(word)
