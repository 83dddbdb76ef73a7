"""Our records in the national platform's form, out by program and in again (D-03, A-02)."""

from pathlib import Path
from typing import Any

import pytest

from kexiang.catalog.models import Record
from kexiang.catalog.queries.reading import RecordFilter
from kexiang.catalog.services.national import export_national, has_national_form
from kexiang.core.tabular_survey import survey
from kexiang.kernel.errors import NotFound
from kexiang.kinds import queries as kinds
from kexiang_site import cli
from kexiang_site.commands import export_, import_
from tests.catalog.conftest import World, client_of, draft, person_with, world

__all__ = ["world"]
pytestmark = pytest.mark.req("A-02", "D-03")

FULL = {
    "affiliation": "附属于科学仪器中心", "belongs_to": "ZX-01", "subjects": "化学,材料科学",
    "inside_department": "材料学院", "region": "潞州区", "customs_supervised": "是",
    "customs.declaration_number": "020120211000123456", "customs.item_number": "01",
    "customs.form_name": "衍射仪", "customs.import_date": "2021-04-12",
    "service_content": "样品检测", "requirement": "提前 3 天预约", "fee": "150 元/样",
    "external_hours": "320.5", "run_hours": "900", "contact_postcode": "046000",
}  # fmt: skip


def call(module: Any, *arguments: str) -> int:
    parser = cli._Parser(prog="kexiang")
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(arguments)) or 0)


def test_a_record_goes_out_and_comes_in(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every field of the form has its value; reading it gives the same record again."""
    before = draft(world, **FULL).attributes
    path = tmp_path / "大型科研仪器.xlsx"

    assert call(export_, "instrument", str(path), "--form", "nrii") == 0
    assert "写出 1 条" in capsys.readouterr().out

    found = survey(path)
    cells = dict(zip(found.heads, found.samples[0], strict=False))
    places = {head.rpartition("/")[2]: cell for head, cell in cells.items()}
    assert [places[f"安放地址-{part}"] for part in ("省", "市", "区县")] == [
        "山西省", "长治市", "潞州区",
    ]  # fmt: skip
    assert places["原值（单位万元、保留小数点后两位）"] == 126.5

    Record.objects.all().delete()
    told = call(
        import_, "instrument", str(path), "--owner", world.university.code,
        "--set", "open_state=对外开放", "--set", "funding_source=财政资金", "--drafts",
    )  # fmt: skip
    out = capsys.readouterr().out
    assert told == 0, out
    after = Record.objects.get().attributes
    form = kinds.national_form("instrument")
    keys = {key.partition(".")[0] for c in form.columns for key in c.keys(kinds.kind("instrument"))}
    kept = {key for key in keys if key in before and key != "images"}
    assert {key: after.get(key) for key in kept} == {key: before[key] for key in kept}
    assert len(kept) >= 31


def test_a_reader_gets_what_he_may_see(world: World, tmp_path: Path) -> None:
    draft(world)

    result = export_national(
        actor=world.anybody, wanted=RecordFilter(kind="instrument"), target=tmp_path / "a.xlsx"
    )

    assert result.written == 0


def test_kinds_with_a_form(world: World, tmp_path: Path) -> None:
    assert has_national_form("instrument_centre")
    assert not has_national_form("policy")
    with pytest.raises(NotFound):
        export_national(
            actor=world.city, wanted=RecordFilter(kind="dataset"), target=tmp_path / "a.xlsx"
        )


def test_a_file_is_looked_at_before_it_is_imported(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("单位:万元,,\n仪器名称,规格型号,原值\n电镜,X-1,498\n合计,,498\n".encode("gbk"))

    assert call(import_, "instrument", str(path), "--look") == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "列标题在第 2 行,共 3 列。"
    assert "· 第 4 行是合计、小计行,不作为记录读入。" in told
    assert told[-3:] == [
        "  A 仪器名称 → 仪器名称",
        "  B 规格型号 → 规格型号",
        "  C 原值 → 原值(万元)",
    ]
    assert not Record.objects.exists()


def test_the_page_tells_what_the_form_cannot_hold(world: World) -> None:
    """Over the list of a kind with a form; the file behind it has the same records."""
    draft(world, requirement="先预约")
    draft(world, inner_id="YQ-2", asset_no="ZC-2", affiliation="3")
    browser = client_of(person_with("unit_admin", world.university))

    listed = browser.get("/work/records/?kind=instrument").content.decode()
    assert "/work/records/national/?kind=instrument" in listed
    assert (
        "/work/records/national/" not in browser.get("/work/records/?kind=policy").content.decode()
    )

    page = browser.get("/work/records/national/?kind=instrument").content.decode()
    assert "可写入 2 条;不能写入 0 条;没有填入的值 1 处" in page
    assert "“所属资源载体类型”为“科学仪器服务单元”,表格没有这一项,没有填入。" in page
    answer = browser.get("/work/records/national/?kind=instrument&download=1")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_a_kind_without_a_form_is_told_on_the_page(world: World) -> None:
    browser = client_of(person_with("unit_admin", world.university))

    answer = browser.get("/work/records/national/?kind=policy")

    assert answer.status_code == 404
    assert "没有“policy”的填报表" in answer.content.decode()
