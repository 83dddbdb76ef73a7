"""Choosing records and units in a form: suggestions while typing, and how a choice is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.reading import RecordFilter, records
from kexiang.kernel.actor import Actor
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.search import queries as search
from kexiang.search.types import SearchQuery

ORGANISATION = "organisation"
OFFERED = 10
NO_SEMICOLONS = str.maketrans({";": ",", "\uff1b": ","})


@dataclass(frozen=True, slots=True)
class Choice:
    """One suggestion: ``value`` is what the form takes, ``note`` tells namesakes apart."""

    value: str
    label: str
    note: str


def written(number: str, title: str) -> str:
    """A chosen record as a form shows it; semicolons part several."""
    return f"{number} {title.translate(NO_SEMICOLONS)}".strip()


def suggestions(actor: Actor, target: str, q: str) -> list[Choice]:
    """What the typed text may mean: records of the kind ``target`` (any when empty), or units.

    Those of the actor's own units first, in any state; then what the search finds for him.
    """
    text = q.strip()[:100]
    if not text:
        return []
    if target == ORGANISATION:
        units = accounts.organisations(actor).filter(name__icontains=text)[:OFFERED]
        return [Choice(unit.name, unit.name, unit.credit_code or "") for unit in units]
    own = records(actor, RecordFilter(q=text, kind=target, mine=True, sort="pinyin"))
    rows = list(own[:OFFERED]) if policies.owners(actor) else []
    rows.sort(key=lambda row: not row.title.startswith(text))
    rows += _found(actor, target, text, known={row.uid for row in rows})
    return [_choice(row) for row in rows[:OFFERED]]


def _found(actor: Actor, kind: str, text: str, known: set[str]) -> list[Record]:
    try:
        page = search.search(actor, SearchQuery(q=text, kind=kind, size=OFFERED, facets=()))
    except search.NotReady:
        return []
    uids = [hit.id for hit in page.hits if hit.id not in known]
    rows = Record.objects.filter(policies.visible(actor), uid__in=uids).select_related("owner")
    by_uid = {row.uid: row for row in rows}
    return [by_uid[uid] for uid in uids if uid in by_uid]


def _choice(row: Record) -> Choice:
    note = " · ".join(part for part in (row.model, row.number, row.owner.name) if part)
    return Choice(written(row.number, row.title), row.title, note)


def names_in(actor: Actor, spec: KindSpec, values: Mapping[str, Any]) -> dict[str, str]:
    """uid → how a form writes it, for everything the values refer to; at most two queries."""
    chosen: set[str] = set()
    units: set[str] = set()
    for field, value in _references(spec, values):
        many = value if isinstance(value, list) else [value]
        (units if field.type == ORGANISATION else chosen).update(str(one) for one in many)
    names: dict[str, str] = {}
    if chosen:
        rows = Record.objects.filter(policies.visible(actor), uid__in=chosen)
        names = {u: written(n, t) for u, n, t in rows.values_list("uid", "number", "title")}
    if units:
        infos = accounts.organisation_infos(units)
        names |= {uid: info.name for uid, info in infos.items()}
    return names


def _references(spec: KindSpec, values: Mapping[str, Any]) -> list[tuple[FieldSpec, Any]]:
    found = []
    for field in spec.fields:
        value = values.get(field.name)
        if not value:
            continue
        if field.type == "table":
            lines = [(sub, line.get(sub.name)) for line in value for sub in field.fields]
            found += [(sub, one) for sub, one in lines if one and _refers(sub)]
        elif _refers(field):
            found.append((field, value))
    return found


def _refers(field: FieldSpec) -> bool:
    return field.type in wording.RECORDS or field.type == ORGANISATION
