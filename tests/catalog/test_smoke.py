from tests.catalog.conftest import World, draft, published


def test_draft(world: World) -> None:
    record = draft(world)
    assert record.state == "draft"
    assert record.number.startswith("YQ-2026-")


def test_published(world: World) -> None:
    record = published(world)
    assert record.state == "published"
    assert record.version == 2
