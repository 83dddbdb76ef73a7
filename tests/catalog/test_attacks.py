"""What people try who should not: looking further, acting for others, deciding unseen."""

from typing import Any

import pytest

from kexiang.catalog import policies, queries, services
from kexiang.catalog.models import PendingChange, Record, RecordFlag
from kexiang.catalog.types import SecrecyCheck
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed
from tests.catalog.conftest import (
    AT,
    World,
    client_of,
    draft,
    instrument,
    later,
    person_with,
    published,
    token_of,
)


def flagged(world: World) -> Record:
    """A public record beside which a hidden draft of its unit is marked as alike."""
    record = published(world)
    hidden = draft(world, title="还没公开的仪器", inner_id="H1", asset_no="H1")
    RecordFlag.objects.create(record=record, kind="duplicate", text="相近", other=hidden, at=AT)
    return record


@pytest.mark.req("X-06")
def test_workbench_page_is_not_for_strangers(world: World) -> None:
    record = flagged(world)
    url = f"/work/records/{record.uid}/"
    stranger = client_of(person_with("unit_admin", world.firm)).get(url)
    assert (stranger.status_code, stranger["Location"]) == (302, f"/r/{record.uid}")
    own = client_of(person_with("unit_admin", world.university)).get(url)
    assert "还没公开的仪器" in own.content.decode()


@pytest.mark.req("X-06")
def test_asset_numbers_cannot_be_guessed_by_searching(world: World) -> None:
    published(world, asset_no="ZC-7788")
    wanted = queries.RecordFilter(q="ZC-77")
    for stranger in (world.anybody, world.reader, world.actor("unit_admin", world.firm)):
        assert not queries.records(stranger, wanted).exists()
    for insider in (world.keeper, world.city):
        assert queries.records(insider, wanted).count() == 1


def test_inside_is_what_reach_says(world: World) -> None:
    record = published(world)
    actors = (
        world.anybody, world.reader, world.keeper, world.admin, world.city, world.county,
        world.officer, world.actor("unit_admin", world.firm),
        world.actor("county_officer", region="140421"),
    )  # fmt: skip
    for actor in actors:
        is_inside = Record.objects.filter(policies.inside(actor), pk=record.pk).exists()
        assert is_inside == (policies.reach(actor, record) not in queries.PUBLIC_REACH), actor


def test_change_stays_inside_until_the_unit_lets_it_go(world: World, client: Any) -> None:
    record = published(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"plain_use": "改过的用途"}, at=later(5)
    )
    office = token_of(person_with("bureau_admin", region="140400"))
    url = f"/api/v1/records/{record.uid}"
    assert client.get(url, headers=office).json()["change"] is None
    assert (
        "改过的用途"
        not in client_of(person_with("county_officer", region="140403"))
        .get(f"/work/records/{record.uid}/")
        .content.decode()
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    seen = client.get(url, headers=office).json()["change"]
    assert seen["attributes"]["plain_use"] == "改过的用途"
    stranger = token_of(person_with("unit_admin", world.firm))
    assert client.get(url, headers=stranger).json()["change"] is None
    assert PendingChange.objects.count() == 1


def test_office_begins_no_draft_it_could_not_go_on_with(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.create_record(
            actor=world.city, kind="instrument", owner=world.university.uid, raw={}, at=AT
        )
    assert Record.objects.count() == 0


def test_autosaved_number_of_another_record_is_seen_at_submission(world: World) -> None:
    draft(world)
    twin = draft(world, inner_id="YQ-0002", asset_no="ZC-0002")
    values = {**twin.attributes, "asset_no": "ZC-0001"}
    services.autosave_record(actor=world.keeper, uid=twin.uid, values_now=values, at=later(1))
    with pytest.raises(Invalid, match="ZC-0001"):
        services.submit_record(actor=world.keeper, uid=twin.uid, at=later(2))


def test_batch_leaves_what_was_rewritten_since_the_list_was_shown(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    record.refresh_from_db()
    shown = {record.uid: record.version}
    services.withdraw_record(actor=world.admin, uid=record.uid, at=later(2))
    services.update_record(
        actor=world.admin, uid=record.uid, raw={"plain_use": "另一回事"}, at=later(3)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(4))
    done = services.approve_many(
        actor=world.city, uids=[record.uid], at=later(5), secrecy_checked=True, versions=shown
    )
    assert [(one.is_done, "已被他人修改" in one.message) for one in done] == [(False, True)]


def test_unit_cannot_steer_an_import_the_city_answers_for(world: World, tmp_path: Any) -> None:
    sheet = tmp_path / "a.csv"
    row = instrument()
    sheet.write_text(",".join(row) + "\n" + ",".join(f'"{v}"' for v in row.values()), "utf-8")
    job = services.start_import(
        actor=world.city, kind="instrument", owner=world.university.uid, path=sheet,
        file_name="a.csv", publish=SecrecyCheck(world.city.uid, AT), at=AT,
    )  # fmt: skip
    colleague = world.actor("bureau_admin", region="140000")
    with pytest.raises(NotAllowed):
        services.begin_check(actor=world.admin, uid=job.uid, at=AT)
    services.begin_check(actor=world.city, uid=job.uid, at=AT)
    services.work_import(actor=world.city, uid=job.uid, at=AT)
    for actor in (world.admin, colleague):
        with pytest.raises(NotAllowed):
            services.begin_run(actor=actor, uid=job.uid, at=AT)
        with pytest.raises(NotAllowed):
            services.map_columns(actor=actor, uid=job.uid, columns={}, units={})
    services.begin_run(actor=world.city, uid=job.uid, at=AT)
    services.work_import(actor=world.city, uid=job.uid, at=AT)
    assert Record.objects.filter(state="published").count() == 1
    with pytest.raises(NotAllowed):
        services.begin_undo(actor=world.admin, uid=job.uid, at=AT)


@pytest.mark.parametrize("code", ["不在码表", "nonsense", "x" * 24])
def test_reason_comes_from_the_list(world: World, code: str) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    with pytest.raises(Invalid, match="原因类别"):
        services.return_record(
            actor=world.city, uid=record.uid, at=later(2), reason="请改", reason_code=code
        )


def test_two_offices_at_once_decide_once(world: World) -> None:
    record = draft(world)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.approve_record(actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True)
    with pytest.raises(Conflict):
        services.approve_record(actor=world.city, uid=record.uid, at=later(3), secrecy_checked=True)
