"""What lists, search hits and the home page show of a record. Constant queries, any number."""

from collections.abc import Iterable, Sequence
from typing import Any

from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.lean import LeanRecord
from kexiang.catalog.types import Card, RecordState
from kexiang.core.language import is_english, label
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference

SUMMARY_LENGTH = 120


def cards(actor: Actor, uids: Sequence[str]) -> list[Card]:
    """Cards in the order of ``uids``; what the actor may not see is left out. One query."""
    rows = Record.objects.filter(policies.visible(actor), uid__in=uids).select_related("owner")
    found = {row.uid: row for row in rows}
    return [card(found[uid]) for uid in uids if uid in found]


def cards_of(rows: Iterable[Record]) -> list[Card]:
    """Cards of rows already selected for the actor, with their owner joined."""
    return [card(row) for row in rows]


def card(row: Record | LeanRecord) -> Card:
    """One card; it shows fields open to the public only."""
    spec = kinds.kind(row.kind)
    values = row.attributes
    owner = row.owner
    image = _image(spec, values)
    return Card(
        uid=row.uid,
        kind=row.kind,
        kind_label=label(spec) if is_english() else str(spec.short or spec.label),
        number=row.number,
        title=_title(spec, row.title, values),
        subtitle=row.model,
        summary=summary(spec, values),
        url=wording.address(row.kind, row.uid),
        owner=owner_name(owner),
        owner_uid=owner.uid,
        owner_code=owner.code,
        region=row.region,
        region_name=reference.region_label(row.region) if row.region else "",
        state=row.state,
        state_label=str(RecordState(row.state).label),
        year=row.year,
        price=price_text(spec, values),
        current_state=_role_text(spec, "state", values),
        open_state=_role_text(spec, "open", values),
        badges=badges(spec, values),
        image=f"/files/{image}/thumb" if image else "",
        completeness=row.completeness,
        updated_at=row.updated_at,
        extra={"facts": facts(spec, values), "model": row.model, "state": row.current_state},
    )


def owner_name(owner: Any) -> str:
    """The unit's name in the language of the page."""
    return str((is_english() and owner.name_en) or owner.name)


def _title(spec: KindSpec, title: str, values: dict[str, Any]) -> str:
    """The name; on English pages the English one where the record has one."""
    if not is_english() or not spec.has("title_en") or not _open(spec.field("title_en")):
        return title
    return str(values.get("title_en") or title)


def _open(spec: FieldSpec | None) -> bool:
    return spec is not None and spec.visible == "public"


def _image(spec: KindSpec, values: dict[str, Any]) -> str:
    played = spec.role("image")
    value = values.get(played.name) if played is not None and _open(played) else None
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return str(value or "")


def _role_text(spec: KindSpec, role: str, values: dict[str, Any]) -> str:
    played = spec.role(role)
    if played is None or not _open(played):
        return ""
    return wording.text_of(played, values.get(played.name))


def summary(spec: KindSpec, values: dict[str, Any]) -> str:
    """The fields a kind names as its summary, in one line."""
    model = spec.roles.get("model")
    parts = [
        wording.with_unit(spec.field(name), values.get(name))
        for name in spec.summary_fields
        if name != model and spec.has(name) and _open(spec.field(name))
    ]
    text = " · ".join(part for part in parts if part)
    return text if len(text) <= SUMMARY_LENGTH else f"{text[: SUMMARY_LENGTH - 1]}…"


def price_text(spec: KindSpec, values: dict[str, Any]) -> str:
    """``150.00 元/样``: the reference price for firms with what it is charged per."""
    played = spec.role("price")
    if played is None or not _open(played) or values.get(played.name) in (None, ""):
        return ""
    text = wording.with_unit(played, values[played.name])
    unit = values.get("price_unit")
    if unit and spec.has("price_unit"):
        per = wording.text_of(spec.field("price_unit"), unit)
        return f"{text}/{per if per[:2].isupper() else per[:1].lower() + per[1:]}"
    return text


def facts(spec: KindSpec, values: dict[str, Any]) -> list[dict[str, str]]:
    """The fields a kind wants on its cards, labelled."""
    found = []
    for name in spec.card_fields:
        if spec.has(name) and _open(spec.field(name)):
            field = spec.field(name)
            text = wording.with_unit(field, values.get(name))
            if text:
                found.append({"name": name, "label": label(field), "text": text})
    return found


def badges(spec: KindSpec, values: dict[str, Any]) -> list[str]:
    """Yes/no facets that are yes, and accreditations: 可用创新券, CMA, 海关监管."""
    found = []
    for field in spec.facets:
        if not _open(field):
            continue
        value = values.get(field.name)
        if field.type == "boolean" and value is True:
            found.append(label(field))
        elif field.codes == "accreditation.kind" and value:
            codes = value if isinstance(value, list) else [value]
            found += [wording.label_of(field, code) for code in codes]
    return found
