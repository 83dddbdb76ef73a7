"""Tables in and out: encodings, sizes, hostile files, formulas (peers.md 13.2)."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from kexiang.core import tabular_cells
from kexiang.core.tabular import (
    CellFault,
    Column,
    Sheet,
    Unreadable,
    find_header,
    read_rows,
    write_csv,
    write_faults,
    write_jsonl,
    write_xlsx,
)
from kexiang.kernel.cells import error_cell

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TABLE = [["编号", "名称", "原值", "日期"], ["007", "透射电镜", 498.5, date(2021, 6, 18)],
         [None, "电镜<&>'\"", True, None]]  # fmt: skip


def book(path: Path, rows: list[list[Any]] = TABLE) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def patched(path: Path, target: Path, parts: dict[str, bytes | None]) -> Path:
    """The same archive with some parts replaced, added or left out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            if data is not None:
                new.writestr(name, data)
    return target


def test_xlsx_values_keep_their_types(tmp_path: Path) -> None:
    rows = list(read_rows(book(tmp_path / "a.xlsx")))

    assert rows == [
        (1, ["编号", "名称", "原值", "日期"]),
        (2, ["007", "透射电镜", 498.5, date(2021, 6, 18)]),
        (3, [None, "电镜<&>'\"", True]),
    ]


def test_xlsx_written_by_others(tmp_path: Path) -> None:
    """XlsxWriter: shared and inline strings, rich text, formulas with and without a value."""
    for constant in (False, True):
        path = tmp_path / f"{constant}.xlsx"
        made = xlsxwriter.Workbook(str(path), {"constant_memory": constant})
        page = made.add_worksheet("数据")
        page.write_row(0, 0, ["甲", "乙", "丙", "丁", "戊"])
        page.write_rich_string(1, 0, made.add_format({"bold": True}), "粗", "细")
        page.write_formula(1, 1, "=1+1", None, 2)
        page.write_formula(1, 2, '="a"&"b"', None, "ab")
        page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        page.write_datetime(
            1, 4, datetime(2024, 1, 5, 8, 30),  # noqa: DTZ001 -- Excel knows no zone
            made.add_format({"num_format": 'yyyy"年"m"月"d"日" hh:mm'}),
        )  # fmt: skip
        page.write_string(2, 4, "  空格 ")
        made.close()

        rows = dict(read_rows(path))

        assert [*rows[2][:3], rows[2][4]] == ["粗细", 2, "ab", datetime(2024, 1, 5, 8, 30)]  # noqa: DTZ001
        assert rows[2][3] == error_cell("#DIV/0!")
        assert rows[3] == [None, None, None, None, "  空格 "]


def test_fast_and_careful_reading_agree(tmp_path: Path) -> None:
    """A comment in the sheet sends the piece to the parser; the rows must be the same."""
    path = book(tmp_path / "a.xlsx", [[f"行{i}", i, i / 3, i % 2 == 0] for i in range(50)])
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    name = "xl/worksheets/sheet1.xml"
    commented = xml.replace(b"<sheetData>", b"<sheetData><!-- x -->")
    prefixed = xml.replace(b"<c ", b"<x:c ").replace(b"</c>", b"</x:c>")
    prefixed = prefixed.replace(
        b"<worksheet ", f'<worksheet xmlns:x="{MAIN}" '.encode()
    )  # fmt: skip

    plain = list(read_rows(path))
    assert len(plain) == 50
    for index, changed in enumerate((commented, prefixed)):
        other = patched(path, tmp_path / f"{index}.xlsx", {name: changed})
        assert list(read_rows(other)) == plain


def test_cells_without_references() -> None:
    piece = '<row><c t="n"><v>1</v></c><c/><c t="inlineStr"><is><t>a&amp;b</t></is></c></row>'
    head, tail = "<worksheet><sheetData>", "</sheetData></worksheet>"

    fast = list(tabular_cells.raw_rows(piece, head, tail, 4))
    slow = list(tabular_cells.raw_rows(f"<!---->{piece}", head, tail, 4))

    assert [number for number, _ in fast] == [5]
    assert [cell[3] for cell in fast[0][1]] == ["1", "", "a&b"]
    assert [cell[3] for cell in slow[0][1]] == ["1", "", "a&b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('编号,名称\r\n007,"电镜,㐂"\r\n\r\n8,二\r\n'.encode(encoding))

    assert list(read_rows(path)) == [
        (1, ["编号", "名称"]),
        (2, ["007", "电镜,㐂"]),
        (4, ["8", "二"]),
    ]


def test_csv_of_tabs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号\t名称\n1\t电镜\n", encoding="utf-8")

    assert list(read_rows(path))[1] == (2, ["1", "电镜"])


def test_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "电镜"}\n\n{"title": "质谱"}\n', encoding="utf-8")

    source = read_rows(path)

    assert list(source) == [(1, {"title": "电镜"}), (3, {"title": "质谱"})]
    assert find_header(source.head(), lambda _: True).heads == ("title",)


