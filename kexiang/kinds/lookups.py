"""The code lists, regions and labels of the pack in use, as the rules ask for them."""

from collections.abc import Callable
from typing import Any

from kexiang.kernel.errors import NotFound
from kexiang.kernel.ids import is_uid
from kexiang.kinds.rules.codes import EMPTY, CodeTable
from kexiang.kinds.rules.texts import fold
from kexiang.kinds.types import FieldSpec
from kexiang.reference import queries as reference

_tables: dict[str, Any] = {}
_regions: dict[str, Any] = {}


def code_table(system: str) -> CodeTable:
    """A code list prepared for resolving; an empty one when the pack has no such list."""
    store: dict[str, CodeTable] = reference.cached(dict, _tables)
    if system not in store:
        try:
            items = reference.codes(system)
        except NotFound:
            return EMPTY
        store[system] = CodeTable((i.code, i.label, i.label_en, i.parent) for i in items)
    return store[system]


def label_of(field: FieldSpec, value: Any) -> str:
    """What people call a stored value of a code field, region or boolean."""
    if field.type == "boolean":
        return "是" if value else "否"
    if field.type == "region":
        return reference.region_name(str(value))
    if field.options:
        return next((o.label for o in field.options if o.code == value), str(value))
    if field.codes:
        return reference.code_label(field.codes, str(value))
    return str(value)


def region_code(text: str) -> str | None:
    """The code in force today for a region's code, name or short name.

    Names are looked for in the place of the pack first, then in the whole country; a name that
    several places carry elsewhere is not guessed.
    """
    if text.isdigit():
        found = reference.resolve_region(text)
        return found.code if found else None
    names: dict[str, str | None] = reference.cached(_region_names, _regions)
    return names.get(fold(text))


def _region_names() -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    place = reference.active_pack().region
    here = reference.regions(place, deep=True) if place else []
    own = reference.region(place) if place else None
    for info in [*here, *([own] if own else [])]:
        for name in (info.name, info.short):
            names.setdefault(fold(name), info.code)
        names[fold(reference.region_name(info.code, full=True))] = info.code
    local = set(names)
    for info in reference.regions("", deep=True):
        for name in {fold(info.name), fold(reference.region_name(info.code, full=True))} - local:
            names[name] = None if name in names and names[name] != info.code else info.code
    return names


def local_regions() -> list[tuple[str, str]]:
    """Code and name of the counties and zones of the pack's place, the place itself last."""
    place = reference.active_pack().region
    own = reference.region(place) if place else None
    infos = [*(reference.regions(place) if place else []), *([own] if own else [])]
    return [(info.code, info.name) for info in infos]


class ReferenceLookup:
    """``rules.Lookup`` over the pack in use; other contexts lend their look-ups as callables."""

    def __init__(
        self,
        *,
        organisation: Callable[[str], str | None] | None = None,
        record: Callable[[str, str], str | None] | None = None,
        file: Callable[[str], str | None] | None = None,
    ) -> None:
        self._organisation = organisation
        self._record = record
        self._file = file

    def codes(self, system: str) -> CodeTable:
        return code_table(system)

    def region(self, text: str) -> str | None:
        return region_code(text)

    def organisation(self, text: str) -> str | None:
        return self._organisation(text) if self._organisation else _uid(text)

    def record(self, kind: str, text: str) -> str | None:
        return self._record(kind, text) if self._record else _uid(text)

    def file(self, text: str) -> str | None:
        return self._file(text) if self._file else _uid(text)


def _uid(text: str) -> str | None:
    return text if is_uid(text) else None
