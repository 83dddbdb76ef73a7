"""The upload forms of the national instrument platform, read and written (domain.md 3.11)."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kexiang.core.tabular_survey import survey
from kexiang.kernel.errors import NotFound
from kexiang.kinds import national, queries
from kexiang.kinds import services as kind_services
from kexiang.kinds.rules import Cleaner, suggest_mapping
from kexiang.kinds.types import FormRecord, FormResult, KindSpec
from tests.kinds.conftest import BASE

FILES = {
    "equipment": "nrii_equipment.xls",
    "center": "nrii_center.xls",
    "device": "nrii_device.xls",
    "unit": "nrii_unit.xlsx",
}


def all_forms() -> list[national.NationalForm]:
    return national.parse((BASE / "national" / "nrii.csv").read_text("utf-8"))


def told_once(text: str) -> str:
    """A group heading that its cell repeats to fill the width, once."""
    return next(iter(text.split()), "") if len(set(text.split())) == 1 else text


@pytest.mark.shared_data
@pytest.mark.req("A-02", "D-03")
def test_every_column_of_the_list_is_in_our_table(shared_data: Path) -> None:
    """212 columns: the same forms, sheets, headings, order."""
    path = shared_data / "templates_nrii" / "nrii_upload_template_columns.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        theirs = [
            (row["template"], row["sheet"], int(row["col_no"]), row["column_heading"])
            for row in csv.DictReader(stream)
        ]

    ours = [
        (form.code, form.sheet, column.position, column.heading)
        for form in all_forms()
        for column in form.columns
    ]

    assert len(ours) == 212
    assert [(f, s, p, h.split(" | ")[0]) for f, s, p, h in theirs] == ours


@pytest.mark.shared_data
@pytest.mark.req("A-02", "D-03")
@pytest.mark.parametrize("form", [f for f in all_forms() if f.code in FILES], ids=lambda f: f.sheet)
def test_real_form_has_our_headings(shared_data: Path, form: national.NationalForm) -> None:
    found = survey(shared_data / "templates_nrii" / FILES[form.code], sheet=form.sheet)

    assert tuple(column.own for column in found.columns) == tuple(
        " ".join(heading.split()) for heading in form.headings
    )
    groups = [column.parts[0] if len(column.parts) > 1 else "" for column in found.columns]
    assert [told_once(group) for group in groups] == [column.group for column in form.columns]


@pytest.mark.shared_data
@pytest.mark.req("A-02", "A-16")
@pytest.mark.parametrize("form", [f for f in all_forms() if f.code in FILES], ids=lambda f: f.sheet)
def test_real_form_is_read_into_our_fields(
    shared_data: Path, db: None, form: national.NationalForm
) -> None:
    """Every column but theirs, the owner's and the files' comes to the field it is written from."""
    spec = queries.kind(form.kind)
    found = survey(shared_data / "templates_nrii" / FILES[form.code], sheet=form.sheet)

    matches = suggest_mapping(found.heads, spec)

    wrong = []
    for match, column in zip(matches, form.columns, strict=True):
        keys = column.keys(spec)
        if not keys or keys == (national.OWNER,) or column.writes == "file":
            continue
        if match.field not in keys:
            wrong.append((column.heading, match.field, keys))
    assert wrong == []


def written(
    path: Path, values: dict[str, Any], *, kind: str = "instrument", sheet: str = ""
) -> FormResult:
    form = queries.national_form(kind, sheet)
    record = FormRecord("X射线衍射仪(YQ-1)", values, "市分析测试中心")
    return national.write(
        form, queries.kind(kind), [record], path, words=queries.label
    )  # fmt: skip


@pytest.mark.req("A-02", "D-03")
def test_written_form_comes_back(
    tmp_path: Path, cleaner: Callable[..., Cleaner], good: dict[str, Any]
) -> None:
    """A record goes out in the national form and comes in again unchanged."""
    customs = {
        "customs.declaration_number": "020120211000123456", "customs.item_number": "01",
        "customs.form_name": "衍射仪", "customs.import_date": "2021-04-12",
    }  # fmt: skip
    given = {**good, "customs_supervised": "是", "affiliation": "附属于科学仪器中心",
             "belongs_to": "ZX-01", "funds": "中央财政资金,地方财政资金", **customs}  # fmt: skip
    before = cleaner().clean(given)
    assert before.is_good, before.problems
    path = tmp_path / "form.xlsx"

    result = written(path, before.values)

    assert (result.written, result.refused, result.losses) == (1, [], [])
    found = survey(path)
    assert (found.sheet, found.header_rows) == ("大型科研仪器", (1, 2))
    spec = queries.kind("instrument")
    matches = suggest_mapping(found.heads, spec)
    cells = dict(enumerate(found.samples[0]))
    raw = {match.field: cells.get(match.index) for match in matches if match.field}
    after = cleaner().clean({**good, **raw})
    assert after.is_good, after.problems
    assert after.values == before.values


@pytest.mark.req("A-02")
def test_limits_stand_in_the_form(tmp_path: Path, cleaner: Callable[..., Cleaner]) -> None:
    path = tmp_path / "form.xlsx"
    written(path, {"title": "甲"})

    page = load_workbook(path).active
    rules = {
        str(rule.sqref).partition("3:")[0]: rule for rule in page.data_validations.dataValidation
    }
    assert rules["I"].formula1 == '"购置,研制,赠送,其他"'
    assert (rules["Q"].type, rules["Q"].formula1) == ("textLength", "500")
    assert page["A1"].value == "仪器基本信息"
    assert [str(r) for r in page.merged_cells.ranges] == ["A1:AE1", "AF1:AJ1", "AK1:AN1"]


@pytest.mark.req("A-02")
def test_more_than_four_disciplines_are_refused(tmp_path: Path, db: None) -> None:
    five = ["110", "130", "140", "150", "430"]

    result = written(tmp_path / "form.xlsx", {"title": "甲", "subjects": five})

    assert result.written == 0
    assert result.refused == [
        "X射线衍射仪(YQ-1):“主要学科领域”有 5 项,国家平台最多 4 项,请先删减;这条没有写入。"
    ]


@pytest.mark.req("A-02")
def test_five_disciplines_in_a_form_are_a_fault(
    cleaner: Callable[..., Cleaner], good: dict[str, Any]
) -> None:
    done = cleaner().clean({**good, "subjects": "数学,力学,物理学,化学,材料科学"})

    assert [p.message for p in done.faults] == ["主要学科领域最多选 4 项,现有 5 项,请删去 1 项。"]


@pytest.mark.req("A-02")
def test_what_the_form_cannot_hold_is_told(tmp_path: Path, db: None) -> None:
    values = {
        "title": "甲", "inner_id": "=1+1", "affiliation": "3", "images": ["01J" + "0" * 23],
        "requirement": "长" * 501,
    }  # fmt: skip

    result = written(tmp_path / "form.xlsx", values)

    assert result.written == 1
    assert result.losses == [
        "X射线衍射仪(YQ-1):“所属资源载体类型”为“科学仪器服务单元”,表格没有这一项,没有填入。",
        "X射线衍射仪(YQ-1):“用户须知”有 501 字,表格最多 500 字,没有填入,请精简。",
    ]
    assert result.told[-1] == "“图片”不能写进表格(1 条有),请在国家平台上传。"
    cell = load_workbook(tmp_path / "form.xlsx").active["B3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_kind_without_a_form_is_told(db: None) -> None:
    with pytest.raises(NotFound, match="有填报表的类型:instrument、instrument_centre、facility"):
        queries.national_form("dataset")


def test_every_column_names_a_known_field(db: None) -> None:
    """A wire name or field that the kinds do not know would be lost in silence."""
    lost = []
    for form in all_forms():
        spec: KindSpec | None = queries.kind(form.kind) if form.kind else None
        lost += [
            (form.sheet, column.heading)
            for column in form.columns
            if spec and (column.wires or column.field) and not column.keys(spec)
        ]
    assert lost == []


def example(spec: KindSpec, clean: Callable[..., Cleaner]) -> dict[str, Any]:
    """A record made of the examples of its own kind, as the cleaner keeps them."""
    raw: dict[str, Any] = {}
    for column in queries.import_columns(spec):
        one = column.spec
        if one.type in ("code", "codes"):
            choices = [code for code, _ in kind_services.choices_of(one)]
            raw[column.key] = one.example or (choices[0] if choices else "")
        elif one.type == "boolean":
            raw[column.key] = "是"
        elif one.type not in ("record", "records", "table", "file", "image", "organisation"):
            raw[column.key] = one.example or {"region": "140403"}.get(one.type, "")
    return clean(spec.code).clean(raw).values


@pytest.mark.req("A-02", "D-03")
@pytest.mark.parametrize("kind", ["instrument_centre", "facility", "service_unit"])
def test_other_forms_come_back(tmp_path: Path, cleaner: Callable[..., Cleaner], kind: str) -> None:
    """Every value that a column of the form has goes out and comes in unchanged."""
    spec, form = queries.kind(kind), queries.national_form(kind)
    before = example(spec, cleaner)
    path = tmp_path / "form.xlsx"

    result = written(path, before, kind=kind)

    assert (result.refused, result.losses) == ([], [])
    found = survey(path)
    cells = dict(enumerate(found.samples[0]))
    matches = suggest_mapping(found.heads, spec)
    raw = {match.field: cells.get(match.index) for match in matches if match.field}
    after = cleaner(kind).clean(raw).values
    names = {key.partition(".")[0] for column in form.columns for key in column.keys(spec)}
    sent = {name: before[name] for name in names if name in before}
    assert {name: after.get(name) for name in sent} == sent
    assert len(sent) >= 12
