"""A kind added in a pack needs no Python: form, template, rules, schema, API, search follow."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from kexiang.core.tabular import find_header, read_rows
from kexiang.kinds import queries, services
from kexiang.reference import cache

pytestmark = [pytest.mark.django_db, pytest.mark.req("A-16", "F-01")]

WOOD = """
[kind]
code = "wood"
label = "木材标本"
label_en = "Wood samples"
unit = "块"
tab = "木材"
order = 71

[kind.roles]
number = "sample_no"

[[field]]
name = "sample_no"
label = "标本号"
required = true
max_length = 10
search = 5
column = true

[[field]]
name = "density"
label = "密度"
type = "decimal"
unit = "g/cm3"
decimals = 3
min = 0
facet = true
sortable = true

[[field]]
name = "cut"
label = "切面"
type = "codes"
options = [
  { code = "x", label = "横切面" },
  { code = "r", label = "径切面" },
]
facet = true

[[field]]
name = "parts"
label = "部位"
type = "table"
max_items = 3
fields = [
  { name = "name", label = "名称", required = true },
  { name = "age", label = "年龄", type = "integer" },
]
"""


@pytest.fixture
def wood(tmp_path: Path, settings: Any) -> Iterator[None]:
    """A place pack over the real base, whose only own file is the kind."""
    folder = tmp_path / "forest-2026"
    (folder / "kinds").mkdir(parents=True)
    (folder / "kinds" / "wood.toml").write_text(WOOD, encoding="utf-8")
    (folder / "pack.toml").write_text(
        '[pack]\nname = "forest-2026"\ntitle = "林区"\nversion = "1"\nstatus = "current"\n'
        'valid_from = 2026-01-01\nextends = "base"\n'
        'place = { region = "140400", name = "长治市", operator = "市科技局" }\n',
        encoding="utf-8",
    )
    settings.PACK_FOLDERS = [tmp_path, *settings.PACK_FOLDERS]
    settings.PACK = "forest-2026"
    cache.forget()
    yield
    cache.forget()


@pytest.mark.usefixtures("wood")
def test_kind_is_known_beside_the_others(client: Client) -> None:
    assert {"wood", "instrument"} <= {spec.code for spec in queries.kinds()}
    spec = queries.kind("wood")
    assert {one.name for one in spec.facets} >= {"density", "cut", "funding_source"}
    assert [(one.name, weight) for one, weight in spec.searchable][:2] == [
        ("title", 10),
        ("keywords", 6),
    ]


@pytest.mark.usefixtures("wood")
def test_rules_and_form_follow() -> None:
    spec = queries.kind("wood")
    data = {
        "title": "油松",
        "sample_no": "M-00000000001",
        "density": "0.51234",
        "cut": ["x"],
        "funding_source": "fiscal",
        "parts-0-name": "心材",
        "parts-1-age": "12",
    }

    form = services.form_for(spec, data)

    assert not form.is_valid()
    assert form.errors["sample_no"] == ["标本号最多 10 字,现有 13 字,请减少 3 字。"]
    assert form.errors["parts"] == ["部位第 2 行的名称必填,请补充。"]
    html = form.as_div()
    assert 'name="parts-0-name"' in html
    assert "横切面" in html

    fixed = services.form_for(spec, {**data, "sample_no": "M-1", "parts-1-name": "边材"})
    assert fixed.is_valid(), fixed.errors
    assert fixed.values["density"] == "0.512"
    assert fixed.values["parts"] == [{"name": "心材"}, {"name": "边材", "age": 12}]


@pytest.mark.usefixtures("wood")
def test_template_follows(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(services.excel_template("wood")))
    heads = [cell.value for cell in book["木材标本"][2]]

    assert {"标本号*", "密度(g/cm3)", "切面", "部位"} <= set(heads)


@pytest.mark.usefixtures("wood")
def test_api_schema_and_page_follow(client: Client) -> None:
    answer = client.get("/api/v1/kinds/wood").json()

    assert answer["label"] == "木材标本"
    schema = answer["attributes_schema"]
    assert schema["properties"]["density"]["pattern"] == r"^\d+\.\d{3}$"
    assert schema["properties"]["parts"]["items"]["required"] == ["name"]
    assert "`density`" in services.reference_page_of("wood")


@pytest.mark.usefixtures("wood")
def test_import_of_the_filled_template(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(services.excel_template("wood")))
    page = book["木材标本"]
    columns = {cell.value: cell.column for cell in page[2]}
    for head, text in (("名称*", "油松"), ("标本号*", "007"), ("投入来源*", "财政资金"),
                       ("密度(g/cm3)", 0.5), ("切面", "横切面;径切面")):  # fmt: skip
        page.cell(4, columns[head], text)
    book.save(tmp_path / "w.xlsx")

    spec = queries.kind("wood")
    rows = dict(read_rows(tmp_path / "w.xlsx"))
    header = find_header(
        list(rows.items()), lambda text: bool(queries.suggest_mapping([text], spec)[0].field)
    )
    matches = queries.suggest_mapping(header.heads, spec)
    raw = {m.field: rows[4][m.index] for m in matches if m.field and m.index < len(rows[4])}
    done = queries.cleaner("wood").clean(raw)

    assert header.row == 2
    assert done.problems == []
    assert done.values["sample_no"] == "007"
    assert done.values["cut"] == ["x", "r"]


def test_cleaner_is_kept_per_pack(wood: None) -> None:
    assert queries.cleaner("wood") is queries.cleaner("wood")
