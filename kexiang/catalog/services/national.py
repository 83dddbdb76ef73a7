"""Records in the upload form of the national instrument platform (D-03; domain.md §3.11)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from kexiang.accounts.types import Scope
from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.reading import RecordFilter, records
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAllowed
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.kinds.types import FieldSpec, FormRecord, FormResult, KindSpec
from kexiang.reference import queries as reference

FORM = "nrii"
CHUNK = 200
# Province, city and county are written as names; the codes of the first two end in zeros.
_LEVELS = (("province", 2), ("city", 4))


def has_national_form(kind: str) -> bool:
    """Whether records of this kind can be written as an upload form."""
    return any(form.kind == kind for form in kinds.national_forms())


def export_national(
    *, actor: Actor, wanted: RecordFilter, target: Path, sheet: str = ""
) -> FormResult:
    """Write the records of the list in the platform's own form (.xlsx).

    ``sheet`` picks the form where a kind has two (instruments of a facility). What the form
    cannot hold is told in the result, in Chinese whatever the page's language, as the form is.
    Raises ``NotFound`` for a kind without a form, ``NotAllowed``.
    """
    if not actor.may_use(Scope.RECORDS_READ):
        raise NotAllowed(_("这个令牌没有 records:read 权限。"))
    form = kinds.national_form(wanted.kind, sheet)
    spec = kinds.kind(wanted.kind)
    with translation.override("zh-hans"):
        writer = _Words()
        rows = writer.records(actor, wanted, spec)
        return kind_services.write_national(form, spec, rows, target, words=writer.text)


class _Words:
    """Words of stored values; names of what is referred to are read once per chunk."""

    def __init__(self) -> None:
        self._names = wording.Names()

    def text(self, field: FieldSpec, value: Any) -> str:
        return wording.text_of(field, value, self._names)

    def records(self, actor: Actor, wanted: RecordFilter, spec: KindSpec) -> Iterator[FormRecord]:
        visible = policies.visible(actor)
        chunk: list[Record] = []
        for row in records(actor, wanted).iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from self._chunk(actor, chunk, spec, visible)
                chunk = []
        yield from self._chunk(actor, chunk, spec, visible)

    def _chunk(
        self, actor: Actor, chunk: list[Record], spec: KindSpec, visible: Any
    ) -> Iterator[FormRecord]:
        pairs = [(spec.fields, row.attributes) for row in chunk]
        self._names = wording.names_for(pairs, visible)
        for row in chunk:
            allowed = {field.name for field in spec.visible_fields(policies.reach(actor, row))}
            values = {name: value for name, value in row.attributes.items() if name in allowed}
            name = f"{row.title}({row.number})"
            yield FormRecord(name, _with_places(values, row.region), row.owner.name)


def _with_places(values: dict[str, Any], region: str) -> dict[str, Any]:
    """Province and city follow from the county where nobody has typed them."""
    code = values.get("region") or region
    if not code:
        return values
    for name, digits in _LEVELS:
        if not values.get(name):
            place = code[:digits].ljust(6, "0")
            if reference.region(place) is not None:
                values[name] = reference.region_name(place)
    return {**values, "region": code}
