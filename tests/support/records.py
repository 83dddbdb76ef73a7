"""Records of any kind, published through the offices as people do it."""

from typing import Any

from kexiang.catalog import services
from kexiang.catalog.models import Record
from tests.catalog.conftest import AT, World, publish


def published_as(world: World, kind: str, **raw: Any) -> Record:
    """A record of ``kind`` with these values, entered by the university and approved."""
    record = services.create_record(
        actor=world.keeper, kind=kind, owner=world.university.uid, raw=raw, at=AT
    )
    return publish(world, record)
