"""Every kind: its template filled in, taken in, given out and taken in again is the same."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kexiang.catalog import services
from kexiang.catalog.models import Record
from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.types import SecrecyCheck
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.kinds.sheet import example_of
from tests.catalog.conftest import AT, World
from tests.kinds.conftest import BASE

pytestmark = pytest.mark.django_db(transaction=True)
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


@pytest.mark.req("A-16", "G-10")
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_survives_the_way_out_and_in(
    kind: str, world: World, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(filled(kind))

    told = take_in(first, kind, world.university.uid)
    assert [fault.message for fault in told.faults] == []
    record = Record.objects.get(kind=kind)
    named = {field.name for field in kinds.kind(kind).required}
    assert named <= set(record.attributes)

    wanted = RecordFilter(kind=kind)
    services.export_records(actor=LOADER, wanted=wanted, kind_of_file="xlsx", target=second, at=AT)
    handed_to(second, world.firm.name)
    again = take_in(second, kind, world.firm.uid)
    assert [fault.message for fault in again.faults] == []
    copy = Record.objects.get(kind=kind, owner=world.firm)
    assert copy.attributes == record.attributes
