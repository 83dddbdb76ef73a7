"""A workbook of instruments, written row by row in bounded memory, with shared strings.

XlsxWriter keeps either everything in memory or no shared strings; so the three parts of a
workbook that matter are written here.
"""

import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

SEED = 40_421
WORDS = "精密 高温 真空 自动 台式 数字 多功能 便携 工业 实验室 光谱 电子 激光 低温 在线".split()  # noqa: SIM905 -- reads better
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships">{}</Relationships>'
)
_WORKBOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
    '<sheet name="科研仪器" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


@dataclass(frozen=True, slots=True)
class Made:
    """``faulty`` are the row numbers of the sheet (the heads are row 1)."""

    columns: int
    faulty: set[int]


class _Strings:
    """The shared strings in the order of their first use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.used = 0

    def cell(self, text: str) -> str:
        self.used += 1
        return f'<c t="s"><v>{self.numbers.setdefault(text, len(self.numbers))}</v></c>'

    def xml(self) -> Iterator[str]:
        head = f'<sst xmlns="{_MAIN}" count="{self.used}" uniqueCount="{len(self.numbers)}">'
        yield f'<?xml version="1.0"?>{head}'
        yield from (f"<si><t>{escape(text)}</t></si>" for text in self.numbers)
        yield "</sst>"


Maker = Callable[[random.Random, int], str]


def _makers() -> dict[str, Maker]:
    """Head → what makes a valid value for it."""
    spec = kinds.kind("instrument")
    made: dict[str, Maker] = {}
    for column in kinds.import_columns(spec):
        field = column.spec
        if column.parent is None and field.type not in ("table", "record", "records", "region"):
            made[column.head] = _maker(field)
    return made


def _maker(field: Any) -> Maker:
    known: dict[str, Maker] = {
        "inner_id": lambda _r, n: f"N{n:08d}",
        "asset_no": lambda _r, n: f"ZC{n:08d}",
        "serial_number": lambda _r, n: f"S{n:08d}",
        "title": lambda r, n: f"{r.choice(WORDS)}{r.choice(WORDS)}测试仪{n % 9973}",
        "commissioned_on": lambda r, _n: f"{r.randint(2015, 2024)}-06-{r.randint(10, 28)}",
        "booked_on": lambda r, _n: f"{r.randint(2005, 2014)}年3月{r.randint(1, 28)}日",
        "run_hours": lambda r, _n: str(r.randint(1500, 2000)),
        "service_hours": lambda r, _n: str(r.randint(500, 1000)),
        "external_hours": lambda r, _n: str(r.randint(10, 400)),
        "customs_supervised": lambda _r, _n: "否",
        "cstr": lambda _r, n: f"CSTR:16666.11.nbsdc.{n:08d}",
        "contact_postcode": lambda _r, _n: "046000",
        "province": lambda _r, _n: "山西省",
        "city": lambda _r, _n: "长治市",
    }
    return known.get(field.name) or _of_type(field)


def _codes(field: Any) -> list[str]:
    """Codes of the leaves: an upper level is no class."""
    if field.options:
        return [str(getattr(option, "code", option)) for option in field.options]
    items = reference.codes(field.codes)
    parents = {item.parent for item in items}
    # "NA" (Namibia) is what people write for "not available", and is read so.
    return [item.code for item in items if item.code not in parents and item.code != "NA"]


def _of_type(field: Any) -> Maker:
    if field.type in ("code", "codes"):
        codes = _codes(field)
        return lambda r, _n: r.choice(codes)
    plain: dict[str, Maker] = {
        "money": lambda r, _n: f"{r.uniform(1, 500):.2f}",
        "integer": lambda r, _n: str(r.randint(1, 20)),
        "decimal": lambda r, _n: f"{r.uniform(1, 100):.1f}",
        "year": lambda r, _n: str(r.randint(2000, 2024)),
        "boolean": lambda r, _n: r.choice(["是", "否"]),
        "date": lambda r, _n: f"{r.randint(2005, 2024)}/5/{r.randint(1, 28)}",
        "phone": lambda r, _n: f"0355-{r.randint(2_000_000, 8_999_999)}",
        "email": lambda r, _n: f"u{r.randint(1, 500)}@example.edu.cn",
        "url": lambda r, _n: f"https://example.edu.cn/{r.randint(1, 500)}",
        "model_no": lambda r, _n: f"KX-{r.randint(100, 9999)}",
    }
    if field.type in plain:
        return plain[field.type]
    most = min(field.max_length or 60, 60)
    return lambda r, _n: f"{r.choice(WORDS)}{r.choice(WORDS)}{r.randint(1, 2000)}号说明"[:most]


def _spoil(row: dict[str, str], rng: random.Random) -> None:
    """One fault of those that people make."""
    head, value = rng.choice(
        [
            ("原值(万元)", "很贵"),
            ("建账日期", "2024-13-45"),
            ("仪器名称", ""),
            ("仪器分类", "没有这一类"),
            ("邮箱", "不是邮箱"),
        ]
    )
    if head not in row:
        raise AssertionError(f"the kind has no column {head}")
    row[head] = value


def write_sheet(path: Path, *, rows: int, share: float) -> Made:
    """Write the workbook; the same for one seed."""
    rng, strings, makers = random.Random(SEED), _Strings(), _makers()
    faulty = set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        _write_frame(book)
        with book.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            out.write(_row(strings, makers).encode())
            for number in range(1, rows + 1):
                row = {head: make(rng, number) for head, make in makers.items()}
                if rng.random() < share:
                    _spoil(row, rng)
                    faulty.add(number + 1)
                out.write(_row(strings, row.values()).encode())
            out.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w") as out:
            for piece in strings.xml():
                out.write(piece.encode())
    return Made(columns=len(makers), faulty=faulty)


def _row(strings: _Strings, values: Any) -> str:
    return f"<row>{''.join(strings.cell(value) for value in values)}</row>"


def _write_frame(book: zipfile.ZipFile) -> None:
    book.writestr("[Content_Types].xml", _TYPES)
    document = f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
    book.writestr("_rels/.rels", _RELATIONS.format(document))
    book.writestr("xl/workbook.xml", _WORKBOOK)
    parts = (
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>'
    )
    book.writestr("xl/_rels/workbook.xml.rels", _RELATIONS.format(parts))