@pytest.mark.parametrize(
    ("line", "says"), [("{", "第 2 行不是正确的 JSON"), ("[1]", "第 2 行应是一个 JSON 对象")]
)
def test_jsonl_faulty_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n" + line + "\n", encoding="utf-8")

    with pytest.raises(Unreadable, match=says):
        list(read_rows(path))


def test_header_below_titles(tmp_path: Path) -> None:
    rows = [
        ["某某单位仪器台账"],
        ["填报日期", "2026-11-23"],
        ["编号", "名称", "型号"],
        ["1", "电镜", "X"],
    ]
    source = read_rows(book(tmp_path / "a.xlsx", rows))

    header = find_header(source.head(), {"编号", "名称", "型号"}.__contains__)

    assert header.row == 3
    assert header.heads == ("编号", "名称", "型号")
    assert [number for number, _ in source.rows(after=header.row)] == [4]


def test_no_header_is_told() -> None:
    with pytest.raises(Unreadable, match="没有找到列标题"):
        find_header([(1, [1, 2]), (2, [3, 4])], lambda _: False)


def hostile(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    good = book(tmp_path / "good.xlsx")

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    wide = "".join(f'<c r="{c}1"><v>1</v></c>' for c in ("A", "ALM"))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{wide}</row></sheetData></worksheet>'
    dtd = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'
    name = "xl/worksheets/sheet1.xml"
    return {
        "empty": (write("e.xlsx", b""), "文件是空的"),
        "pdf": (write("p.xlsx", b"%PDF-1.7 x"), "不是 Excel 工作簿"),
        "picture": (write("p.csv", b"\x89PNG\r\n\x1a\n"), "不是文本"),
        "page": (write("h.xls", b"<html><table></table></html>"), "没有找到表格"),
        "page as csv": (write("h.csv", b"<!DOCTYPE html>"), "内容却是网页"),
        "binary": (write("b.csv", b"a,b\x00\x01"), "不是文本"),
        "word": (write("w.docx", b"PK\x03\x04xx"), "不支持这种文件(.docx)"),
        "password": (write("s.xlsx", ole + "EncryptedPackage".encode("utf-16-le")), "打开密码"),
        "old": (write("o.xlsx", ole), "不是 Excel 工作簿"),
        "macro name": (write("m.xlsm", good.read_bytes()), "带宏"),
        "macro": (patched(good, tmp_path / "v.xlsx", {"xl/vbaProject.bin": b"x"}), "带有宏"),
        "links": (
            patched(good, tmp_path / "l.xlsx", {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
            "外部链接",
        ),
        "torn": (write("t.xlsx", good.read_bytes()[:-200]), "已损坏"),
        "bomb": (patched(good, tmp_path / "z.xlsx", {"xl/x.bin": b"\0" * 40_000_000}), "压缩比"),
        "zip": (patched(good, tmp_path / "q.xlsx", {"xl/workbook.xml": None, "[Content_Types].xml": None}), "压缩包"),  # noqa: E501
        "entities": (patched(good, tmp_path / "d.xlsx", {name: dtd}), "XML 声明"),
        "wide": (patched(good, tmp_path / "c.xlsx", {name: sheet.encode()}), "超过 1000 列"),
        "cut": (patched(good, tmp_path / "u.xlsx", {name: sheet[:-30].encode()}), "已损坏"),
        "nonsense": (write("x.xls", ole + "Workbook".encode("utf-16-le")), "损坏或设有密码"),
    }  # fmt: skip


@pytest.mark.req("AA-01")
@pytest.mark.parametrize(
    "case",
    ["empty", "pdf", "picture", "page", "page as csv", "binary", "word", "password", "old",
     "macro name", "macro", "links", "torn", "bomb", "zip", "entities", "wide",
     "cut", "nonsense"],
)  # fmt: skip
def test_hostile_file_is_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    path, says = hostile(tmp_path)[case]

    with pytest.raises(Unreadable) as refused:
        list(read_rows(path))

    assert says in str(refused.value)
    assert str(refused.value).endswith("。")


def test_a_million_empty_columns_cost_nothing(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{c}1" s="1"/>' for c in ("B", "XFD")) * 50_000
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c>{cells}</row></sheetData></worksheet>'  # noqa: E501
    path = patched(
        book(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        {"xl/worksheets/sheet1.xml": sheet.encode()},
    )

    assert list(read_rows(path)) == [(1, [1])]


DANGEROUS = ["=1+1", "+86", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1+1", "\uff20SUM(A1)"]


def test_written_xlsx_has_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = [
        Column("名称", "text"),
        Column("原值", "money"),
        Column("日期", "date"),
        Column("号"),
    ]
    rows = [[text, Decimal("1.50"), date(2024, 1, 5), "00017"] for text in DANGEROUS]

    count = write_xlsx(path, [Sheet("仪器[1]/表", columns, iter(rows))])

    assert count == len(DANGEROUS)
    page = load_workbook(path).active
    assert page.title == "仪器-1--表"
    for row, text in enumerate(DANGEROUS, start=2):
        cell = page.cell(row, 1)
        assert cell.data_type == "s"
        assert cell.quotePrefix
        assert page.cell(row, 2).value == 1.5
        assert page.cell(row, 3).value == datetime(2024, 1, 5)  # noqa: DTZ001
        assert page.cell(row, 4).value == "00017"
        if not text.startswith("\r"):
            assert cell.value == text


def test_written_csv_is_disarmed_and_comes_back(tmp_path: Path) -> None:
    out = io.StringIO()
    write_csv(out, ["名称", "数"], [[text, -5] for text in DANGEROUS[:4]])

    text = out.getvalue()
    assert text.startswith("\ufeff名称,数\r\n'=1+1,-5\r\n'+86,-5\r\n")
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert [cells[0] for _, cells in read_rows(path)][1:] == DANGEROUS[:4]


def test_written_jsonl(tmp_path: Path) -> None:
    out = io.StringIO()

    assert (
        write_jsonl(out, [{"名称": "电镜", "原值": Decimal("1.50"), "日": date(2024, 1, 5)}]) == 1
    )
    assert json.loads(out.getvalue()) == {"名称": "电镜", "原值": "1.50", "日": "2024-01-05"}


def test_faults_are_marked_in_the_users_file(tmp_path: Path) -> None:
    source = read_rows(book(tmp_path / "a.xlsx"))
    faults = [CellFault(2, 2, "原值应为数字。"), CellFault(3, None, "重复的编号。")]

    how = write_faults(source, faults, tmp_path / "b.xlsx", heads=TABLE[0], head_row=1)

    assert how == "annotated"
    page = load_workbook(tmp_path / "b.xlsx").active
    assert page["C2"].comment.text == "原值应为数字。"
    assert page["C2"].fill.start_color.rgb == "FFF4B6B6"
    assert page["E1"].value == "错误说明"
    assert page["E3"].value == "重复的编号。"
    assert page["A2"].value == "007"


def test_faults_of_a_text_file_become_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名称\n1,甲\n2,=乙\n3,丙\n", encoding="utf-8")

    faults = [CellFault(3, 1, "不对。")]
    how = write_faults(
        read_rows(path), faults, tmp_path / "b.xlsx", heads=["编号", "名称"], head_row=1,
        only_faulty=True,
    )  # fmt: skip

    assert how == "extract"
    rows = list(load_workbook(tmp_path / "b.xlsx").active.iter_rows(values_only=True))
    assert rows == [("原行号", "错误说明", "编号", "名称"), (3, "不对。", "2", "=乙")]


_MEASURE = """
import resource, sys
from kexiang.core.tabular import read_rows
count = sum(1 for _ in read_rows(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.req("A-16")
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    used = []
    for rows in (2_000, 40_000):
        path = tmp_path / f"{rows}.xlsx"
        content = ([f"编号{n}", *["相同的文字"] * 19, n] for n in range(rows))
        write_xlsx(path, [Sheet("a", [Column(f"列{n}") for n in range(21)], content)])
        answer = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(path)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert int(answer[0]) == rows + 1
        used.append(int(answer[1]))

    assert used[1] - used[0] < 30  # MB, for twenty times the rows
