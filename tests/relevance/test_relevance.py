"""Relevance on judged queries: the committed set, and others made by seeds nobody has seen.

The queries ask the whole search, as the public interface does. ``make.py`` tells how queries
are made, ``rules.py`` how records are graded; both are older than the ranker they measure.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import ask, queries, reader, registry, services
from kexiang.search.types import FEW, SearchQuery
from tests.relevance.corpus import rows
from tests.relevance.make import PER_CLASS, SEED, make
from tests.relevance.measure import measure, table
from tests.relevance.rules import CLASSES, Judge, judged
from tests.relevance.shelf import Corpus

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data, pytest.mark.once]
LEAST_SUCCESS, LEAST_NDCG = 0.9, 0.8
UNSEEN = (101, 202)  # seeds of sets that nothing was tuned on
UNSEEN_SUCCESS, UNSEEN_NDCG = 0.83, 0.75


@pytest.fixture(scope="module")
def records() -> Judge:
    return Judge(rows())


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    records: Judge,
) -> Iterator[str]:
    """An index of all records, built once; the corpus is the only source while it is asked."""
    url = f"tantivy:///{tmp_path_factory.mktemp('relevance') / 'index'}"
    corpus = Corpus("corpus")
    corpus.fill(records.rows)
    kept = dict(registry._sources)
    registry._sources.clear()
    registry.register(corpus)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.conf.settings.SEARCH_URL", url)
        services.rebuild()
        reader.close_all()
        ask.forget()
        yield url
    reader.close_all()
    ask.forget()
    registry._sources.clear()
    registry._sources.update(kept)


def first_ten(asked: str) -> Sequence[str]:
    query = SearchQuery(q=asked, size=10, facets=(), few=FEW)
    return [hit.id for hit in queries.search(ANONYMOUS, query).hits]


def test_the_committed_set_is_what_its_rule_makes(records: Judge) -> None:
    queries = judged()

    assert queries == make(records.rows, SEED)
    assert all(sum(q.kind == kind for q in queries) >= 25 for kind in CLASSES)
    longest = max(len(name) for q in queries for group in q.names for name in group)
    assert longest <= 20, f"{Path(__file__).parent / 'judged.csv'} holds texts of the data"


@pytest.mark.req("A-22")
def test_the_judged_queries_find_what_they_mean(built: str, records: Judge) -> None:
    figures = measure(records, judged(), first_ten)

    print(table(figures))
    assert set(figures) == set(CLASSES)
    weak = {k: f for k, f in figures.items() if f.success < LEAST_SUCCESS or f.ndcg < LEAST_NDCG}
    assert not weak, table(weak)


@pytest.mark.req("A-22")
@pytest.mark.parametrize("seed", UNSEEN)
def test_queries_never_seen_do_about_as_well(built: str, records: Judge, seed: int) -> None:
    figures = measure(records, make(records.rows, seed, PER_CLASS), first_ten)

    print(table(figures))
    weak = {k: f for k, f in figures.items() if f.success < UNSEEN_SUCCESS or f.ndcg < UNSEEN_NDCG}
    assert not weak, table(weak)
