"""Suggestions by kind, with counts, as far as the actor may find what they come from."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kexiang.accounts.models import Organisation
from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import queries, services
from kexiang.search.types import SearchQuery
from tests.search.support import doc

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("A-22")]


@pytest.fixture
def filled(shelf, monkeypatch):
    spec = replace(shelf.spec(), suggest_kinds=("instrument", "test_item"))
    monkeypatch.setattr(shelf, "spec", lambda: spec)
    unit = Organisation.objects.create(
        name="太行材料所", code="taihang", sort_key="taihangcailiaosuo", region="140403",
        is_public=True, created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    shelf.put(
        doc("1", "太赫兹光谱仪", facets={"owner": (unit.uid,)}),
        doc("2", "太赫兹光谱仪"),
        doc("3", "太阳能电池检测", kind="test_item"),
        doc("4", "太空望远镜", audience=frozenset({"org:A"})),
        doc("5", "太湖水质", kind="article"),
    )
    services.rebuild()
    return shelf


def test_groups_with_counts(filled):
    groups = queries.suggest_groups(ANONYMOUS, "太")

    assert [(g.kind, g.label, [(i.text, i.count) for i in g.items]) for g in groups] == [
        ("instrument", "kind=instrument", [("太赫兹光谱仪", 2)]),
        ("test_item", "kind=test_item", [("太阳能电池检测", 1)]),
        ("unit", "单位", [("太行材料所", 1)]),
    ]


def test_groups_by_pinyin_and_nothing_typed(filled):
    assert [g.kind for g in queries.suggest_groups(ANONYMOUS, "taihe")] == ["instrument"]
    assert queries.suggest_groups(ANONYMOUS, " ") == []
    assert queries.suggest_groups(ANONYMOUS, "没有这个词") == []


def test_the_interface(filled, client):
    answer = client.get("/api/v1/suggest", {"q": "太", "groups": "true"}).json()
    assert answer["groups"][0] == {
        "kind": "instrument", "label": "kind=instrument",
        "items": [{"text": "太赫兹光谱仪", "count": 2}],
    }  # fmt: skip
    assert client.get("/api/v1/suggest", {"q": "太"}).json()["groups"] == []


def test_a_class_includes_its_descendants_and_below_the_table_is_its_ancestor(shelf, monkeypatch):
    spec = replace(shelf.spec(), nearest={"state": lambda code: code[:4]})
    monkeypatch.setattr(shelf, "spec", lambda: spec)
    shelf.put(
        doc("rice", "水稻", facets={"state": ("S", "S5", "S51", "S511")}),
        doc("grain", "禾谷", facets={"state": ("S", "S5", "S51")}),
        doc("fish", "鱼", facets={"state": ("S", "S9")}),
    )
    services.rebuild()

    def found(code):
        query = SearchQuery(filters={"state": (code,)}, facets=())
        return {hit.id for hit in queries.search(ANONYMOUS, query).hits}

    assert found("S51") == {"rice", "grain"}
    assert found("S511") == found("S511.01") == {"rice"}
    assert found("S") == {"rice", "grain", "fish"}
