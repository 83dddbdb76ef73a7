"""Ten workbooks as offices really send them, built anew for each test.

Each has several kinds of dirt at once; ``BUILDERS`` gives them by name. The contents are invented.
"""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from PIL import Image

from kexiang.core.tabular_types import letter_of

ETC = "http://www.wps.cn/officeDocument/2017/etCustomData"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def picture(colour: str = "red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(stream, "PNG")
    return stream.getvalue()


def two_levels(path: Path) -> Path:
    """Title and note above, merged heads on two levels, sums per section, signatures below."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("大型仪器")
    page.merge_range("A1:I1", "某某大学大型仪器设备一览表")
    page.write_row("A2", ["填报单位:某某大学", None, None, None, None, None, "单位:万元"])
    for column, head in ((0, "序号"), (1, "仪器名称"), (2, "规格型号"), (6, "金额"), (8, "备注")):
        page.merge_range(2, column, 3, column, head) if column != 6 else None
    page.merge_range("D3:F3", "基本信息")
    page.merge_range("G3:H3", "金额")
    page.write_row("D4", ["单位内部编号", "生产厂家", "入账日期"])
    page.write_row("G4", ["单价", "总价"])
    page.merge_range("A5:I5", "一、分析仪器")
    rows = [
        [1, "X射线衍射仪", "D8 ADVANCE", "YQ-001", "布鲁克", "2021.5.20", 126.5, 126.5],
        [2, "扫描电子显微镜", "SU5000", "YQ-002", "日立", "2019年3月8日", 268, 268],
        ["小计", None, None, None, None, None, 394.5, 394.5],
        ["二、物性仪器"],
        [3, "万能试验机", "CMT5105", "YQ-003", "美特斯", "20180912", 45.8, 45.8],
        ["合计(3 台)", None, None, None, None, None, 440.3, 440.3],
        [None],
        ["填表人:张三", None, None, "审核人:李四", None, None, "日期:2026.11.2"],
    ]
    for number, cells in enumerate(rows, start=5):
        page.write_row(number, 0, cells)
    book.close()
    return path


def hidden_things(path: Path) -> Path:
    """A cover, a filtered ledger with hidden rows and a hidden column, a hidden old sheet."""
    book = xlsxwriter.Workbook(str(path))
    cover = book.add_worksheet("封面")
    cover.write_column("B3", ["固定资产台账", "编制单位:某某研究所", "二〇二六年"])
    page = book.add_worksheet("在用设备")
    page.write_row(0, 0, ["资产编号", "设备名称", "型号", "单价(元)", "领用人", "入账日期"])
    number = book.add_format({"num_format": "00000000"})
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    for row in range(1, 7):
        page.write_number(row, 0, 1200 + row, number)
        page.write_row(row, 1, [f"离心机{row}", f"TGL-{row}", 15_000 * row, "赵六"])
        page.write_datetime(row, 5, date(2024, 1, row), day)
    page.set_column(4, 4, 12, None, {"hidden": True})
    page.autofilter(0, 0, 6, 5)
    for row in (3, 4):
        page.set_row(row, None, None, {"hidden": True})
    old = book.add_worksheet("已报废")
    old.write_row(0, 0, ["资产编号", "设备名称"])
    old.write_row(1, 0, ["00000001", "老天平"])
    old.hide()
    page.activate()
    book.close()
    return path


def wps_pictures(path: Path) -> Path:
    """Pictures in cells as WPS keeps them, and one floating beside its row."""
    plain = path.with_suffix(".plain.xlsx")
    book = xlsxwriter.Workbook(str(plain))
    page = book.add_worksheet("设备照片")
    page.write_row(0, 0, ["设备名称", "型号", "照片"])
    for row, name in ((1, "ID_AAA"), (2, "ID_BBB")):
        page.write_row(row, 0, [f"设备{row}", f"M-{row}"])
        page.write_formula(row, 2, f'=_xlfn.DISPIMG("{name}",1)', None, f'=DISPIMG("{name}",1)')
    page.write_row(3, 0, ["设备3", "M-3"])
    page.insert_image(3, 2, "3.png", {"image_data": io.BytesIO(picture("blue"))})
    book.close()
    _with_cell_images(plain, path, {"ID_AAA": picture("red"), "ID_BBB": picture("green")})
    plain.unlink()
    return path


def _with_cell_images(source: Path, target: Path, images: dict[str, bytes]) -> None:
    shown = "".join(
        f'<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{n}" name="{name}"/></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip r:embed="rId{n}"/></xdr:blipFill></xdr:pic></etc:cellImage>'
        for n, name in enumerate(images, start=1)
    )
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    xml = (
        f'<etc:cellImages xmlns:etc="{ETC}" xmlns:xdr="{drawing}/spreadsheetDrawing" '
        f'xmlns:a="{drawing}/main" xmlns:r="{REL}">{shown}</etc:cellImages>'
    )
    rels = "".join(
        f'<Relationship Id="rId{n}" Type="{REL}/image" Target="media/wps{n}.png"/>'
        for n in range(1, len(images) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/cellimages.xml", xml)
        new.writestr(
            "xl/_rels/cellimages.xml.rels",
            f'<Relationships xmlns="{package}">{rels}</Relationships>',
        )
        for number, data in enumerate(images.values(), start=1):
            new.writestr(f"xl/media/wps{number}.png", data)


def gbk_csv(path: Path) -> Path:
    """A GBK text with ``sep=``, semicolons, marked texts and a sum."""
    lines = [
        "sep=;",
        "资产编号;仪器名称;型号;原值(元);是否开放",
        '="00017";气相色谱仪;7890B;"385,000.00";√',
        "'000018;液相色谱仪;1260;４２００００;否",
        ";;;;",
        "合计;;;805000;",
    ]
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    return path


def web_page(path: Path) -> Path:
    """A page that an asset system calls .xls: layout table around it, spans, GBK."""
    path.write_bytes(
        """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312"></head><body>
<table><tr><td>资产管理系统<table border=1>
<tr><td colspan=5 align=center>仪器设备明细账</td></tr>
<tr><th rowspan=2>资产编号</th><th rowspan=2>仪器名称</th><th colspan=2>购置</th>
<th rowspan=2>存放地点</th></tr>
<tr><th>单价(元)</th><th>入账日期</th></tr>
<tr><td x:str>0001200</td><td>分析天平&nbsp;</td><td>12,500.00</td><td>2016-03-01</td>
<td>A101<br>东侧</td></tr>
<tr><td>0001201</td><td>恒温水浴 &lt;双列&gt;</td><td>3,200.00</td><td>2017/12/9</td><td></td></tr>
<tr><td>合计</td><td></td><td>15,700.00</td><td></td><td></td></tr>
</table></td></tr></table></body></html>""".encode("gbk")
    )
    return path


def damaged_numbers(path: Path) -> Path:
    """18-digit numbers typed as numbers, scientific texts, texts that are numbers, errors."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Sheet1")
    page.write_row(0, 0, ["仪器名称", "固定资产编号", "进口报关单编号", "原值(万元)", "电话"])
    page.write_row(
        1, 0, ["甲", 140104199001011234, "020120211000123456", "12.5万元", "0355-2012345"]
    )
    page.write_row(
        2, 0, ["乙", "1.40104E+17", "02012021100012345６", "￥30", "０３５５２０１２３４５"]
    )
    page.write_row(3, 0, ["丙", "'00012", None])
    page.write_formula(3, 3, "=VLOOKUP(A4,X:Y,2,0)", None, "#N/A")
    page.write_formula(4, 0, '="丁"&"机"', None, "丁机")
    page.write_formula(4, 1, "=#REF!", None, "#REF!")
    page.write_formula(4, 3, "=1+1", None, 2)
    book.close()
    return path


