"""Records as search documents. In the timed path: few queries, no work per row that can wait."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies, rules
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.cards import card, owner_name
from kexiang.catalog.queries.lean import LeanRecord, shown_rows, whole_rows
from kexiang.catalog.queries.offers import standards_of
from kexiang.catalog.services.ground import SOURCE
from kexiang.catalog.types import Visibility
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference
from kexiang.search import queries as search
from kexiang.search.types import HitView, SearchDoc, SourceSpec

CHUNK = 5000
# What every kind has; the rest of the facets comes from the kind files.
COMMON_FACETS = ("kind", "region", "owner", "year")
# Numbers of the common sorts, and ``expires`` (YYYYMMDD): behind that day nobody finds it.
NUMBERS = ("published", "fresh", "year", "value", "price", "days", "expires")
SUGGESTED = ("instrument", "test_item", "standard")  # groups under the search field, with units
FACET_TYPES = frozenset({"code", "codes", "boolean", "text", "year", "region"})
_specs: dict[str, Any] = {}

Facets = dict[str, tuple[str, ...]]


class RecordSource:
    """The source ``record`` of the search context."""

    name = SOURCE

    def spec(self) -> SourceSpec:
        """Facets and numbers of all kinds; prepared once per version of the packs."""
        prepared: SourceSpec = reference.cached(self._spec, _specs)
        return prepared

    def _spec(self) -> SourceSpec:
        specs = kinds.kinds(hidden=True)
        own = {spec.code: [f.name for f in _facet_fields(spec)] for spec in specs}
        names = dict.fromkeys(name for found in own.values() for name in found)
        return SourceSpec(
            facets=(*COMMON_FACETS, *names),
            numbers=NUMBERS,
            kind_facets={
                "": ("kind", "region", "owner", "year"),
                **{code: ("region", "owner", *found, "year") for code, found in own.items()},
            },
            weights={spec.code: spec.preference for spec in specs if spec.preference},
            suggest_kinds=tuple(code for code in SUGGESTED if code in own),
            nearest={
                field.name: partial(_nearest, field.codes)
                for spec in specs
                for field in _facet_fields(spec)
                if field.codes
            },
        )

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        """The documents of those rows that belong into the index; one query."""
        return [document(row) for row in whole_rows(uids) if row.is_indexed]

    def all_uids(self, after: str = "") -> Iterator[str]:
        """Keyset walk over every uid in the index, in chunks."""
        while True:
            rows = _indexed().filter(uid__gt=after).order_by("uid")
            chunk = list(rows.values_list("uid", flat=True)[:CHUNK])
            yield from chunk
            if len(chunk) < CHUNK:
                return
            after = chunk[-1]

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        """What is shown of the hits, visibility checked again; one query."""
        today = timezone.localdate()
        tokens = None if actor.is_system else search.audience(actor)
        views = {}
        for row in shown_rows(uids):
            seen = tokens is None or not policies.audience(row).isdisjoint(tokens)
            if seen and row.is_indexed and not rules.is_expired(row.valid_until, today):
                views[row.uid] = view(row)
        return views

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        """What people call the values of a facet."""
        if name == "kind":
            labels = {k.code: str(k.search_label) for k in kinds.kinds(hidden=True)}
            return {value: labels.get(value, value) for value in values}
        if name == "region":
            return {value: reference.region_name(value) for value in values}
        if name == "owner":
            found = accounts.organisation_infos(values)
            return {
                value: owner_name(found[value]) if value in found else value for value in values
            }
        field = _field_named(name)
        if field is None:
            return {value: value for value in values}
        return {value: _facet_label(field, value) for value in values}


def _indexed() -> QuerySet[Record]:
    rows = Record.objects.filter(state__in=rules.SHOWN, is_held=False)
    return rows.exclude(visibility=Visibility.RESTRICTED)


def _nearest(system: str, value: str) -> str:
    """The code itself where the table has it, else the class above it that the table ends at."""
    path = reference.class_path(system, value)
    return path[-1] if path else value


def _facet_fields(spec: KindSpec) -> list[FieldSpec]:
    return [
        field
        for field in spec.facets
        if field.type in FACET_TYPES and field.visible == "public" and field.name != "region"
    ]


def _field_named(name: str) -> FieldSpec | None:
    for spec in kinds.kinds(hidden=True):
        if spec.has(name):
            return spec.field(name)
    return None


def _facet_label(field: FieldSpec, value: str) -> str:
    if field.type == "boolean":
        return _("是") if value == "true" else _("否")
    return wording.label_of(field, value)


def document(row: LeanRecord) -> SearchDoc:
    """The projection of one row."""
    spec, values = kinds.kind(row.kind), row.attributes
    return SearchDoc(
        id=row.uid,
        kind=row.kind,
        version=row.version,
        title=row.title,
        body=_body(spec, values, row.owner.name),
        keywords=_keywords(row, spec, values),
        audience=policies.audience(row),
        facets=_facets(row, spec, values),
        numbers=_numbers(row),
        sort_title=row.title_pinyin,
    )


def _body(spec: KindSpec, values: Mapping[str, Any], owner: str) -> str:
    """Every searched field that the public may read, in words, heaviest first."""
    parts = []
    for field, _weight in spec.searchable:
        if field.name == spec.title_field or field.visible != "public":
            continue
        value = values.get(field.name)
        if value not in (None, "", []):
            parts.append(wording.plain_text(field.narrowed("public"), value))
    parts.append(owner)
    return "\n".join(parts)


def _keywords(row: LeanRecord, spec: KindSpec, values: dict[str, Any]) -> tuple[str, ...]:
    """Exact codes: our number, model, standards, and numbers open to the public."""
    found = dict.fromkeys([row.number, *standards_of(spec, values)])
    for role in ("model", "number"):
        played = spec.role(role)
        if played is not None and played.visible == "public" and values.get(played.name):
            value = values[played.name]
            found.update(dict.fromkeys(value if isinstance(value, list) else [value]))
    words = values.get("keywords") or []
    found.update(dict.fromkeys(words if isinstance(words, list) else [words]))
    return tuple(str(word) for word in found if word)


def _facets(
    row: LeanRecord, spec: KindSpec, values: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    facets: Facets = {"kind": (row.kind,), "owner": (row.owner.uid,)}
    if row.region:
        info = reference.resolve_region(row.region)
        facets["region"] = info.path if info else rules.region_chain(row.region)
    if row.year:
        facets["year"] = (str(row.year),)
    for field in _facet_fields(spec):
        found = _facet_values(field, values.get(field.name))
        if found:
            facets[field.name] = found
    return facets


def _facet_values(field: FieldSpec, value: Any) -> tuple[str, ...]:
    if value is None or value in ("", []):
        return ()
    if field.type == "boolean":
        return ("true" if value else "false",)
    many = value if isinstance(value, list) else [value]
    if not field.codes:
        return tuple(str(one)[:100] for one in many)
    found: dict[str, None] = {}
    for code in many:
        found.update(dict.fromkeys(reference.class_path(field.codes, str(code)) or (str(code),)))
    return tuple(found)


def _numbers(row: LeanRecord) -> dict[str, int | float]:
    numbers: dict[str, int | float] = {}
    if row.published_at:
        numbers["published"] = int(row.published_at.timestamp())
    if fresh := row.confirmed_at or row.updated_at:
        numbers["fresh"] = int(max(fresh, row.published_at or fresh).timestamp())
    if row.year:
        numbers["year"] = row.year
    if row.value_wan is not None:
        numbers["value"] = float(row.value_wan * 10_000)
    if row.price_fen is not None:
        numbers["price"] = row.price_fen / 100
    if row.lead_days is not None:
        numbers["days"] = row.lead_days
    if row.valid_until is not None:
        numbers["expires"] = int(row.valid_until.strftime("%Y%m%d"))
    return numbers


def view(row: LeanRecord) -> HitView:
    """One hit, as the results page and the API show it."""
    shown = card(row)
    return HitView(
        title=shown.title,
        summary=shown.summary,
        url=shown.url,
        kind=shown.kind,
        owner=shown.owner,
        region=shown.region_name,
        year=shown.year,
        extra={
            "card": shown,
            "number": shown.number,
            "model": shown.subtitle,
            "kind_label": shown.kind_label,
            "owner_uid": shown.owner_uid,
            "owner_code": shown.owner_code,
            "state": shown.current_state,
            "price": shown.price,
            "days": row.lead_days,
            "badges": list(shown.badges),
            "image": shown.image,
            "facts": shown.extra["facts"],
        },
    )
