"""Ten workbooks as offices send them: what is read, and what the user is told (A-16, ux.md 17)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kexiang.core import tabular_pictures
from kexiang.core.tabular import read_rows
from kexiang.core.tabular_rows import DataRows, is_total
from kexiang.core.tabular_survey import survey
from kexiang.core.tabular_types import Survey
from kexiang.kernel.cells import CellPicture, Flawed, Serial1904
from tests.support import workbooks

pytestmark = pytest.mark.req("A-16", "A-15")


def read(name: str, folder: Path, **options: Any) -> tuple[Survey, dict[int, list[Any]]]:
    """The survey of one of the ten, and its records by row."""
    path = workbooks.build(name, folder)
    found = survey(path, **options)
    source = read_rows(path, sheet=found.sheet or None)
    rows = DataRows(source, header_row=found.header_row, heads=found.heads)
    return found, {number: list(cells) for number, cells in rows}


def reasons(found: Survey) -> dict[int, str]:
    return {row.row: row.reason for row in found.skipped}


def test_heads_on_two_levels_with_sums(tmp_path: Path) -> None:
    found, rows = read("two_levels", tmp_path)

    assert found.header_rows == (3, 4)
    assert found.heads == (
        "序号", "仪器名称", "规格型号", "基本信息/单位内部编号", "基本信息/生产厂家",
        "基本信息/入账日期", "金额/单价", "金额/总价", "备注",
    )  # fmt: skip
    assert list(rows) == [6, 7, 10]
    assert reasons(found) == {
        1: "above", 2: "above", 5: "band", 8: "total", 9: "band", 11: "total", 13: "footer",
    }  # fmt: skip
    price = found.columns[6]
    assert (price.letter, price.unit, price.unit_from) == ("G", "万元", "note")
    assert "表上方注明单位为万元,标题没有写明单位的金额列按此读取。" in found.notes
    assert "第 8、11 行是合计、小计行,不作为记录读入。" in found.notes


def test_hidden_rows_columns_and_sheets_are_told(tmp_path: Path) -> None:
    found, rows = read("hidden_things", tmp_path)

    assert found.sheet == "在用设备"
    assert [(s.name, s.is_hidden, s.is_filled) for s in found.sheets] == [
        ("封面", False, False), ("在用设备", False, True), ("已报废", True, True),
    ]  # fmt: skip
    assert found.hidden_rows == ((4, 5),)
    assert [column.head for column in found.columns if column.is_hidden] == ["领用人"]
    assert rows[4] == ["00001203", "离心机3", "TGL-3", 45_000, "赵六", date(2024, 1, 3)]
    assert list(found.notes) == [
        "隐藏的工作表不读取:已报废。",
        "第 4–5 行是隐藏行,照常读入;不要导入的请先在文件里删除。",
        "隐藏的列没有自动对应,需要时请自行选择:领用人。",
    ]


def test_a_hidden_sheet_is_read_by_name(tmp_path: Path) -> None:
    path = workbooks.build("hidden_things", tmp_path)

    assert dict(read_rows(path, sheet="已报废"))[2] == ["00000001", "老天平"]


def test_hidden_rows_may_be_left_out(tmp_path: Path) -> None:
    path = workbooks.build("hidden_things", tmp_path)

    rows = DataRows(read_rows(path, sheet="在用设备"), header_row=1, with_hidden=False)

    assert [number for number, _ in rows] == [2, 3, 6, 7]
    assert rows.counts == {"hidden": 2}


def test_pictures_in_cells_and_beside_rows(tmp_path: Path) -> None:
    found, rows = read("wps_pictures", tmp_path)

    assert [(p.row, p.column, p.suffix) for p in found.pictures] == [
        (2, 2, ".png"), (3, 2, ".png"), (4, 2, ".png"),
    ]  # fmt: skip
    assert isinstance(rows[2][2], CellPicture)
    path = tmp_path / "照片.xlsx"
    data = [tabular_pictures.read(path, picture) for picture in found.pictures]
    assert data == [workbooks.picture(colour) for colour in ("red", "green", "blue")]


def test_gbk_text_with_marks(tmp_path: Path) -> None:
    found, rows = read("gbk_csv", tmp_path)

    assert (found.encoding, found.heads) == (
        "gb18030", ("资产编号", "仪器名称", "型号", "原值(元)", "是否开放"),
    )  # fmt: skip
    assert rows == {
        3: ["00017", "气相色谱仪", "7890B", "385,000.00", "√"],
        4: ["000018", "液相色谱仪", "1260", "４２００００", "否"],
    }
    assert found.units == {3: "元"}


def test_web_page_named_xls(tmp_path: Path) -> None:
    found, rows = read("web_page", tmp_path)

    assert found.kind == "html"
    assert found.heads == ("资产编号", "仪器名称", "购置/单价(元)", "购置/入账日期", "存放地点")
    assert rows[4] == ["0001200", "分析天平", "12,500.00", "2016-03-01", "A101\n东侧"]
    assert rows[5][1] == "恒温水浴 <双列>"
    assert "文件扩展名是 .xls,内容是网页表格,已按内容读取。" in found.notes
    assert reasons(found) == {1: "above", 6: "total"}


def test_errors_and_damaged_numbers_are_told_by_cell(tmp_path: Path) -> None:
    found, rows = read("damaged_numbers", tmp_path)

    assert [flaw.message for flaw in found.flaws] == [
        "D4 单元格是公式错误 #N/A(没有查到值),请改正公式,或改填实际内容。",
        "B5 单元格是公式错误 #REF!(引用的单元格已不存在),请改正公式,或改填实际内容。",
    ]
    assert rows[4][1] == "00012"
    assert (rows[5][0], rows[5][3]) == ("丁机", 2)
    assert isinstance(rows[5][1], Flawed)


def test_days_counted_from_1904(tmp_path: Path) -> None:
    _, rows = read("days_of_1904", tmp_path)

    assert rows[2][1] == date(2024, 1, 5)
    assert isinstance(rows[2][2], Serial1904)
    assert rows[3][1:] == ["2024/1/5", 20240105]


def test_merged_rows_are_filled_but_not_with_numbers(tmp_path: Path) -> None:
    found, rows = read("merged_rows", tmp_path)

    assert [cells[0] for cells in rows.values()] == ["材料学院"] * 3 + ["化学院"]
    assert [flaw.cell for flaw in found.flaws] == ["C3", "C4"]
    assert reasons(found) == {5: "repeated"}


def test_filling_goes_on_behind_a_checkpoint(tmp_path: Path) -> None:
    path = workbooks.build("merged_rows", tmp_path)

    rows = DataRows(read_rows(path), header_row=1, heads=("使用部门", "仪器名称"), after=3)

    assert [(number, cells[0]) for number, cells in rows] == [(4, "材料学院"), (6, "化学院")]


def test_money_is_read_as_it_is_shown(tmp_path: Path) -> None:
    found, rows = read("scaled_money", tmp_path)

    assert rows == {3: ["质谱仪", 126.5, "120.5万元"]}
    assert reasons(found) == {2: "numbering"}


def test_unicode_text_of_excel(tmp_path: Path) -> None:
    found, rows = read("unicode_text", tmp_path)

    assert found.encoding == "utf-16"
    assert rows[2] == ["拉曼光谱仪", "化学、材料科学", "送样\n上机", "有"]


def test_the_sheet_with_known_heads_is_chosen(tmp_path: Path) -> None:
    book = workbooks.xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("通讯录").write_column("A1", ["姓名", "张三"])
    book.get_worksheet_by_name("通讯录").write_column("B1", ["电话", "1"])
    page = book.add_worksheet("Sheet2")
    page.write_row(0, 0, ["仪器名称", "规格型号"])
    page.write_row(1, 0, ["电镜", "X"])
    book.close()

    found = survey(tmp_path / "a.xlsx", known={"仪器名称", "规格型号"}.__contains__)

    assert found.sheet == "Sheet2"
    assert "读取工作表“Sheet2”;另有:通讯录。" in found.notes


def test_a_named_header_row_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("甲,乙,丙\n名称,型号,厂家\n电镜,X,Y\n", encoding="utf-8")

    found = survey(path, header_row=2)

    assert (found.header_rows, found.heads) == ((2,), ("名称", "型号", "厂家"))


@pytest.mark.parametrize(
    "lines",
    [
        "金额,,数量\n单价,总价,\n1,2,3\n",
        "名称,金额,,数量\n,单价,总价,\n甲,1,2,3\n",
    ],
)
def test_levels_of_a_text_are_told_by_blanks(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines, encoding="utf-8")

    found = survey(path)

    assert found.header_rows == (1, 2)
    assert {"金额/单价", "金额/总价", "数量"} <= set(found.heads)


@pytest.mark.parametrize(
    ("cells", "is_sum"),
    [
        (["合计", None, 3], True), (["总 计:", 3], True), ([None, "本页小计"], True),
        (["合计(3 台)"], True), (["分析中心小计", 3, 12.5], True), (["12", "合计", "3"], True),
        (["总计量标准装置", 3], False), (["合计时器", "X-1"], False), (["计算机", 2], False),
        (["分析中心小计", "X-1", "某厂"], False),
    ],
)  # fmt: skip
def test_sums_are_told_from_names(cells: list[Any], is_sum: bool) -> None:
    filled = [cell for cell in cells if cell is not None]
    texts = [cell for cell in filled if isinstance(cell, str)]

    assert is_total(filled, texts) is is_sum


def test_a_million_formatted_rows_cost_little(tmp_path: Path) -> None:
    path = workbooks.empty_styled_rows(tmp_path / "a.xlsx", 60_000)

    found = survey(path)

    assert (found.rows_seen, found.is_whole) == (2, True)


def test_xml_of_an_old_excel(tmp_path: Path) -> None:
    spaces = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" ' \
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'  # fmt: skip
    path = tmp_path / "a.xls"
    path.write_text(
        f'<?xml version="1.0"?><Workbook {spaces}><Worksheet ss:Name="设备"><Table>'
        '<Row><Cell><Data ss:Type="String">名称</Data></Cell>'
        '<Cell ss:Index="3"><Data ss:Type="String">原值(元)</Data></Cell></Row>'
        '<Row ss:Index="4"><Cell><Data ss:Type="String">天平</Data></Cell>'
        '<Cell ss:Index="3"><Data ss:Type="Number">12500.5</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )

    assert list(read_rows(path)) == [(1, ["名称", None, "原值(元)"]), (4, ["天平", None, 12500.5])]
    assert survey(path).sheet == "设备"
