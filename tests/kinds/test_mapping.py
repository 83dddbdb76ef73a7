"""Columns of other people's sheets (domain.md 3.11: templates of the national platform)."""

from pathlib import Path

import pytest

from kexiang.core.tabular import find_header, read_rows
from kexiang.kinds.rules import is_example_row, suggest_mapping, template_version
from kexiang.kinds.types import KindSpec


def fields(heads: list[str], spec: KindSpec) -> list[str]:
    return [match.field for match in suggest_mapping(heads, spec)]


@pytest.mark.req("A-16")
def test_heads_of_an_asset_ledger(instrument: KindSpec) -> None:
    heads = [
        "序号",
        "资产编号",
        "设备名称",
        "规格型号",
        "单价(元)",
        "入账日期",
        "领用人",
        "存放地点",
    ]

    assert fields(heads, instrument) == [
        "",
        "asset_no",
        "title",
        "model",
        "original_value",
        "booked_on",
        "custodian",
        "room",
    ]


def test_money_column_states_its_unit(instrument: KindSpec) -> None:
    yuan, ten_thousand, silent = (
        suggest_mapping([head], instrument)[0] for head in ("单价(元)", "原值(万元)", "原值")
    )

    assert (yuan.unit, yuan.ask_unit) == ("元", False)
    assert (ten_thousand.unit, ten_thousand.ask_unit) == ("万元", False)
    assert (silent.unit, silent.ask_unit) == ("", True)


def test_a_field_is_given_once(instrument: KindSpec) -> None:
    assert fields(["规格型号", "型号", "型号规格"], instrument) == ["model", "", ""]


def test_likeness_is_marked_unsure(instrument: KindSpec) -> None:
    (match,) = suggest_mapping(["主要技术指标说明"], instrument)

    assert match.field == "technical"
    assert not match.sure


@pytest.mark.shared_data
@pytest.mark.req("A-02")
def test_national_template_is_understood(shared_data: Path, instrument: KindSpec) -> None:
    """All 40 columns of the national upload form but its own number and names of pictures."""
    source = read_rows(shared_data / "templates_nrii" / "nrii_equipment.xls")
    header = find_header(
        source.head(), lambda text: bool(suggest_mapping([text], instrument)[0].field)
    )
    matches = [match for match in suggest_mapping(header.heads, instrument) if match.head]

    missing = [match.head for match in matches if not match.field]
    assert len(matches) >= 40
    assert [head[:2] for head in missing] == ["仪器", "图片"]


def test_example_rows_are_known() -> None:
    assert is_example_row(["示例(不导入)", "X"])
    assert is_example_row(["论文1(示例数据,导入自动跳过本行)"])
    assert not is_example_row([1, "示例仪器"])


def test_template_version_is_read() -> None:
    assert template_version([["x"], [None, "模板版本 instrument:0a1b2c3d4e5f"]]) == (
        "instrument",
        "0a1b2c3d4e5f",
    )
    assert template_version([["没有"]]) is None
