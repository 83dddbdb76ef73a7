"""Files go to whoever may read the field that names them, and no sooner than it is accepted."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import File
from django.utils import timezone
from PIL import Image

from kexiang.catalog import queries, services
from kexiang.catalog.models import Record
from kexiang.catalog.types import files_subject
from kexiang.files import queries as files
from kexiang.files import services as storing
from kexiang.files.models import StoredFile
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAllowed, NotFound
from tests.catalog.conftest import AT, World, draft, later, published

pytestmark = pytest.mark.req("X-06", "AA-02")


@pytest.fixture(autouse=True)
def _disk(tmp_path: Any, settings: Any) -> None:
    settings.FILES_URL = f"file:///{tmp_path / 'files'}"


def picture(world: World, actor: Actor, colour: str = "white") -> str:
    data = BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "JPEG")
    data.seek(0)
    stored = storing.store(
        actor=actor,
        upload=File(data, name="图.jpg"),
        purpose="picture",
        owner_org=world.university.uid,
        at=AT,
    )
    return stored.uid


def sees(actor: Actor, uid: str) -> bool:
    try:
        files.file(actor, uid)
    except NotFound:
        return False
    return True


def change(world: World, record: Record, **raw: Any) -> None:
    services.update_record(actor=world.keeper, uid=record.uid, raw=raw, at=later(5))


def outsiders(world: World) -> tuple[Actor, ...]:
    return (world.anybody, world.reader, world.actor("unit_admin", world.firm))


def test_new_picture_of_a_change_is_hidden_until_it_is_accepted(world: World) -> None:
    old, new = picture(world, world.keeper), picture(world, world.keeper, "red")
    record = published(world, images=[old])
    change(world, record, images=[old, new])

    assert [sees(actor, new) for actor in outsiders(world)] == [False] * 3
    assert not sees(world.city, new), "the unit has not let it go yet"
    assert sees(world.keeper, new)
    assert sees(world.admin, new)
    assert all(sees(actor, old) for actor in outsiders(world))

    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    assert [sees(actor, new) for actor in outsiders(world)] == [False] * 3
    assert sees(world.city, new)
    assert sees(world.county, new)

    services.approve_record(actor=world.city, uid=record.uid, at=later(7), secrecy_checked=True)
    assert all(sees(actor, new) for actor in (*outsiders(world), world.keeper, world.city))
    assert StoredFile.objects.get(uid=new).subject == files_subject(record.uid, "public")


@pytest.mark.parametrize("end", ["refuse", "withdraw", "take_down"])
def test_picture_of_a_change_that_ended_stays_with_the_unit(world: World, end: str) -> None:
    new = picture(world, world.keeper)
    record = published(world)
    change(world, record, images=[new])
    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    actor = world.keeper if end == "withdraw" else world.city
    if end == "withdraw":
        actor = world.admin
    services.act(end, actor=actor, uid=record.uid, at=later(7), reason="图片不清晰")

    assert [sees(one, new) for one in (*outsiders(world), world.city)] == [False] * 4
    assert sees(world.admin, new)


def test_returned_change_goes_back_to_the_unit_and_comes_again(world: World) -> None:
    new = picture(world, world.keeper)
    record = published(world)
    change(world, record, images=[new])
    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    services.return_record(actor=world.city, uid=record.uid, at=later(7), reason="请补图注")
    assert not any(sees(one, new) for one in outsiders(world))

    services.submit_record(actor=world.admin, uid=record.uid, at=later(8))
    services.approve_record(actor=world.city, uid=record.uid, at=later(9), secrecy_checked=True)
    assert sees(world.anybody, new)


def test_dropped_picture_is_public_until_the_change_is_accepted(world: World) -> None:
    old = picture(world, world.keeper)
    record = published(world, images=[old])
    change(world, record, images=None)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    assert sees(world.anybody, old)

    services.approve_record(actor=world.city, uid=record.uid, at=later(7), secrecy_checked=True)
    assert not sees(world.anybody, old)


def test_state_of_the_moment_does_not_drop_files_of_the_open_change(world: World) -> None:
    new = picture(world, world.keeper)
    record = published(world)
    change(world, record, images=[new])
    services.set_current_state(actor=world.keeper, uid=record.uid, value="fault", at=later(6))

    assert StoredFile.objects.get(uid=new).subject == files_subject(record.uid, "change")
    assert not sees(world.anybody, new)


def test_picture_typed_into_an_open_form_reaches_the_reviewer(world: World) -> None:
    """Autosaved into an open change: it must neither be lost nor stop the approval."""
    record = published(world)
    change(world, record, plain_use="改过的用途")
    new = picture(world, world.keeper)
    current = queries.open_change(record)
    assert current is not None
    services.autosave_record(
        actor=world.keeper,
        uid=record.uid,
        values_now={**current.values, "images": [new]},
        at=later(6),
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(7))
    assert sees(world.city, new)
    services.approve_record(actor=world.city, uid=record.uid, at=later(8), secrecy_checked=True)
    assert sees(world.anybody, new)


def test_picture_of_another_record_cannot_be_taken_over(world: World) -> None:
    theirs = picture(world, world.keeper)
    published(world, images=[theirs])
    other = draft(world, inner_id="N2", asset_no="N2", title="另一台")
    with pytest.raises(NotAllowed, match="不是您上传"):
        services.update_record(
            actor=world.keeper, uid=other.uid, raw={"images": [theirs]}, at=later(5)
        )


def test_full_text_for_readers_is_not_for_visitors(world: World) -> None:
    """A field that only signed-in readers see keeps its file from everybody else."""
    full = picture(world, world.keeper)
    record = published(world, images=[full])
    StoredFile.objects.filter(uid=full).update(subject=files_subject(record.uid, "registered"))
    assert not sees(world.anybody, full)
    assert sees(world.reader, full)
    for audience, seen in (("unit", True), ("restricted", False), ("unknown", False)):
        StoredFile.objects.filter(uid=full).update(subject=files_subject(record.uid, audience))
        assert not sees(world.reader, full)
        assert sees(world.county, full) is seen
        assert sees(world.city, full)


def test_certificate_vanishes_with_its_last_day(world: World) -> None:
    scan = picture(world, world.keeper)
    record = published(world, images=[scan])
    today = timezone.localdate()
    for day, seen in ((today, True), (today - timedelta(days=1), False)):
        Record.objects.filter(pk=record.pk).update(valid_until=day)
        assert [sees(actor, scan) for actor in outsiders(world)] == [seen] * 3
        assert sees(world.keeper, scan)
        assert sees(world.city, scan)


def test_deleted_draft_lets_go_of_its_files(world: World) -> None:
    file = picture(world, world.keeper)
    record = draft(world, images=[file])
    services.delete_draft(actor=world.keeper, uid=record.uid, at=later(5))
    assert StoredFile.objects.get(uid=file).subject == ""