def days_of_1904(path: Path) -> Path:
    """A workbook of a Mac: days count from 1904, some cells are dates, some bare numbers."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    page = book.add_worksheet("台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, ["仪器名称", "启用日期", "建账日期"])
    page.write("A2", "甲")
    page.write_datetime("B2", date(2024, 1, 5), day)
    page.write_number("C2", 43834)  # 2024-01-05 counted from 1904
    page.write_row(2, 0, ["乙", "2024/1/5", 20240105])
    book.close()
    return path


def merged_rows(path: Path) -> Path:
    """A department merged over its instruments, a price merged over two, heads repeated."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("按部门")
    heads = ["使用部门", "仪器名称", "单价(元)"]
    page.write_row(0, 0, heads)
    page.merge_range("A2:A4", "材料学院")
    page.write_row("B2", ["电镜", 2_680_000])
    page.write("B3", "镀膜仪")
    page.write("B4", "抛光机")
    page.merge_range("C3:C4", 90_000)
    page.write_row(4, 0, heads)
    page.write_row(5, 0, ["化学院", "核磁", 5_200_000])
    book.close()
    return path


def scaled_money(path: Path) -> Path:
    """Cells that show 万元 by their format, and column numbers under the heads."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("明细")
    page.write_row(0, 0, ["仪器名称", "原值(万元)", "合同价"])
    page.write_row(1, 0, [1, 2, 3])
    page.write("A3", "质谱仪")
    page.write_number("B3", 1_265_000, book.add_format({"num_format": "0!.0000"}))
    page.write_number("C3", 120.5, book.add_format({"num_format": '0.00"万元"'}))
    book.close()
    return path


def unicode_text(path: Path) -> Path:
    """Excel's "Unicode text": UTF-16 with tabs, several values in a cell, yes and no."""
    rows = [
        ["仪器名称", "学科领域", "服务方式", "可用创新券"],
        ["拉曼光谱仪", '"化学、材料科学"', '"送样\n上机"', "有"],
        ["原子力显微镜", "物理学;化学", "送样,上机", "无"],
    ]
    path.write_bytes("\r\n".join("\t".join(row) for row in rows).encode("utf-16"))
    return path


