"""Files in: what is found, told, written, refused, resumed and undone."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from kexiang.catalog import services
from kexiang.catalog.models import ImportFault, ImportJob, Record, Revision
from kexiang.catalog.services.imports import passes
from kexiang.catalog.types import SecrecyCheck
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed
from kexiang.kinds import queries as kinds
from kexiang.search.models import Outbox
from tests.catalog.conftest import AT, World, instrument, later

SPEC_HEADS = ["title", "title_en", "inner_id", "asset_no", "model", "manufacturer"]


def rows(count: int, bad: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    found = []
    for n in range(1, count + 1):
        row = instrument(inner_id=f"N{n:05d}", asset_no=f"Z{n:05d}", title=f"电子天平{n}")
        if n in bad:
            row |= {"original_value": "很贵", "contact_email": "nobody"}
        found.append(row)
    return found


def heads() -> dict[str, str]:
    """Field name → the head our template prints."""
    return {c.key: c.head for c in kinds.import_columns(kinds.kind("instrument"))}


def xlsx(path: Path, data: list[dict[str, Any]], *, above: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    for line in above:
        sheet.append([line])
    names = list(data[0])
    titles = heads()
    sheet.append([titles[name] for name in names])
    for row in data:
        sheet.append([row[name] for name in names])
    book.save(path)
    return path


def jsonl(path: Path, data: list[dict[str, Any]]) -> Path:
    lines = (json.dumps(row, ensure_ascii=False) for row in data)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def imported(world: World, path: Path, **more: Any) -> services.ImportResult:
    given = {"actor": world.admin, "owner": world.university.uid, "at": AT, **more}
    return services.import_file(kind="instrument", path=path, **given)


@pytest.mark.req("A-07", "A-15")
def test_workbook_with_a_title_line_and_totals(world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", rows(3), above=("上党大学仪器台账",))
    result = imported(world, path)
    assert (result.state, result.good, result.bad) == ("done", 3, 0)
    record = Record.objects.get(inner_no="N00002")
    assert (record.state, record.title, record.import_row) == ("draft", "电子天平2", 4)
    assert Revision.objects.filter(record=record).count() == 1


def test_all_or_nothing_keeps_nothing_and_tells_every_fault(world: World, tmp_path: Path) -> None:
    result = imported(world, xlsx(tmp_path / "a.xlsx", rows(5, bad=(2, 4))))
    assert (result.state, result.good, result.bad) == ("checked", 3, 2)
    assert Record.objects.count() == 0
    told = {(fault.row, fault.label) for fault in result.faults}
    assert told == {(3, "原值"), (3, "邮箱"), (5, "原值"), (5, "邮箱")}
    assert all("请" in fault.message or "应" in fault.message for fault in result.faults)


def test_valid_rows_only(world: World, tmp_path: Path) -> None:
    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(5, bad=(2,))), mode="valid_rows")
    assert (result.state, result.good, result.bad) == ("done", 4, 1)
    assert set(Record.objects.values_list("import_row", flat=True)) == {1, 3, 4, 5}


def test_dry_run_writes_nothing(world: World, tmp_path: Path) -> None:
    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(3)), dry_run=True)
    assert (result.state, result.good) == ("checked", 3)
    assert Record.objects.count() == 0


def test_own_numbers_are_compared_with_file_and_unit(world: World, tmp_path: Path) -> None:
    imported(world, jsonl(tmp_path / "a.jsonl", rows(1)))
    twice = [*rows(2), instrument(inner_id="N00002", asset_no="X", title="别的")]
    result = imported(world, jsonl(tmp_path / "b.jsonl", twice), mode="valid_rows")
    assert (result.good, result.bad) == (1, 2)
    messages = " ".join(fault.message for fault in result.faults)
    assert "在本单位已有记录" in messages
    assert "与第 2 行重复" in messages


def test_money_without_a_unit_is_never_guessed(world: World, tmp_path: Path) -> None:
    titles = heads() | {"original_value": "原值", "price_from": "企业参考价(元)"}
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        names = list(rows(1)[0])
        writer.writerow([titles[name] for name in names])
        writer.writerow([rows(1)[0][name] for name in names])
    with pytest.raises(Invalid, match="元还是万元"):
        imported(world, path)
    result = imported(world, path, units={"original_value": "元"})
    assert result.state == "done"
    assert str(Record.objects.get().value_wan) == "0.010000"


def test_owner_column_serves_many_units(world: World, tmp_path: Path) -> None:
    data = rows(3)
    for row, owner in zip(data, ["上党大学(演示)", "太行精铸(演示)", "没有的单位"], strict=True):
        row["单位名称"] = owner
    path = jsonl(tmp_path / "a.jsonl", data)
    result = services.import_file(
        actor=world.city, kind="instrument", path=path, at=AT, mode="valid_rows"
    )
    assert (result.good, result.bad) == (2, 1)
    assert set(Record.objects.values_list("owner__code", flat=True)) == {"shangdang", "firm"}


@pytest.mark.req("AA-01")
def test_only_the_city_publishes_on_import(world: World, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", rows(2))
    check = SecrecyCheck(world.city.uid, AT)
    with pytest.raises(NotAllowed):
        imported(world, path, publish=check)
    result = imported(world, path, publish=check, actor=world.city)
    assert result.state == "done"
    assert {(r.state, r.secrecy_by) for r in Record.objects.all()} == {
        ("published", world.city.uid)
    }
    assert Outbox.objects.count() == 2


def test_undo_takes_back_what_nobody_has_touched(world: World, tmp_path: Path) -> None:
    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(3)))
    touched = Record.objects.get(inner_no="N00002")
    services.update_record(
        actor=world.keeper, uid=touched.uid, raw={"brand": "赛多利斯"}, at=later(5)
    )
    services.begin_undo(actor=world.admin, uid=result.job, at=later(6))
    job = services.work_import(actor=world.admin, uid=result.job, at=later(6))
    assert (job.state, job.rows_kept) == ("undone", 1)
    assert list(Record.objects.values_list("uid", flat=True)) == [touched.uid]


def test_killed_import_goes_on_behind_its_last_batch(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 10)
    path = jsonl(tmp_path / "a.jsonl", rows(35))
    calls = []

    def die(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(passes.jobs, "progress", die)
    with pytest.raises(KeyboardInterrupt):
        imported(world, path, mode="valid_rows")
    assert Record.objects.count() == 20
    monkeypatch.undo()
    result = imported(world, path, mode="valid_rows")
    assert result.is_resumed
    assert (result.state, result.good) == ("done", 35)
    assert sorted(Record.objects.values_list("import_row", flat=True)) == list(range(1, 36))
    assert Record.objects.values("number").distinct().count() == 35


def test_held_rows_are_seen_by_nobody(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kexiang.catalog import queries  # noqa: PLC0415

    monkeypatch.setattr(passes, "_let_go", lambda job: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        imported(world, jsonl(tmp_path / "a.jsonl", rows(3)))
    assert Record.objects.count() == 3
    assert queries.records(world.admin).count() == 0
    monkeypatch.undo()
    assert imported(world, tmp_path / "a.jsonl").state == "done"
    assert queries.records(world.admin).count() == 3


def test_same_job_is_not_worked_twice(world: World, tmp_path: Path) -> None:
    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(3)))
    again = services.work_import(actor=world.admin, uid=result.job, at=later(1))
    assert (again.state, Record.objects.count()) == ("done", 3)
    with pytest.raises(Conflict):
        services.begin_run(actor=world.admin, uid=result.job, at=later(1))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"PK\x03\x04broken", "损坏"),
        ("a.xlsx", b"hello", "不是 Excel"),
        ("a.exe", b"MZ", "不支持"),
        ("a.csv", b"", "空的"),
        ("a.jsonl", b"[1, 2, 3]\n", "."),
        ("a.csv", b"\xff\xfe\x00\x00", "."),
        ("a.csv", "只有一格".encode(), "列标题"),
    ],
)
def test_hostile_files_get_one_clear_sentence(
    world: World, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    try:
        message = imported(world, path).message
    except Invalid as error:
        message = str(error)
    assert re.search(said, message)
    assert Record.objects.count() == 0


def test_fault_workbook_marks_the_rows(world: World, tmp_path: Path) -> None:
    result = imported(world, xlsx(tmp_path / "a.xlsx", rows(4, bad=(3,))))
    job = ImportJob.objects.get(uid=result.job)
    marked = tmp_path / "faults.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=marked)
    from openpyxl import load_workbook  # noqa: PLC0415

    sheet = load_workbook(marked).active
    last = [cell.value for cell in sheet[4]][-1]
    assert "原值" in last
    assert ImportFault.objects.filter(job=job).count() == 2


def test_import_of_another_unit_is_out_of_reach(world: World, tmp_path: Path) -> None:
    from kexiang.kernel.errors import NotFound  # noqa: PLC0415

    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(1)))
    stranger: Actor = world.actor("unit_admin", world.firm)
    with pytest.raises(NotFound):
        services.begin_undo(actor=stranger, uid=result.job, at=later(1))
