"""Known forms of sheets (pack folder ``imports/``): which head means what, and what is left out."""

import logging
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from kexiang.catalog.rules import folded
from kexiang.kinds.types import KindSpec
from kexiang.reference import queries as reference

logger = logging.getLogger(__name__)
# Round, square and Chinese brackets in both widths, and marks of required columns.
_BRACKETS = re.compile("[(\uff08\\[\u3010].*[)\uff09\\]\u3011]")
_MARKS = re.compile("[*\uff0a:\uff1a\u2605\u25cf]|必填|选填")
_store: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class PresetColumn:
    """What a preset says about some heads: a field, or the reason why they are left out.

    ``values`` translates what stands in the cells; ``hint`` is shown where a unit is asked for.
    """

    field: str = ""
    why: str = ""
    hint: str = ""
    values: Mapping[str, str] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preset:
    """A form of sheet. ``least`` of its ``signs`` must stand in a sheet to take it for one."""

    code: str
    label: str
    kinds: frozenset[str]
    least: int
    note: str
    is_lenient: bool
    signs: frozenset[str]
    columns: Mapping[str, PresetColumn]

    def column(self, head: str) -> PresetColumn | None:
        """What it says about a head, written with or without marks and brackets."""
        return next((self.columns[form] for form in forms(head) if form in self.columns), None)

    def hits(self, heads: Iterable[str]) -> int:
        """How many of its signs stand among the heads."""
        return len({form for head in heads for form in forms(head)} & self.signs)


def forms(head: str) -> list[str]:
    """A head folded for comparison: as it is, without brackets, and its lowest level alone."""
    plain = _MARKS.sub("", str(head))
    own = plain.rpartition("/")[2]
    found = [folded(text) for one in (plain, own) for text in (one, _BRACKETS.sub("", one))]
    return list(dict.fromkeys(form for form in found if form))


def presets() -> list[Preset]:
    """The presets of the packs in use."""
    found: list[Preset] = reference.cached(_read, _store)
    return found


def preset(code: str) -> Preset | None:
    return next((one for one in presets() if one.code == code), None)


def presets_for(spec: KindSpec) -> list[Preset]:
    return [one for one in presets() if spec.code in one.kinds]


def recognise(heads: Sequence[str], spec: KindSpec) -> Preset | None:
    """The preset most of whose signs stand among the heads, if enough do."""
    scored = [(one.hits(heads), one) for one in presets_for(spec)]
    fitting = [pair for pair in scored if pair[0] >= pair[1].least]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _read() -> list[Preset]:
    """Later packs replace a preset of the same code; a broken file is told in the log."""
    found: dict[str, Preset] = {}
    for file in reference.pack_files("imports/"):
        try:
            one = parse(file.text)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            logger.error("preset file %s/%s: %r", file.pack, file.path, error)
            continue
        found[one.code] = one
    return list(found.values())


def parse(text: str) -> Preset:
    """The preset a file describes; raises ``TOMLDecodeError``, ``KeyError`` or ``ValueError``."""
    data = tomllib.loads(text)
    head = data["preset"]
    columns: dict[str, PresetColumn] = {}
    for one in data.get("column", []):
        column = PresetColumn(
            one.get("field", ""), one.get("why", ""), one.get("hint", ""), one.get("values", {})
        )
        columns.update({folded(name): column for name in one["heads"]})
    named = [name for sign in data.get("sign", []) for name in sign["heads"]]
    return Preset(
        code=head["code"],
        label=head["label"],
        kinds=frozenset(head["kinds"]),
        least=int(head["least"]),
        note=head.get("note", ""),
        is_lenient=bool(head.get("lenient")),
        signs=frozenset(map(folded, named)) or frozenset(columns),
        columns=columns,
    )
