"""What is made from a kind: the Excel template, the form, the reference pages of the manual."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kexiang.kernel.errors import NotFound
from kexiang.kinds import national, queries, reference_page, sheet
from kexiang.kinds.entry.form import KindForm
from kexiang.kinds.lookups import local_regions
from kexiang.kinds.types import FieldSpec, FormRecord, FormResult, KindSpec
from kexiang.reference import queries as reference

__all__ = [
    "KindForm",
    "choices_of",
    "excel_template",
    "form_for",
    "reference_page_of",
    "write_national",
    "write_reference",
]


def form_for(
    spec: KindSpec,
    data: Any = None,
    files: Any = None,
    *,
    cleaner: queries.Cleaner | None = None,
    values: Mapping[str, Any] | None = None,
    only: Iterable[str] | None = None,
    draft: bool = False,
    names: Mapping[str, str] | None = None,
) -> KindForm:
    """The form of a kind, bound when ``data`` is given.

    ``names`` is what stands for uids of records and units.
    ``values`` are stored values to start from, ``only`` the fields to show. ``draft`` accepts
    open required fields. A ``cleaner`` of the caller knows more than the pack's lists: records
    and organisations by name.
    """
    return KindForm(
        data,
        files,
        spec=spec,
        cleaner=cleaner or queries.cleaner(spec.code),
        choices=choices_of,
        values=values,
        only=only,
        draft=draft,
        names=names,
    )


def excel_template(kind: str) -> bytes:
    """The .xlsx template of a kind with the lists of the pack in use; raises ``NotFound``."""
    spec = queries.kind(kind)
    choices = {column.key: choices_of(column.spec) for column in queries.import_columns(spec)}
    return sheet.workbook(spec, choices)


def choices_of(one: FieldSpec) -> list[tuple[str, str]]:
    """Code and label of everything a field may hold; empty for a field without a list."""
    if one.options:
        return [(option.code, option.label) for option in one.options]
    if one.type == "region":
        return local_regions()
    if not one.codes:
        return []
    try:
        return [(item.code, item.label) for item in reference.codes(one.codes)]
    except NotFound:
        return []


def reference_page_of(kind: str) -> str:
    """The reference page of a kind in Markdown; raises ``NotFound``."""
    return reference_page.page(queries.kind(kind))


def write_reference(folder: Path, specs: Iterable[KindSpec]) -> list[Path]:
    """Write ``<kind>.md`` for each kind and remove pages of kinds that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for spec in specs:
        target = folder / f"{spec.code}.md"
        target.write_text(reference_page.page(spec), encoding="utf-8")
        written.append(target)
    for old in set(folder.glob("*.md")) - set(written):
        old.unlink()
    return written


def write_national(
    form: national.NationalForm,
    spec: KindSpec,
    records: Iterable[FormRecord],
    target: Path,
    *,
    words: national.Words,
) -> FormResult:
    """Write records as an upload form of the national platform; see ``kinds.national``."""
    return national.write(form, spec, records, target, words=words)
