"""What was public and is withdrawn leaves a tombstone; what never was public leaves nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from kexiang.audit.models import Event
from kexiang.audit.services import advance_many
from kexiang.catalog import queries, services
from kexiang.catalog.lifecycle import RECORD
from kexiang.catalog.models import Record, RecordStep
from kexiang.catalog.services.imports import undo
from kexiang.catalog.types import RecordAction, RecordState, SecrecyCheck, Visibility
from kexiang.kernel.errors import Conflict, Gone, NotFound
from kexiang.search.models import Outbox
from tests.catalog.conftest import AT, World, draft, instrument, later, published

pytestmark = pytest.mark.req("A-15", "A-21")


def sheet(tmp_path: Path, count: int) -> Path:
    path = tmp_path / "a.jsonl"
    rows = [
        instrument(title=f"仪器{n}", inner_id=f"N{n}", asset_no=f"Z{n}", model=f"M{n}")
        for n in range(count)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def imported(world: World, path: Path, *, publish: bool) -> Any:
    actor = world.city if publish else world.admin
    job = services.start_import(
        actor=actor,
        kind="instrument",
        path=path,
        file_name="a.jsonl",
        owner=world.university.uid,
        mode="valid_rows",
        publish=SecrecyCheck(actor.uid, AT) if publish else None,
        at=AT,
    )
    services.begin_run(actor=actor, uid=job.uid, at=AT)
    return services.work_import(actor=actor, uid=job.uid, at=AT)


def undone(world: World, job: Any, *, actor: Any) -> Any:
    services.begin_undo(actor=actor, uid=job.uid, at=later(9))
    return services.work_import(actor=actor, uid=job.uid, at=later(9))


def test_undone_import_cancels_what_was_public(world: World, tmp_path: Path) -> None:
    job = imported(world, sheet(tmp_path, 4), publish=True)
    touched = Record.objects.get(inner_no="N2")
    services.confirm_record(actor=world.admin, uid=touched.uid, at=later(5))
    Outbox.objects.all().delete()

    job = undone(world, job, actor=world.city)

    assert (job.state, job.rows_kept) == ("undone", 1)
    ended = Record.objects.filter(state=RecordState.CANCELLED)
    assert ended.count() == 3
    assert set(ended.values_list("version", "updated_at")) == {(2, later(9))}
    ops = Outbox.objects.values_list("uid", "op", "version")
    assert sorted(ops) == sorted((row.uid, "delete", 2) for row in ended)
    for row in ended:
        step = RecordStep.objects.get(record=row)
        assert (step.action, step.level, step.by) == ("cancel", "city", world.city.uid)
        assert job.uid in step.document_no
        line = Event.objects.get(kind="record.cancel", subject=f"record:{row.uid}")
        assert line.data == {"from": "published", "to": "cancelled", "import": job.uid}
        with pytest.raises(Gone, match="已注销"):
            queries.record(world.anybody, row.uid)
        assert queries.record(world.admin, row.uid).number == row.number


def test_undone_import_of_drafts_leaves_nothing(world: World, tmp_path: Path) -> None:
    job = imported(world, sheet(tmp_path, 3), publish=False)
    uid = Record.objects.first().uid  # type: ignore[union-attr]
    job = undone(world, job, actor=world.admin)
    assert (job.rows_kept, Record.objects.count()) == (0, 0)
    with pytest.raises(NotFound) as refused:
        queries.record(world.anybody, uid)
    assert not isinstance(refused.value, Gone)


def test_killed_undo_goes_on_and_the_file_can_come_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet(tmp_path, 5)
    job = imported(world, path, publish=True)
    monkeypatch.setattr(undo, "BATCH", 2)
    calls = []

    def die(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    real = undo.ground.enqueue_many
    monkeypatch.setattr(undo.ground, "enqueue_many", lambda *a, **k: (die(), real(*a, **k)))
    services.begin_undo(actor=world.city, uid=job.uid, at=later(9))
    with pytest.raises(KeyboardInterrupt):
        services.work_import(actor=world.city, uid=job.uid, at=later(9))
    assert Record.objects.filter(state=RecordState.CANCELLED).count() == 2

    job = services.work_import(actor=world.city, uid=job.uid, at=later(9))

    assert (job.state, job.rows_kept) == ("undone", 0)
    assert Record.objects.filter(state=RecordState.CANCELLED).count() == 5
    assert RecordStep.objects.count() == 5
    assert imported(world, path, publish=True).rows_good == 5, "the numbers are free again"


def test_many_move_together_or_not_at_all(world: World) -> None:
    one, two = published(world), published(world, inner_id="B", asset_no="B", title="另一台")
    services.take_down_record(actor=world.city, uid=two.uid, at=later(5), reason="核对中")
    with pytest.raises(Conflict):
        advance_many([one, two], RECORD, RecordAction.OPEN_CHANGE, actor="x", at=later(6), data={})
    one.refresh_from_db()
    assert one.state == RecordState.PUBLISHED
    assert not Event.objects.filter(kind="record.open_change").exists()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("take_down", "已下架"),
        ("cancel", "已注销"),
    ],
)
def test_address_of_what_was_public_says_so(
    world: World, client: Any, act: str, words: str
) -> None:
    record = published(world)
    services.act(
        act, actor=world.city, uid=record.uid, at=later(5), reason="内部原因甲", document_no="1号"
    )
    for url in (f"/r/{record.uid}", f"/r/{record.number}"):
        page = client.get(url)
        assert page.status_code == 410
        text = page.content.decode()
        assert words in text
        assert record.number in text
        assert "/search" in text
        assert record.title not in text
        assert "内部原因甲" not in text
    answer = client.get(f"/api/v1/records/{record.uid}")
    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kexiang:problem:gone"


def test_what_strangers_never_saw_is_not_told_of(world: World) -> None:
    inside = published(world, inner_id="B", asset_no="B", title="内部仪器")
    Record.objects.filter(pk=inside.pk).update(visibility=Visibility.UNIT)
    readers = published(world, inner_id="C", asset_no="C", title="登录可见的仪器")
    Record.objects.filter(pk=readers.pk).update(visibility=Visibility.REGISTERED)
    refused = draft(world, inner_id="D", asset_no="D", title="未通过的仪器")
    services.submit_record(actor=world.admin, uid=refused.uid, at=later(1))
    services.refuse_record(actor=world.city, uid=refused.uid, at=later(2), reason="重复")
    for record in (inside, readers):
        services.take_down_record(actor=world.city, uid=record.uid, at=later(5), reason="核对")

    def told(actor: Any, record: Record) -> str:
        try:
            queries.record(actor, record.uid)
        except NotFound as error:
            return error.code
        return "shown"

    assert [told(world.anybody, row) for row in (inside, readers, refused)] == ["not_found"] * 3
    assert [told(world.reader, row) for row in (inside, readers)] == ["not_found", "gone"]


def test_restored_record_is_back(world: World, client: Any) -> None:
    record = published(world)
    services.take_down_record(actor=world.city, uid=record.uid, at=later(5), reason="核对中")
    assert client.get(f"/r/{record.uid}").status_code == 410
    services.restore_record(actor=world.city, uid=record.uid, at=later(6))
    assert client.get(f"/r/{record.uid}").status_code == 200
