"""Ten dirty workbooks as instruments: what comes in, and which sentence stands at which row."""

from pathlib import Path
from typing import Any

import pytest

from kexiang.catalog.models import Record
from kexiang.catalog.services.imports import ImportResult, import_file
from kexiang.catalog.types import ImportMode
from kexiang.kernel.actor import Actor
from tests.catalog.conftest import AT, World, world
from tests.support import workbooks

__all__ = ["world"]
pytestmark = pytest.mark.req("A-07", "A-15", "A-16")


def imported(world: World, folder: Path, name: str) -> tuple[ImportResult, list[dict[str, Any]]]:
    """One of the ten, its good rows as drafts: how it ended, and the values by row."""
    result = import_file(
        actor=Actor.system("test"), kind="instrument", path=workbooks.build(name, folder), at=AT,
        owner=world.university.uid, lenient=True, mode=ImportMode.VALID_ROWS,
    )  # fmt: skip
    return result, [row.attributes for row in Record.objects.order_by("import_row")]


EXPECTED: dict[str, tuple[int, dict[str, Any]]] = {
    "two_levels": (3, {
        "title": "X射线衍射仪", "inner_id": "YQ-001", "model": "D8 ADVANCE",
        "manufacturer": "布鲁克", "original_value": "126.50", "booked_on": "2021-05-20",
    }),
    "hidden_things": (6, {
        "title": "离心机1", "model": "TGL-1", "original_value": "1.50", "booked_on": "2024-01-01",
        "asset_no": "00001201",
    }),
    "web_page": (2, {
        "title": "分析天平", "original_value": "1.25", "booked_on": "2016-03-01",
        "room": "A101 东侧", "asset_no": "0001200",
    }),
    "days_of_1904": (2, {
        "title": "甲", "commissioned_on": "2024-01-05", "booked_on": "2024-01-05",
    }),
    "scaled_money": (1, {"title": "质谱仪", "original_value": "126.50"}),
    "unicode_text": (2, {
        "title": "拉曼光谱仪", "subjects": ["150", "430"], "service_ways": ["sample", "onsite"],
        "voucher_usable": True,
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", list(EXPECTED))
def test_all_rows_come_in(world: World, tmp_path: Path, name: str) -> None:
    count, first = EXPECTED[name]

    result, rows = imported(world, tmp_path, name)

    assert (result.good, result.bad, list(result.faults)) == (count, 0, [])
    assert rows[0] == first


def test_pictures_stand_with_their_records(world: World, tmp_path: Path) -> None:
    result, rows = imported(world, tmp_path, "wps_pictures")

    assert result.bad == 0
    assert [len(values["images"]) for values in rows] == [1, 1, 1]


FAULTS: dict[str, list[tuple[int | None, str, str]]] = {
    "gbk_csv": [
        (3, "open_state", "开放状态“√”不在可选范围内"),
        (4, "open_state", "开放状态“否”不在可选范围内"),
    ],
    "damaged_numbers": [
        (2, "asset_no", "Excel 只能存 15 位,末尾几位已经改动"),
        (3, "asset_no", "“1.40104E+17”是变成科学计数法的号码"),
        (4, "original_value", "原值是公式错误 #N/A(没有查到值)"),
        (5, "asset_no", "固定资产编号是公式错误 #REF!"),
    ],
    "merged_rows": [
        (3, "original_value", "“90000”是几行合并的单元格"),
        (4, "original_value", "“90000”是几行合并的单元格"),
    ],
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_what_cannot_be_known_is_told_at_its_row(world: World, tmp_path: Path, name: str) -> None:
    result, _ = imported(world, tmp_path, name)

    told = [f for f in result.faults if not f.where.startswith("customs.")]
    assert [(fault.row, fault.where) for fault in told] == [case[:2] for case in FAULTS[name]]
    for fault, (_row, _field, says) in zip(told, FAULTS[name], strict=True):
        assert says in fault.message
        assert fault.message.endswith(("。", "已备案)"))


def test_merged_departments_speak_for_their_rows(world: World, tmp_path: Path) -> None:
    _, rows = imported(world, tmp_path, "merged_rows")

    assert [(row["title"], row["inside_department"]) for row in rows] == [
        ("电镜", "材料学院"), ("核磁", "化学院"),
    ]  # fmt: skip
