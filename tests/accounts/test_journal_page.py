"""The page of the journal; here, because it needs people in their roles."""

from typing import Any

import pytest

from kexiang.audit.models import Event
from tests.accounts.conftest import World

pytestmark = pytest.mark.django_db
JOURNAL = "/work/journal/"


def test_the_journal_page_filters_pages_and_exports(world: World, signed_in: Any):
    client = signed_in("auditor")
    page = client.get(f"{JOURNAL}?kind=role.&size=50").content.decode()
    assert "role.granted" in page
    assert "person.opened" not in page
    assert "李明" not in page
    assert "系统" in page

    answer = client.get(f"{JOURNAL}?kind=role.&export=1")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + Event.objects.filter(kind__startswith="role.").count()
    for query in ("since=x", "since=2026-02-02&until=2026-01-01", "page=0", "size=7", "sort=data"):
        assert client.get(f"{JOURNAL}?{query}").status_code == 422


def test_the_journal_page_costs_the_same_for_few_and_many(
    world: World, signed_in: Any, django_assert_max_num_queries: Any
):
    client = signed_in("auditor")
    counts = []
    for size in (20, 50):
        with django_assert_max_num_queries(12) as seen:
            client.get(f"{JOURNAL}?size={size}")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_nothing_in_the_journal_page_writes(world: World, signed_in: Any):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(signed_in("logadmin"), method)(JOURNAL).status_code == 405
