"""The Excel template: what it shows, and that its own example comes back without a fault."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kexiang.core.tabular import find_header, read_rows
from kexiang.kinds import queries, services
from kexiang.kinds.sheet import GUIDE
from tests.kinds.conftest import BASE

pytestmark = pytest.mark.django_db
CODES = sorted(p.stem for p in (BASE / "kinds").glob("*.toml") if p.stem != "_core")


def book(code: str) -> Any:
    return load_workbook(io.BytesIO(services.excel_template(code)))


@pytest.mark.req("A-16")
def test_template_has_heads_lists_and_guide() -> None:
    made = book("instrument")
    page = made[made.sheetnames[0]]
    heads = [cell.value for cell in page[2]]

    assert heads[0] == "序号"
    assert "原值(万元)*" in heads
    assert "海关监管信息-进口报关单编号" in heads
    assert len(heads) >= 38
    assert page.freeze_panes == "C3"
    assert made["代码表"].sheet_state == "hidden"
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert len(lists) >= 10
    version = queries.template_version([[cell.value for cell in page[1]]])
    assert version == ("instrument", queries.kind("instrument").version)


@pytest.mark.req("A-16")
def test_guide_explains_every_column() -> None:
    made = book("instrument")
    rows = {row[0].value: row for row in made[GUIDE].iter_rows()}

    for column in queries.import_columns(queries.kind("instrument")):
        row = rows[column.head]
        assert row[1].value, column.key
        assert row[3].value, column.key
    assert rows["原值(万元)"][2].value == "是"
    assert "所属类型" in rows["所属资源载体名称"][2].value


def test_id_columns_are_text() -> None:
    page = book("instrument").worksheets[0]
    letter = next(cell.column_letter for cell in page[2] if cell.value == "单位内部编号*")

    assert page.column_dimensions[letter].width
    assert page[f"{letter}3"].number_format == "@"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.req("A-16")
def test_example_row_is_an_example(code: str, tmp_path: Path) -> None:
    """The example row, read back as data, has no fault: examples in kind files are true ones."""
    path = tmp_path / f"{code}.xlsx"
    path.write_bytes(services.excel_template(code))
    spec = queries.kind(code)

    source = read_rows(path)
    header = find_header(
        source.head(), lambda text: bool(queries.suggest_mapping([text], spec)[0].field)
    )
    matches = queries.suggest_mapping(header.heads, spec)
    ((_, example),) = list(source.rows(after=header.row))
    raw = {m.field: example[m.index] for m in matches if m.field and m.index < len(example)}
    done = queries.Cleaner(spec, queries.lookup(record=lambda _, text: text)).clean(raw)

    assert header.row == 2
    assert queries.is_example_row(example)
    assert [m.head for m in matches[1:] if not m.field or not m.sure] == []
    assert [problem.message for problem in done.faults] == []


@pytest.mark.req("A-16")
def test_filled_template_comes_back_clean(good: dict[str, Any], tmp_path: Path) -> None:
    made = book("instrument")
    page = made.worksheets[0]
    places = {cell.value.rstrip("*"): cell.column for cell in page[2]}
    for column in queries.import_columns(queries.kind("instrument")):
        if column.key in good:
            page.cell(4, places[column.head], good[column.key])
    made.save(tmp_path / "a.xlsx")

    spec = queries.kind("instrument")
    rows = dict(read_rows(tmp_path / "a.xlsx"))
    matches = queries.suggest_mapping(rows[2], spec)
    raw = {m.field: rows[4][m.index] for m in matches if m.field and m.index < len(rows[4])}
    done = queries.cleaner("instrument").clean(raw)

    assert done.problems == []
    assert done.values == queries.cleaner("instrument").clean(good).values
