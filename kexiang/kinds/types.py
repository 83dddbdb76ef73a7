"""What a kind of resource is made of. A kind is one TOML file in a pack (design.md §1.1).

Stored values by field type, all plain JSON:

=================================  ====================================================
text, long_text, url, phone,       text; ``text`` with ``max_items`` > 1 is a list of texts
email, standard_no, model_no
integer, year                      int
decimal, money                     decimal as text with fixed places, in ``unit``
                                   (money without a unit is 元)
date                               ``YYYY-MM-DD``
boolean                            true / false
code, region                       code; ``codes`` is a list of codes
organisation, record, image, file  uid; ``records``, ``images``, ``files`` are lists of uids
table                              list of objects of the sub-fields
=================================  ====================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property
from types import MappingProxyType
from typing import Any

FIELD_TYPES = frozenset(
    {
        "text", "long_text", "integer", "decimal", "money", "date", "year", "boolean",
        "code", "codes", "region", "organisation", "url", "phone", "email", "image", "images",
        "file", "files", "record", "records", "table", "standard_no", "model_no",
    }
)  # fmt: skip
TEXT_TYPES = frozenset({"text", "long_text", "url", "phone", "email", "standard_no", "model_no"})
NUMBER_TYPES = frozenset({"integer", "decimal", "money", "year"})
CODE_TYPES = frozenset({"code", "codes"})
LIST_TYPES = frozenset({"codes", "images", "files", "records", "table"})
VISIBILITIES = ("public", "registered", "unit", "restricted")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a short list that a field carries itself, without a code system."""

    code: str
    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """True when ``field`` holds (or, for lists, contains) one of ``values``."""

    field: str
    values: tuple[Any, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        value = values.get(self.field)
        if isinstance(value, (list, tuple)):
            return any(item in self.values for item in value)
        return value is not None and value in self.values


@dataclass(frozen=True, slots=True)
class TotalLength:
    """The texts of ``fields`` together may have at most ``max_length`` characters."""

    label: str
    fields: tuple[str, ...]
    max_length: int


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which a form, a detail page and a template show fields together."""

    name: str
    label: str
    label_en: str = ""
    help: str = ""


@dataclass(frozen=True, eq=False)
class FieldSpec:
    """One field of a kind.

    ``search`` is the weight in full-text search (0 = not searched). ``visible`` says from which
    audience on the field is shown (``VISIBILITIES``, widest first). ``weight`` counts in the
    completeness of a record. ``heads`` are other column heads under which people keep the field
    in their own sheets. ``aliases`` maps outside codes to ours. ``open_codes`` keeps a code that
    the list does not know yet when its parent class is known. ``target`` is the kind a record
    field points at; ``exchange`` the name in each exchange format.
    """

    name: str
    label: str
    type: str = "text"
    label_en: str = ""
    required: bool = False
    max_length: int | None = None
    max_items: int | None = None
    min: float | str | None = None
    max: float | str | None = None
    decimals: int | None = None
    unit: str = ""
    codes: str = ""
    options: tuple[Option, ...] = ()
    open_codes: bool = False
    pattern: str = ""
    pattern_hint: str = ""
    column: bool = False
    search: float = 0
    facet: bool = False
    sortable: bool = False
    visible: str = "public"
    group: str = "basic"
    help: str = ""
    example: str = ""
    default: Any = None
    weight: float = 1
    heads: tuple[str, ...] = ()
    aliases: Mapping[str, str] = attribute(default_factory=lambda: _NOTHING)
    exchange: Mapping[str, str] = attribute(default_factory=lambda: _NOTHING)
    required_when: tuple[Condition, ...] = ()
    not_before: str = ""
    not_above: str = ""
    target: str = ""
    importable: bool = True
    prefixes: tuple[str, ...] = ()
    separators: str = ";；\n|,，、"
    fields: tuple["FieldSpec", ...] = ()

    @cached_property
    def many(self) -> bool:
        """Whether the stored value is a list."""
        return self.type in LIST_TYPES or (self.type == "text" and (self.max_items or 1) > 1)

    @cached_property
    def is_single_table(self) -> bool:
        """A table of at most one row: a block of fields, flat in a sheet."""
        return self.type == "table" and self.max_items == 1

    def is_shown_to(self, audience: str) -> bool:
        return VISIBILITIES.index(self.visible) <= VISIBILITIES.index(audience)

    def narrowed(self, audience: str) -> "FieldSpec":
        """This field with the columns that an audience may read; itself when that is all."""
        shown = tuple(sub for sub in self.fields if sub.is_shown_to(audience))
        return self if len(shown) == len(self.fields) else replace(self, fields=shown)

    @cached_property
    def money_unit(self) -> str:
        return self.unit or ("元" if self.type == "money" else "")

    def subfield(self, name: str) -> "FieldSpec":
        """The sub-field of a table. Raises ``KeyError``."""
        for sub in self.fields:
            if sub.name == name:
                return sub
        raise KeyError(name)


@dataclass(frozen=True, eq=False)
class KindSpec:
    """A kind of resource, complete: core fields and own fields in the order of its groups.

    ``roles`` names the field that plays a general part, so that lists, cards and the duty check
    need no knowledge of the kind: ``value`` (original value), ``model``, ``maker``, ``year``
    (a date or year field), ``price``, ``standard``, ``expires`` (a record disappears from the
    public side after that date), ``number``, ``image``, ``state``, ``replaces`` and
    ``replaced_by`` (tables whose first column is the number of another edition). ``preference``
    is added to the relevance of every hit: 1 is little, 10 decides among like hits.
    """

    code: str
    label: str
    label_en: str
    fields: tuple[FieldSpec, ...]
    short: str = ""
    unit: str = "项"
    tab: str = ""
    icon: str = "box"
    order: int = 100
    preference: float = 0.0
    description: str = ""
    title_field: str = "title"
    summary_fields: tuple[str, ...] = ()
    card_fields: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    roles: Mapping[str, str] = attribute(default_factory=lambda: _NOTHING)
    exchange: Mapping[str, str] = attribute(default_factory=lambda: _NOTHING)
    duty: bool = False
    totals: tuple[TotalLength, ...] = ()
    core: frozenset[str] = frozenset()
    version: str = ""
    files: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return MappingProxyType({spec.name: spec for spec in self.fields})

    def field(self, name: str) -> FieldSpec:
        """The field of that name. Raises ``KeyError``."""
        return self.by_name[name]

    def has(self, name: str) -> bool:
        return name in self.by_name

    def role(self, name: str) -> FieldSpec | None:
        """The field that plays a part (see ``roles``), or ``None``."""
        return self.by_name.get(self.roles.get(name, ""))

    @cached_property
    def facets(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if spec.facet)

    @cached_property
    def searchable(self) -> tuple[tuple[FieldSpec, float], ...]:
        """Searched fields with their weight, heaviest first."""
        found = [(spec, spec.search) for spec in self.fields if spec.search > 0]
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    @cached_property
    def columns(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if spec.column)

    @cached_property
    def sortables(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if spec.sortable)

    @cached_property
    def required(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if spec.required)

    @cached_property
    def grouped(self) -> tuple[tuple[Group, tuple[FieldSpec, ...]], ...]:
        """Groups that have fields, each with its fields, in the order of the file."""
        pairs = (
            (group, tuple(spec for spec in self.fields if spec.group == group.name))
            for group in self.groups
        )
        return tuple(pair for pair in pairs if pair[1])

    def visible_fields(self, audience: str) -> tuple[FieldSpec, ...]:
        """The fields shown to an audience: ``public`` sees least, ``restricted`` all.

        A table has only those of its columns that the audience may read.
        """
        return self._visible[audience]

    @cached_property
    def _visible(self) -> Mapping[str, tuple[FieldSpec, ...]]:
        return {
            audience: tuple(s.narrowed(audience) for s in self.fields if s.is_shown_to(audience))
            for audience in VISIBILITIES
        }

    @cached_property
    def search_label(self) -> str:
        return self.tab or self.short or self.label


@dataclass(frozen=True, slots=True)
class KindFault:
    """A fault of a kind file, with the place to mend."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FieldScore:
    """How complete a record is: per cent of the weights, and the fields still missing."""

    percent: int
    missing: tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class FormRecord:
    """A record as the writer needs it: how people name it, stored values, name of its owner."""

    name: str
    values: Mapping[str, Any]
    owner: str = ""


@dataclass(slots=True)
class FormResult:
    """What became of the records. ``refused`` are not in the file, ``losses`` are values that
    the form cannot hold; both are whole sentences that begin with the record's name. ``files``
    counts the records with pictures or files, by column: they are uploaded there by hand.
    """

    written: int = 0
    refused: list[str] = attribute(default_factory=list)
    losses: list[str] = attribute(default_factory=list)
    files: dict[str, int] = attribute(default_factory=dict)

    @property
    def told(self) -> list[str]:
        """Everything a person should know, what weighs most first."""
        files = [
            f"“{name}”不能写进表格({count} 条有),请在国家平台上传。"
            for name, count in self.files.items()
        ]
        return [*self.refused, *self.losses, *files]