BUILDERS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "two_levels": ("台账.xlsx", two_levels),
    "hidden_things": ("资产.xlsx", hidden_things),
    "wps_pictures": ("照片.xlsx", wps_pictures),
    "gbk_csv": ("导出.csv", gbk_csv),
    "web_page": ("明细账.xls", web_page),
    "damaged_numbers": ("编号.xlsx", damaged_numbers),
    "days_of_1904": ("苹果.xlsx", days_of_1904),
    "merged_rows": ("部门.xlsx", merged_rows),
    "scaled_money": ("明细.xlsx", scaled_money),
    "unicode_text": ("文本.txt", unicode_text),
}


def build(name: str, folder: Path) -> Path:
    """One of the ten in ``folder``."""
    file_name, builder = BUILDERS[name]
    return builder(folder / file_name)


def empty_styled_rows(path: Path, rows: int) -> Path:
    """A sheet of two records and then nothing but formatted emptiness."""
    head = f'<worksheet xmlns="{MAIN}"><sheetData>'
    data = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{a}</t></is></c>'
        f'<c r="B{n}" t="inlineStr"><is><t>{b}</t></is></c></row>'
        for n, (a, b) in enumerate([("名称", "型号"), ("甲", "X-1"), ("乙", "X-2")], start=1)
    )
    return _with_sheet(path, head + data, (_empty_row(n) for n in range(4, rows + 4)))


def _empty_row(number: int) -> str:
    cells = "".join(f'<c r="{letter_of(c)}{number}" s="1"/>' for c in range(8))
    return f'<row r="{number}" spans="1:8" ht="15">{cells}</row>'


def _with_sheet(path: Path, start: str, rows: Any) -> Path:
    plain = io.BytesIO()
    book = xlsxwriter.Workbook(plain)
    book.add_worksheet("数据")
    book.close()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.endswith("sheet1.xml"):
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w") as stream:
            stream.write(start.encode())
            for row in rows:
                stream.write(row.encode())
            stream.write(b"</sheetData></worksheet>")
    return path
