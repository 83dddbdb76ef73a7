"""A place with published records and an index of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kexiang.catalog import services as catalog
from kexiang.catalog.models import Record
from kexiang.kinds import queries as kinds
from kexiang.search import services as search
from tests.catalog.conftest import AT, World, instrument, publish, test_item, world
from tests.support.index import index

__all__ = ["index", "world"]
test_item.__test__ = False


@pytest.fixture
def add(world: World) -> Callable[..., Record]:
    """Publish one record of any kind, as the university's people do."""
    made = 0

    def make(kind: str, **changes: Any) -> Record:
        nonlocal made
        made += 1
        own = {"inner_id": f"NO-{made:04}"} if kinds.kind(kind).has("inner_id") else {}
        if kind == "instrument":
            own["asset_no"] = f"ZC-{made:04}"
        build = {"instrument": instrument, "test_item": test_item}.get(kind, dict)
        draft = catalog.create_record(
            actor=world.admin,
            kind=kind,
            owner=world.university.uid,
            raw=build(**{**own, **changes}),
            at=AT,
        )
        return publish(world, draft)

    return make


@pytest.fixture
def place(add: Callable[..., Record], index: None) -> dict[str, Record]:
    """Two instruments and a test item, published and findable."""
    found = {
        "xrd": add("instrument"),
        "sem": add("instrument", title="扫描电子显微镜", model="SU8020", price_from="300"),
        "igc": add("test_item"),
    }
    search.catch_up()
    return found


@pytest.fixture
def visitor() -> Client:
    return Client()
