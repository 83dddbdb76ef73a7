"""The number of database queries of a page does not grow with what it lists."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kexiang.search import services as search

pytestmark = pytest.mark.django_db


def queries(client, path):
    cache.clear()
    client.get(path)  # what a process keeps after its first request is no part of the question
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [q["sql"] for q in captured.captured_queries]


PATHS = ("/", "/search?kind=instrument&size=100", "/search?q=试验机", "/units", "/u/shangdang")


def test_lists_ask_the_same_for_1_3_and_50_records(visitor, add, index):
    made = 0
    counts: dict[str, list[int]] = {path: [] for path in PATHS}
    for wanted in (1, 3, 50):
        while made < wanted:
            add("instrument", title=f"试验机{made}", model=f"M{made}")
            made += 1
        search.catch_up()
        for path in PATHS:
            counts[path].append(len(queries(visitor, path)))
    for path, found in counts.items():
        assert found[0] == found[1] == found[2], (path, found)
        assert found[2] <= 16, (path, found)


def test_record_pages_ask_the_same_for_1_3_and_50_offers(visitor, add, index):
    first = add("test_item")
    counts, made = [], 1
    for wanted in (1, 3, 50):
        while made < wanted:
            add("test_item")
            made += 1
        counts.append(len(queries(visitor, f"/t/{first.uid}")))
    assert counts[1] == counts[2]
    assert counts[2] <= 16
