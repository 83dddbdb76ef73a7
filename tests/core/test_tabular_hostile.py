"""Files made to break a reader: bounded, refused or read, never a crash (AA-01, peers.md 13.2)."""

import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kexiang.core import tabular_pictures
from kexiang.core.tabular import Unreadable, read_rows
from kexiang.core.tabular_survey import survey
from kexiang.core.tabular_types import Picture
from tests.support import workbooks

pytestmark = pytest.mark.req("AA-01", "A-16")
MAIN = workbooks.MAIN
LAUGHS = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>"""


def sheet(path: Path, xml: str, parts: dict[str, bytes] | None = None) -> Path:
    """A workbook whose only sheet is ``xml``; ``parts`` are put beside it."""
    plain = path.with_suffix(".plain")
    book = xlsxwriter.Workbook(str(plain))
    book.add_worksheet("数据")
    book.close()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.endswith("sheet1.xml") and name not in (parts or {}):
                new.writestr(name, old.read(name))
        new.writestr("xl/worksheets/sheet1.xml", xml)
        for name, data in (parts or {}).items():
            new.writestr(name, data)
    return path


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


TWO = f"<row r='1'>{cell('A1', '名称')}{cell('B1', '型号')}</row>" \
    f"<row r='2'>{cell('A2', '甲')}{cell('B2', 'X')}</row>"  # fmt: skip


def test_sixteen_thousand_styled_columns(tmp_path: Path) -> None:
    empty = "".join(f'<c r="{workbooks.letter_of(n)}1" s="1"/>' for n in range(2, 16_384))
    hidden = '<cols><col min="1" max="16384" hidden="1"/></cols>'
    row = f"<row r='1'>{cell('A1', '名称')}{cell('B1', '型号')}{empty}</row>"
    xml = f'<worksheet xmlns="{MAIN}">{hidden}<sheetData>{row}</sheetData></worksheet>'

    found = survey(sheet(tmp_path / "a.xlsx", xml))

    assert found.heads == ("名称", "型号")
    assert all(column.is_hidden for column in found.columns)


def test_merges_of_the_whole_sheet(tmp_path: Path) -> None:
    merges = '<mergeCell ref="A1:XFD1048576"/>' * 5_000
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{TWO}</sheetData>' \
        f"<mergeCells>{merges}</mergeCells></worksheet>"  # fmt: skip

    found = survey(sheet(tmp_path / "a.xlsx", xml))

    assert len(found.columns) <= 1_000


def test_laughing_entities_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    good = f'<worksheet xmlns="{MAIN}"><sheetData>{TWO}</sheetData></worksheet>'
    bad = f"{LAUGHS}<cellImages>&c;</cellImages>".encode()
    padded = f"<!--{'x' * 5_000}-->{LAUGHS[21:]}<sst>&c;</sst>".encode()
    cases = [
        sheet(tmp_path / "a.xlsx", f"{LAUGHS}{good}"),
        sheet(tmp_path / "b.xlsx", good, {"xl/styles.xml": bad}),
        sheet(tmp_path / "c.xlsx", good, {"xl/sharedStrings.xml": padded}),
    ]

    for path in cases[:2]:
        with pytest.raises(Unreadable):
            list(read_rows(path))
    assert dict(read_rows(cases[2]))[2] == ["甲", "X"]  # its strings are never asked for entities


def test_torn_pictures_are_told(tmp_path: Path) -> None:
    path = workbooks.build("wps_pictures", tmp_path)
    lost = Picture(7, 2, "x", "xl/media/none.png", ".png", 10)
    huge = Picture(8, 2, "x", "xl/media/wps1.png", ".png", 60 * 1024**2)

    with pytest.raises(Unreadable, match="第 7 行的图片无法读取"):
        tabular_pictures.read(path, lost)
    with pytest.raises(Unreadable, match="第 8 行的图片超过 50 MB"):
        tabular_pictures.read(path, huge)


def test_broken_list_of_pictures_is_told(tmp_path: Path) -> None:
    good = f'<worksheet xmlns="{MAIN}"><sheetData>{TWO}<row r="3"><c r="C3" t="str">' \
        '<v>=DISPIMG("ID_1",1)</v></c></row></sheetData></worksheet>'  # fmt: skip
    path = sheet(tmp_path / "a.xlsx", good, {"xl/cellimages.xml": b"<cell"})

    with pytest.raises(Unreadable, match="图片无法读取"):
        survey(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xls", b"<html><body>no table</body></html>", "没有找到表格"),
        ("a.xls", b"<html><table><tr><td colspan=99999 rowspan=99999>a", "没有找到列标题"),
        ("a.xls", b"MIME-Version: 1.0\nX-Document-Type: Workbook", "单个网页档案"),
        ("a.xls", b"\x7fELF\x02\x01\x01" + b"\0" * 64, "不是 Excel 工作簿"),
        ("a.xls", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Workbook '
         b'xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "不允许的 XML 声明"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
         b'spreadsheet"><Worksheet><Table><Row>', "不完整"),
        ("a.xlsb", b"PK\x03\x04", "二进制"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refused:
        survey(path)

    assert says in str(refused.value)


def test_a_text_named_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes("名称\t型号\r\n天平\tX-1\r\n".encode("gbk"))

    found = survey(path)

    assert (found.kind, found.heads) == ("csv", ("名称", "型号"))
    assert "文件扩展名是 .xls,内容是文本表格,已按内容读取。" in found.notes


def test_a_new_workbook_named_xls_is_read(tmp_path: Path) -> None:
    path = workbooks.build("merged_rows", tmp_path).rename(tmp_path / "a.xls")

    assert survey(path).notes[0] == "文件扩展名是 .xls,内容是新版工作簿,已按内容读取。"


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400)
    | st.builds(lambda head, rest: head + rest,
                st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<table><tr>",
                                 b"<html>", b"sep=;\n", b"\xff\xfe"]), st.binary(max_size=200)),
    st.sampled_from([".xlsx", ".xls", ".csv", ".txt", ".jsonl"]),
)  # fmt: skip
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / f"a{suffix}"
    path.write_bytes(content)

    try:
        found = survey(path)
    except Unreadable as error:
        assert str(error).endswith("。")  # noqa: PT017 -- read or refused, both are right
    else:
        assert found.columns


_MEASURE = """
import resource, sys
from kexiang.core.tabular import read_rows
from kexiang.core.tabular_rows import DataRows
from kexiang.core.tabular_survey import survey
found = survey(sys.argv[1])
rows = DataRows(read_rows(sys.argv[1]), header_row=found.header_row, heads=found.heads)
print(sum(1 for _ in rows), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.once
def test_formatted_emptiness_takes_no_memory(tmp_path: Path) -> None:
    used = []
    for rows in (1_000, 120_000):
        path = workbooks.empty_styled_rows(tmp_path / f"{rows}.xlsx", rows)
        answer = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(path)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert int(answer[0]) == 2
        used.append(int(answer[1]))

    assert used[1] - used[0] < 20  # MB


_BITS = [
    b"<",
    b">",
    b'"',
    b"&",
    b"-1",
    b"9" * 14,
    b"\0",
    b"\xff",
    b"XFE",
    b"1e999",
    b"nan",
    b"<!--",
]


def torn(source: Path, target: Path, chance: random.Random) -> Path:
    """A copy of a workbook with a few bytes of one of its parts changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        chosen = chance.choice([name for name in old.namelist() if name.startswith("xl")])
        for name in old.namelist():
            data = bytearray(old.read(name))
            for _ in range(3 if name == chosen else 0):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(5)] = chance.choice(_BITS)
            new.writestr(name, bytes(data))
    return target


@pytest.mark.parametrize("name", ["two_levels", "hidden_things", "wps_pictures", "damaged_numbers"])
def test_no_torn_workbook_breaks_the_reader(tmp_path: Path, name: str) -> None:
    source, chance = workbooks.build(name, tmp_path), random.Random(20261123)

    told = 0
    for _ in range(60):
        try:
            survey(torn(source, tmp_path / "torn.xlsx", chance))
        except Unreadable as error:
            told += str(error).endswith("。")

    assert told  # some were too torn; none broke the reader
