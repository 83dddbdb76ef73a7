"""The wizard: heads, presets, memory, constants, drafts, mended files; what others must not do."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from kexiang.catalog import queries, services
from kexiang.catalog.models import HeadingMemory, ImportJob, Record
from kexiang.catalog.types import FaultSort
from kexiang.kernel.errors import Conflict, Invalid, NotFound
from kexiang.kinds import queries as kinds
from tests.catalog.conftest import AT, World, client_of, instrument, later, person_with
from tests.catalog.test_imports import heads, imported, jsonl, rows, xlsx

LEDGER = ["资产编号", "资产名称", "分类号", "型号", "规格", "单价", "厂家", "购置日期",
          "使用单位", "领用人", "存放地", "经费科目", "现状"]  # fmt: skip
LINE = ["2021008856", "X射线衍射仪", "03040401", "D8", "铜靶", 1265000, "布鲁克",
        "20210520", "材料学院", "王某", "实验楼 201", "学科建设", "在用"]  # fmt: skip


def book(path: Path, lines: list[list[Any]]) -> Path:
    made = Workbook()
    for line in lines:
        made.active.append(line)
    made.save(path)
    return path


def started(world: World, path: Path, **more: Any) -> ImportJob:
    given = {"actor": world.admin, "owner": world.university.uid, "at": AT, **more}
    return services.start_import(kind="instrument", path=path, file_name=path.name, **given)


def ledger(tmp_path: Path, *lines: list[Any], head: list[str] = LEDGER) -> Path:
    return book(tmp_path / "台账.xlsx", [["上党大学固定资产台账"], head, *lines, ["合计"]])


def checked(world: World, job: ImportJob, at: Any = AT) -> ImportJob:
    services.begin_check(actor=world.admin, uid=job.uid, at=at)
    return services.work_import(actor=world.admin, uid=job.uid, at=at)


# Presets


@pytest.mark.req("A-07", "A-15")
def test_asset_ledger_is_recognised_and_becomes_drafts(world: World, tmp_path: Path) -> None:
    job = started(world, ledger(tmp_path, LINE))
    assert (job.preset, job.is_lenient) == ("asset_ledger", True)
    by_head = {job.heads[int(n)]: field for n, field in job.mapping["columns"].items()}
    assert by_head["资产编号"] == "asset_no"
    assert by_head["使用单位"] == "inside_department"
    assert by_head["领用人"] == "custodian"
    assert "分类号" not in by_head
    assert "经费科目" not in by_head
    with pytest.raises(Invalid, match="元还是万元"):
        services.begin_check(actor=world.admin, uid=job.uid, at=AT)
    services.map_columns(
        actor=world.admin, uid=job.uid, columns=job.mapping["columns"],
        units={"original_value": "元"}, at=AT,
    )  # fmt: skip
    done = checked(world, job)
    assert (done.rows_good, done.rows_bad, done.rows_open) == (1, 0, 1)
    services.begin_run(actor=world.admin, uid=job.uid, at=AT)
    services.work_import(actor=world.admin, uid=job.uid, at=AT)
    record = Record.objects.get()
    assert record.attributes["run_state"] == "1"
    assert (record.asset_no, str(record.value_wan), record.state) == (
        "2021008856", "126.500000", "draft",
    )  # fmt: skip


def test_preset_can_be_changed(world: World, tmp_path: Path) -> None:
    job = started(world, ledger(tmp_path, LINE))
    job = services.choose_preset(actor=world.admin, uid=job.uid, preset="", at=AT)
    assert (job.preset, job.is_lenient) == ("", False)
    with pytest.raises(Invalid, match="没有这种表格格式"):
        services.choose_preset(actor=world.admin, uid=job.uid, preset="nothing", at=AT)


def test_every_preset_names_fields_of_its_kinds(db: None) -> None:
    from kexiang.catalog.services.imports import presets  # noqa: PLC0415
    from kexiang.kinds import queries as kinds  # noqa: PLC0415

    for one in presets.presets():
        for code in one.kinds:
            known = {column.key for column in kinds.import_columns(kinds.kind(code))}
            fields = {column.field for column in one.columns.values() if column.field}
            assert fields <= known, (one.code, code, fields - known)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[preset", "TOML"), ("x = 1", "缺少 preset"), ('preset = "x"', "类型不对"),
     ('[preset]\ncode = "x"\nlabel = "y"\nkinds = ["instrument"]\n', "缺少 least")],
)  # fmt: skip
def test_broken_preset_of_a_pack_is_told(tmp_path: Path, text: str, said: str) -> None:
    from kexiang_site.pack_checks import CHECKERS  # noqa: PLC0415

    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "own.toml").write_text(text, encoding="utf-8")
    faults = [fault for check in CHECKERS[1:] for fault in check(tmp_path, [])]
    assert [fault.file for fault in faults] == ["imports/own.toml"]
    assert said in faults[0].message


# Heads, constants, memory


def test_heads_may_be_chosen_by_row(world: World, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["甲", "乙"], ["仪器名称", "型号"], ["天平", "T1"]])
    job = started(world, path)
    assert job.mapping["header_row"] == 2
    job = services.choose_sheet(
        actor=world.admin, uid=job.uid, sheet=job.sheet, header_row=1, at=AT
    )
    assert job.heads == ["甲", "乙"]
    with pytest.raises(Invalid, match="没有文字"):
        services.choose_sheet(actor=world.admin, uid=job.uid, sheet=job.sheet, header_row=99, at=AT)


def test_required_fields_are_missed_at_once_and_constants_fill_them(
    world: World, tmp_path: Path
) -> None:
    data = rows(2)
    for row in data:
        del row["contact_phone"]
    job = started(world, jsonl(tmp_path / "a.jsonl", data))
    with pytest.raises(Invalid) as told:
        services.begin_check(actor=world.admin, uid=job.uid, at=AT)
    assert [problem.where for problem in told.value.problems] == ["contact_phone"]
    services.map_columns(
        actor=world.admin, uid=job.uid, columns=job.mapping["columns"], units={},
        constants={"contact_phone": "0355-0001111"}, at=AT,
    )  # fmt: skip
    assert checked(world, job).rows_good == 2


def test_constant_for_a_column_that_exists_is_refused(world: World, tmp_path: Path) -> None:
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(1)))
    for name, said in (("title", "已有对应的列"), ("nonsense", "没有字段")):
        with pytest.raises(Invalid, match=said):
            services.map_columns(
                actor=world.admin, uid=job.uid, columns=job.mapping["columns"], units={},
                constants={name: "x"},
            )  # fmt: skip


def test_mapping_is_remembered_for_the_same_heads_of_the_unit(world: World, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["名称", "我们的编号", "型号"], ["天平", "N1", "T1"]])
    job = started(world, path)
    services.map_columns(
        actor=world.admin, uid=job.uid, columns={"0": "title", "1": "serial_number"}, units={},
        constants={"contact_name": "李老师"}, at=AT,
    )  # fmt: skip
    again = started(world, path)
    assert again.mapping["columns"] == {"0": "title", "1": "serial_number"}
    assert again.mapping["constants"] == {"contact_name": "李老师"}
    assert again.mapping["how"]["1"] == "memory"
    other = services.start_import(
        kind="instrument", path=path, file_name="a.xlsx", at=AT,
        actor=world.actor("unit_admin", world.firm), owner=world.firm.uid,
    )  # fmt: skip
    assert other.mapping["columns"]["2"] == "model"
    assert HeadingMemory.objects.count() == 1


# Faults and the mended file


def test_faults_are_counted_by_kind(world: World, tmp_path: Path) -> None:
    data = rows(6, bad=(2, 3, 4))
    data[5]["contact_name"] = ""
    data.append({**data[0], "title": "同号"})
    job = checked(world, started(world, jsonl(tmp_path / "a.jsonl", data)))
    groups = {(g.sort, g.field): g.count for g in queries.fault_groups(job)}
    assert groups[FaultSort.VALUE, "original_value"] == 3
    assert groups[FaultSort.MISSING, "contact_name"] == 1
    assert groups[FaultSort.TWICE, "inner_id"] == 1


def styled(path: Path) -> Path:
    """A workbook with formats, a note of a person, a merged title and another sheet."""
    made = load_workbook(xlsx(path, rows(3, bad=(2,)), above=("台账",)))
    sheet = made.active
    sheet.merge_cells("A1:D1")
    sheet["A3"].font = Font(bold=True, color="FF0000FF")
    column = list(rows(1)[0]).index("original_value") + 1
    sheet.cell(4, column).comment = Comment("财务处核过", "老王")
    made.create_sheet("说明").append(["请勿删除"])
    made.save(path)
    return path


@pytest.mark.req("A-15")
def test_own_workbook_comes_back_marked_and_goes_on_when_mended(
    world: World, tmp_path: Path
) -> None:
    job = checked(world, started(world, styled(tmp_path / "a.xlsx")))
    assert (job.rows_good, job.rows_bad) == (2, 1)
    marked = tmp_path / "marked.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=marked)
    back = load_workbook(marked)
    sheet = back[job.sheet]
    place = list(rows(1)[0]).index("original_value") + 1
    assert back["说明"]["A1"].value == "请勿删除"
    assert sheet["A3"].font.bold
    assert "原值" in sheet.cell(4, place).comment.text
    assert "财务处核过" in sheet.cell(4, place).comment.text
    assert sheet.cell(2, sheet.max_column).value == "错误说明"

    sheet.cell(4, place).value = 12.5
    sheet.cell(4, list(rows(1)[0]).index("contact_email") + 1).value = "a@example.org"
    back.save(marked)
    again = services.replace_file(
        actor=world.admin, uid=job.uid, path=marked, file_name="改正.xlsx", at=later(1)
    )
    assert again.pk == job.pk
    assert "错误说明" in again.heads
    done = checked(world, again, later(1))
    assert (done.rows_good, done.rows_bad) == (3, 0)


def test_second_round_of_marks_replaces_the_first(world: World, tmp_path: Path) -> None:
    job = checked(world, started(world, xlsx(tmp_path / "a.xlsx", rows(2, bad=(1,)))))
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=first)
    book_ = load_workbook(first)
    book_.active.cell(2, list(rows(1)[0]).index("original_value") + 1).value = 3
    book_.save(first)
    job = checked(
        world,
        services.replace_file(
            actor=world.admin, uid=job.uid, path=first, file_name="b.xlsx", at=later(1)
        ),
        later(1),
    )
    services.fault_workbook(actor=world.admin, job=job, target=second)
    sheet = load_workbook(second).active
    titles = [cell.value for cell in sheet[1]]
    assert titles.count("错误说明") == 1
    assert sheet.cell(2, titles.index("错误说明") + 1).value.count("\n") == 0
    assert sheet.cell(2, list(rows(1)[0]).index("original_value") + 1).comment is None


def test_text_file_comes_back_as_a_workbook_with_its_columns(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = list(rows(1)[0])
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([heads()[name] for name in names])
        for row in rows(3, bad=(2,)):
            writer.writerow([row[name] for name in names])
    job = checked(world, started(world, path))
    target = tmp_path / "m.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=target)
    sheet = load_workbook(target).active
    assert [cell.value for cell in sheet[1]][:2] == ["原行号", "错误说明"]
    assert sheet.max_row == 4
    place = names.index("original_value") + 3
    assert "原值" in sheet.cell(3, place).comment.text
    assert sheet.cell(2, place).comment is None


def test_rows_refused_by_a_finished_import_follow_in_a_job_of_their_own(
    world: World, tmp_path: Path
) -> None:
    result = imported(world, xlsx(tmp_path / "a.xlsx", rows(3, bad=(2,))), mode="valid_rows")
    job = ImportJob.objects.get(uid=result.job)
    marked = tmp_path / "m.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=marked)
    sheet = load_workbook(marked)
    assert sheet.active.max_row == 2
    place = list(rows(1)[0]).index("original_value") + 3
    sheet.active.cell(2, place).value = "5"
    sheet.active.cell(2, list(rows(1)[0]).index("contact_email") + 3).value = "a@example.org"
    sheet.save(marked)
    following = services.replace_file(
        actor=world.admin, uid=job.uid, path=marked, file_name="m.xlsx", at=later(2)
    )
    assert following.pk != job.pk
    done = checked(world, following, later(2))
    assert (done.rows_good, done.rows_bad) == (1, 0)


# Attacks


def test_other_units_cannot_touch_a_job(world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", rows(1))
    job = started(world, path)
    stranger = client_of(person_with("unit_admin", world.firm))
    base = f"/work/imports/{job.uid}/"
    for tail in ("", "columns/", "sheet/", "photos/list/", "faults/"):
        assert stranger.get(f"{base}{tail}").status_code == 404, tail
    for tail in ("columns/", "sheet/", "preset/", "check/", "run/", "undo/"):
        assert stranger.post(f"{base}{tail}").status_code == 404, tail
    with pytest.raises(NotFound):
        services.replace_file(
            actor=world.actor("unit_admin", world.firm), uid=job.uid, path=path,
            file_name="a.xlsx", at=AT,
        )  # fmt: skip
    assert Client().get(base).status_code in (302, 401)


def test_returned_workbook_runs_no_formula_of_ours(world: World, tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org","x")'
    data = [instrument(inner_id="N1", asset_no="Z1", original_value=evil, contact_name="\x07=1+1")]
    job = checked(world, started(world, jsonl(tmp_path / "a.jsonl", data)))
    target = tmp_path / "m.xlsx"
    services.fault_workbook(actor=world.admin, job=job, target=target)
    for row in load_workbook(target).active.iter_rows():
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)


@pytest.mark.parametrize("count", [501, 900])
def test_too_many_heads_are_refused(world: World, tmp_path: Path, count: int) -> None:
    wide = ["仪器名称", "型号", *(f"列{n}" for n in range(count))]
    with pytest.raises(Invalid, match="最多 500 列"):
        started(world, book(tmp_path / "a.xlsx", [wide, ["x"] * len(wide)]))


def test_huge_heads_are_cut(world: World, tmp_path: Path) -> None:
    job = started(
        world, book(tmp_path / "a.xlsx", [["仪器名称", "型号", "长" * 30_000], ["a"] * 3])
    )
    assert max(map(len, job.heads)) <= 200
    admin = client_of(person_with("unit_admin", world.university))
    assert admin.get(f"/work/imports/{job.uid}/columns/").status_code == 200


def test_nothing_changes_once_it_runs(world: World, tmp_path: Path) -> None:
    result = imported(world, jsonl(tmp_path / "a.jsonl", rows(1)))
    with pytest.raises(Conflict):
        services.map_columns(actor=world.admin, uid=result.job, columns={}, units={}, at=AT)
    with pytest.raises(Conflict):
        services.choose_preset(actor=world.admin, uid=result.job, preset="", at=AT)


@pytest.mark.shared_data
@pytest.mark.req("D-03")
@pytest.mark.parametrize(
    ("name", "kind"),
    [("nrii_equipment.xls", "instrument"), ("nrii_center.xls", "instrument_centre"),
     ("nrii_device.xls", "facility"), ("nrii_unit.xlsx", "service_unit")],
)  # fmt: skip
def test_national_forms_are_recognised(
    world: World, shared_data: Path, name: str, kind: str
) -> None:
    job = services.start_import(
        actor=world.admin, kind=kind, path=shared_data / "templates_nrii" / name,
        file_name=name, owner=world.university.uid, at=AT,
    )  # fmt: skip
    assert job.preset == "national_upload"
    assert not job.mapping["ask"]
    left = [head for n, head in enumerate(job.heads) if str(n) not in job.mapping["columns"]]
    form = next(p for p in services.presets_for(kinds.kind(kind)) if p.code == job.preset)
    assert all(form.column(head) for head in left if head), left
