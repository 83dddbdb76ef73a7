"""Every kind from its own template: in, out and in again the same; its page in both languages;
its schema agrees with what is kept."""

import html
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema_rs import Draft202012Validator
from openpyxl import load_workbook

from kexiang.catalog import services
from kexiang.catalog.models import Record
from kexiang.catalog.queries import RecordFilter, address
from kexiang.catalog.queries.cards import summary
from kexiang.catalog.types import SecrecyCheck
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.kinds.sheet import example_of
from tests.catalog.conftest import AT, World
from tests.kinds.conftest import BASE

pytestmark = pytest.mark.django_db
KINDS = sorted(path.stem for path in (BASE / "kinds").glob("*.toml") if path.stem != "_core")
LOADER = Actor.system("loader")
SKIPPED = {"record", "records", "organisation"}  # they name other records


def filled(kind: str) -> bytes:
    """The template with one row: the example of every column, else its first choice."""
    spec = kinds.kind(kind)
    book = load_workbook(io.BytesIO(kind_services.excel_template(kind)))
    page = book.worksheets[0]
    places = {str(cell.value).rstrip("*"): cell.column for cell in page[2]}
    for column in kinds.import_columns(spec):
        text: Any = example_of(column.spec, kind_services.choices_of(column.spec))
        if column.spec.type in SKIPPED or not text:
            continue
        if column.spec.type == "date":
            text = date.fromisoformat(text)
        elif column.spec.type in ("integer", "year"):
            text = int(text)
        page.cell(4, places[column.head], text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def handed_to(path: Path, unit: str) -> None:
    """The same sheet with another unit in its column 单位: numbers are unique in a unit."""
    book = load_workbook(path)
    page = book.worksheets[0]
    place = next(cell.column for cell in page[1] if cell.value == "单位")
    page.cell(2, place, unit)
    book.save(path)


def take_in(path: Path, kind: str, owner: str) -> Any:
    return services.import_file(
        actor=LOADER,
        kind=kind,
        path=path,
        at=AT,
        owner=owner,
        mode="all_or_nothing",
        publish=SecrecyCheck(by="loader", at=AT),
    )


def read_by_visitors(client: Client, record: Record) -> dict[str, str]:
    """The public page in both languages."""
    pages = {}
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        answer = client.get(address(record.kind, record.uid))
        assert answer.status_code == 200
        pages[language] = html.unescape(answer.content.decode())
    return pages


@pytest.mark.req("A-16", "A-22", "G-10")
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_goes_in_and_out_and_is_read(
    kind: str, world: World, client: Client, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(filled(kind))
    spec = kinds.kind(kind)

    told = take_in(first, kind, world.university.uid)
    assert [fault.message for fault in told.faults] == []
    record = Record.objects.get(kind=kind)
    assert {field.name for field in spec.required} <= set(record.attributes)
    Draft202012Validator(kinds.json_schema(kind)).validate(record.attributes)

    pages = read_by_visitors(client, record)
    assert record.title in pages["zh-hans"]
    assert summary(spec, record.attributes).split(" · ")[0][:29] in pages["zh-hans"]
    assert spec.label_en in pages["en"]
    if record.attributes.get("contact_phone"):
        assert "Telephone" in pages["en"]

    services.export_records(
        actor=LOADER,
        wanted=RecordFilter(kind=kind),
        kind_of_file="xlsx",
        target=second,
        at=AT,
    )
    handed_to(second, world.firm.name)
    again = take_in(second, kind, world.firm.uid)
    assert [fault.message for fault in again.faults] == []
    assert Record.objects.get(kind=kind, owner=world.firm).attributes == record.attributes
