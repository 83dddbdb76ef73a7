"""Questions about the kinds in force, from the pack chain in use (base first, then the place).

Kinds are public facts: everybody may ask, so no actor is named. Parsing happens once per version
of the packs; ``reference`` tells within a second when they change.
"""

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from kexiang.kernel.errors import NotFound
from kexiang.kinds import national
from kexiang.kinds.loading import KindSource, Loaded, load
from kexiang.kinds.lookups import ReferenceLookup, label_of
from kexiang.kinds.national import NationalForm
from kexiang.kinds.rules import (
    Cleaned,
    Cleaner,
    ColumnMatch,
    ImportColumn,
    Lookup,
    Unclear,
    clean,
    completeness,
    import_columns,
    is_example_row,
    suggest_mapping,
    template_version,
)
from kexiang.kinds.schema import describe, schema_of
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference

__all__ = [
    "Cleaned",
    "Cleaner",
    "ColumnMatch",
    "ImportColumn",
    "Lookup",
    "Unclear",
    "check_kind_files",
    "clean",
    "cleaner",
    "completeness",
    "description",
    "has_kind",
    "import_columns",
    "is_example_row",
    "json_schema",
    "kind",
    "kinds",
    "label",
    "lookup",
    "national_form",
    "national_forms",
    "offered",
    "suggest_mapping",
    "template_version",
]
logger = logging.getLogger(__name__)
_loaded: dict[str, Any] = {}
_forms: dict[str, Any] = {}
_cleaners: dict[str, Any] = {}


def _active() -> Loaded:
    loaded: Loaded = reference.cached(_read, _loaded)
    return loaded


def _read() -> Loaded:
    sources = [
        KindSource(f"{file.pack}/{file.path}", Path(file.path).name, file.text)
        for file in reference.pack_files("kinds/")
    ]
    loaded = load(sources)
    for fault in loaded.faults:
        logger.error("kind file %s:%s: %s", fault.file, fault.line, fault.message)
    return loaded


def kinds(*, hidden: bool = False) -> list[KindSpec]:
    """The kinds the place offers, in the order in which pages show them.

    ``hidden`` adds those it does not offer, of which old records may be left.
    """
    loaded = _active()
    return [*loaded.kinds, *(loaded.hidden if hidden else ())]


def kind(code: str) -> KindSpec:
    """One kind, offered or not; raises ``NotFound``."""
    for spec in kinds(hidden=True):
        if spec.code == code:
            return spec
    raise _unknown(code)


def offered(code: str) -> KindSpec:
    """One kind of which new records are taken; raises ``NotFound``."""
    for spec in kinds():
        if spec.code == code:
            return spec
    raise _unknown(code)


def _unknown(code: str) -> NotFound:
    known = "、".join(spec.code for spec in kinds())
    return NotFound(f"没有资源类型“{code[:40]}”。现有类型:{known}。")


def has_kind(code: str) -> bool:
    return any(spec.code == code for spec in kinds(hidden=True))


def national_forms() -> list[NationalForm]:
    """The upload forms of the national instrument platform, sheet by sheet."""
    found: list[NationalForm] = reference.cached(_read_forms, _forms)
    return found


def _read_forms() -> list[NationalForm]:
    files = reference.pack_files("national/")
    return [form for file in files for form in national.parse(file.text)]


def national_form(kind: str, sheet: str = "") -> NationalForm:
    """The form for records of a kind (by its sheet where there are two); raises ``NotFound``."""
    fitting = [form for form in national_forms() if form.kind == kind]
    for form in fitting:
        if sheet in ("", form.sheet):
            return form
    known = "、".join(dict.fromkeys(form.kind for form in national_forms() if form.kind))
    raise NotFound(f"国家平台没有“{kind[:40]}”的填报表。有填报表的类型:{known}。")


def lookup(
    *,
    organisation: Callable[[str], str | None] | None = None,
    record: Callable[[str, str], str | None] | None = None,
    file: Callable[[str], str | None] | None = None,
) -> Lookup:
    """Code lists and regions of the pack in use; the rest is told by the caller's context.

    Without a callable only uids are taken for organisations, records and files.
    """
    return ReferenceLookup(organisation=organisation, record=record, file=file)


def cleaner(code: str) -> Cleaner:
    """The prepared cleaner of a kind with no more than the pack's lists; kept per pack version.

    For forms and single records of kinds; an import makes its own with units and look-ups.
    """
    store: dict[str, Cleaner] = reference.cached(dict, _cleaners)
    if code not in store:
        store[code] = Cleaner(kind(code), lookup())
    return store[code]


def label(field: FieldSpec, value: Any) -> str:
    """What people call a stored code of this field; the value itself when it is no code."""
    return label_of(field, value)


def json_schema(code: str) -> dict[str, Any]:
    """JSON Schema 2020-12 of the attributes of a kind; raises ``NotFound``."""
    return schema_of(kind(code))


def description(code: str) -> dict[str, Any]:
    """A kind with its groups and fields as the API answers it; raises ``NotFound``."""
    return describe(kind(code))


def check_kind_files(folder: Path | str, bases: Iterable[Path] = ()) -> list[tuple[str, int, str]]:
    """Faults (file, line, message) of the kind files of a pack folder laid over its bases.

    Faults in the bases themselves are not repeated here.
    """
    own = Path(folder)
    sources = [source for base in bases for source in _sources(Path(base))]
    faults = load([*sources, *_sources(own)]).faults
    prefix = f"{own.name}/"
    return [
        (fault.file.removeprefix(prefix), fault.line, fault.message)
        for fault in faults
        if fault.file.startswith(prefix)
    ]


def _sources(folder: Path) -> list[KindSource]:
    return [
        KindSource(f"{folder.name}/kinds/{path.name}", path.name, _text(path))
        for path in sorted((folder / "kinds").glob("*.toml"))
    ]


@lru_cache(maxsize=64)
def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")


def _text(path: Path) -> str:
    return _decode(path.read_bytes())
