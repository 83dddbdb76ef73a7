"""The vertical: published here, found there, through the real index; gone when taken down."""

import time
from datetime import timedelta

import pytest

from kexiang.catalog import services
from kexiang.catalog.models import Record
from kexiang.kernel.actor import Actor
from kexiang.search import queries as search
from kexiang.search import services as indexing
from kexiang.search.types import SearchQuery
from tests.catalog.conftest import AT, World, draft, later, publish, published, test_item

# The outbox of PostgreSQL hands on committed changes only.
pytestmark = pytest.mark.django_db(transaction=True)


def found(actor: Actor, q: str, **more: object) -> list[str]:
    indexing.catch_up()
    page = search.search(actor, SearchQuery(q=q, **more))  # type: ignore[arg-type]
    return [hit.view.title for hit in page.hits]


@pytest.mark.req("A-15", "A-22")
def test_draft_is_found_by_nobody_and_the_published_within_two_seconds(
    world: World, index: None
) -> None:
    record = draft(world)
    assert found(world.keeper, "衍射仪") == []
    began = time.monotonic()
    publish(world, record)
    assert found(world.anybody, "衍射仪") == ["X射线衍射仪"]
    assert time.monotonic() - began < 2
    for words in ("D8 ADVANCE", "d8advance", "yansheyi", "布鲁克", record.number):
        assert found(world.anybody, words) == ["X射线衍射仪"], words


def test_taken_down_is_gone_and_restored_is_back(world: World, index: None) -> None:
    record = published(world)
    assert found(world.anybody, "衍射仪")
    services.take_down_record(actor=world.city, uid=record.uid, at=later(5), reason="核实")
    assert found(world.anybody, "衍射仪") == []
    services.restore_record(actor=world.city, uid=record.uid, at=later(6))
    assert found(world.anybody, "衍射仪")


@pytest.mark.req("A-31", "AA-05")
def test_audience_is_kept_in_search(world: World, index: None) -> None:
    record = published(world)
    for visibility, anybody, reader_, keeper in (
        ("public", True, True, True),
        ("registered", False, True, True),
        ("unit", False, False, True),
        ("restricted", False, False, False),
    ):
        Record.objects.filter(pk=record.pk).update(
            visibility=visibility, version=record.version + 1
        )
        record.refresh_from_db()
        from kexiang.catalog.services import ground  # noqa: PLC0415

        ground.publish_to_search([Record.objects.select_related("owner").get(pk=record.pk)])
        assert bool(found(world.anybody, "衍射仪")) == anybody, visibility
        assert bool(found(world.reader, "衍射仪")) == reader_, visibility
        assert bool(found(world.keeper, "衍射仪")) == keeper, visibility


def test_expired_items_vanish_without_any_job(
    world: World, index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone  # noqa: PLC0415

    item = services.create_record(
        actor=world.admin, kind="test_item", owner=world.university.uid, raw=test_item(), at=AT
    )
    publish(world, item)
    today = timezone.localdate()
    for day, seen in ((today, True), (today - timedelta(days=1), False), (None, True)):
        item.refresh_from_db()
        Record.objects.filter(pk=item.pk).update(valid_until=day, version=item.version + 1)
        from kexiang.catalog.services import ground  # noqa: PLC0415

        ground.publish_to_search([Record.objects.select_related("owner").get(pk=item.pk)])
        page_has = bool(found(world.anybody, "晶间腐蚀"))
        assert page_has == seen, day
        indexing.catch_up()
        total = search.search(world.anybody, SearchQuery(q="晶间腐蚀")).total
        assert (total == 1) == seen


def test_facets_and_problem_in_plain_words(world: World, index: None) -> None:
    item = services.create_record(
        actor=world.admin, kind="test_item", owner=world.university.uid, raw=test_item(), at=AT
    )
    publish(world, item)
    published(world)
    indexing.catch_up()
    assert found(world.anybody, "不锈钢 生锈 检测")[:1] == ["不锈钢晶间腐蚀试验"]
    assert found(world.anybody, "GBT4334") == ["不锈钢晶间腐蚀试验"]
    page = search.search(world.anybody, SearchQuery())
    labels = {b.label: b.count for b in page.facets["region"]}
    assert labels["潞州区"] == 2
    assert {b.label for b in page.facets["kind"]} == {"仪器", "检测项目"}
    assert search.search(world.anybody, SearchQuery(region="140400")).total == 2
    assert page.facets["owner"][0].label == "上党大学(演示)"
