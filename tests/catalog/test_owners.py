"""A unit changes its department, place or name: its records and the index follow."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from kexiang.accounts import services as accounts
from kexiang.audit.models import Event
from kexiang.catalog import queries, services
from kexiang.catalog.models import Record
from kexiang.catalog.services import owners
from kexiang.core.worker import run_pending
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound
from kexiang.search import services as search
from kexiang.search.models import Outbox
from tests.catalog.conftest import AT, World, draft, later, organisation, published

pytestmark = pytest.mark.req("A-08")
SYSTEM = Actor.system("test")


def new_department(world: World) -> Any:
    row = organisation("health", "市卫生健康委(演示)")
    type(row).objects.filter(pk=row.pk).update(is_department=True)
    return row


def move(world: World, department: Any, on: date) -> None:
    accounts.set_organisation_attribute(
        actor=SYSTEM,
        uid=world.university.uid,
        attribute="department",
        value=department.uid,
        valid_from=on,
        at=timezone.now(),
    )


def test_records_follow_the_new_department(world: World) -> None:
    shown, waiting = published(world), draft(world, inner_id="B", asset_no="B", title="另一台")
    services.submit_record(actor=world.keeper, uid=waiting.uid, at=later(3))
    services.approve_record(actor=world.admin, uid=waiting.uid, at=later(4))
    other = published(world, inner_id="C", asset_no="C", title="别家的")
    Record.objects.filter(pk=other.pk).update(owner=world.firm, department="")
    new = new_department(world)
    officer = world.actor("dept_officer", new)
    assert not queries.records(officer).filter(pk=waiting.pk).exists()
    Outbox.objects.all().delete()
    before = {row.pk: row.version for row in Record.objects.all()}

    move(world, new, timezone.localdate())
    run_pending()

    for row in (shown, waiting):
        row.refresh_from_db()
        assert (row.department, row.version) == (new.uid, before[row.pk] + 1)
    other.refresh_from_db()
    assert (other.department, other.version) == ("", before[other.pk])
    assert queries.records(officer).filter(pk=waiting.pk).exists()
    assert not queries.records(world.officer).filter(pk=waiting.pk).exists()
    assert list(Outbox.objects.values_list("uid", "version", "op")) == [
        (shown.uid, shown.version, "upsert")
    ]
    (line,) = Event.objects.filter(kind="record.follow_owner")
    assert set(line.data["records"]) == {shown.uid, waiting.uid}


def test_following_twice_changes_nothing_more(world: World) -> None:
    published(world)
    move(world, new_department(world), timezone.localdate())
    run_pending()
    version = Record.objects.get().version

    assert services.follow_owner(uid=world.university.uid, at=later(9)) == 1

    assert Record.objects.get().version == version
    assert Event.objects.filter(kind="record.follow_owner").count() == 1


def test_change_in_the_future_waits_for_its_day(world: World) -> None:
    published(world)
    new = new_department(world)
    day = timezone.localdate() + timedelta(days=10)
    move(world, new, day)
    assert run_pending() == 0
    assert Record.objects.get().department == world.department.uid
    job = DBTaskResult.objects.get()
    assert timezone.localtime(job.run_after).date() == day

    on_the_day = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    services.follow_owner(uid=world.university.uid, at=on_the_day)
    assert Record.objects.get().department == new.uid


def test_records_follow_the_place_unless_they_stand_elsewhere(world: World) -> None:
    published(world)
    elsewhere = published(world, inner_id="B", asset_no="B", title="另一台", region="140404")
    unit = world.university

    accounts.update_organisation(
        actor=SYSTEM, uid=unit.uid, version=unit.version, changes={"region": "140405"}, at=AT
    )
    run_pending()

    assert set(Record.objects.values_list("inner_no", "region")) == {
        ("YQ-0001", "140405"),
        ("B", "140404"),
    }
    elsewhere.refresh_from_db()
    assert elsewhere.department == world.department.uid


def test_new_name_is_found_by_search(world: World, index: Any) -> None:
    record = published(world)
    search.rebuild()
    unit = world.university
    version = Record.objects.get().version

    accounts.update_organisation(
        actor=SYSTEM,
        uid=unit.uid,
        version=unit.version,
        changes={"name": "太行山大学(演示)"},
        at=AT,
    )
    run_pending()
    search.catch_up()

    from kexiang.search import queries as found  # noqa: PLC0415 -- after the index is there
    from kexiang.search.types import SearchQuery  # noqa: PLC0415 -- same

    page = found.search(world.anybody, SearchQuery(q="太行山大学"))
    assert [hit.id for hit in page.hits] == [record.uid]
    assert Record.objects.get().version == version, "nothing of the record itself has changed"


def test_contact_details_move_nothing(world: World) -> None:
    published(world)
    unit = world.university
    accounts.update_organisation(
        actor=SYSTEM, uid=unit.uid, version=unit.version, changes={"contact": "赵老师"}, at=AT
    )
    assert not DBTaskResult.objects.exists()


def test_killed_run_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        draft(world, inner_id=f"N{n}", asset_no=f"Z{n}", title=f"仪器{n}")
    new = new_department(world)
    move(world, new, timezone.localdate())
    monkeypatch.setattr(owners, "BATCH", 2)
    calls = []

    def die(*_args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(owners.jobs, "progress", die)
    with pytest.raises(KeyboardInterrupt):
        services.follow_owner(uid=world.university.uid, at=later(5))
    assert Record.objects.filter(department=new.uid).count() == 4

    services.follow_owner(uid=world.university.uid, at=later(6))

    assert Record.objects.filter(department=new.uid).count() == 5
    assert set(Record.objects.values_list("version", flat=True)) == {2}


def test_unknown_unit_is_refused(db: None) -> None:
    with pytest.raises(NotFound):
        services.follow_owner(uid="0" * 26, at=datetime(2026, 1, 1, tzinfo=UTC))
