"""Record pages: the blocks of ux.md B3.4 and B3.5 in their order, derived from the kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card, Value
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words

# What a visitor asks first stands first; groups not named here follow in the kind's own order.
ORDER = {
    "instrument": ("use", "price", "sharing", "sample"),
    "test_item": ("use", "sample", "accreditation", "price", "basic", "sharing"),
}
IN_HEAD = frozenset(
    {
        "title",
        "model",
        "current_state",
        "open_state",
        "service_state",
        "plain_use",
        "voucher_usable",
    }
)
LONG = frozenset({"long_text", "table", "images", "files", "records"})
COPY_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with its labelled values; pictures and tables apart."""

    name: str
    label: str
    values: Sequence[Value]
    tables: Sequence[Value] = ()
    pictures: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the public page of a record shows to this actor."""

    row: Any
    spec: KindSpec
    kind_label: str
    card: Card
    blocks: Sequence[Block]
    contact: Sequence[Value]
    image: str
    copy_text: str
    offers: Sequence[Any] = ()
    similar: Sequence[Card] = ()
    related: Sequence[Card] = ()
    linked: Sequence[tuple[str, Sequence[Card]]] = ()
    lead: str = ""
    is_test: bool = False
    can_edit: bool = False
    json_ld: dict[str, Any] = field(default_factory=dict)


def record_page(actor: Actor, uid: str, today: date, *, base: str) -> RecordPage:
    """The page of one record. Raises ``NotFound`` when the actor may not know of it.

    ``base`` is the address of the site, for the text to forward and for machines.
    """
    row = catalog.public_record(actor, uid, today)
    spec = kinds.kind(row.kind)
    found = next(iter(catalog.cards(actor, [row.uid])))
    blocks = _blocks(spec, catalog.record_view(actor, row), row.attributes)
    contact = next((block.values for block in blocks if block.name == "contact"), ())
    is_test = row.kind == "test_item"
    return RecordPage(
        row=row,
        spec=spec,
        kind_label=words.label(spec),
        card=found,
        blocks=[block for block in blocks if block.name not in ("contact", "media")]
        + [block for block in blocks if block.name == "media"],
        contact=contact,
        image=found.image,
        copy_text=copy_text(found, contact, f"{base}{found.url}"),
        offers=catalog.offers(actor, row, today) if is_test else (),
        similar=catalog.similar(actor, row, today) if row.class_code else (),
        related=catalog.related(actor, row, today) if is_test else (),
        linked=_linked(catalog.backlinks(actor, row, today)),
        lead=_lead(spec, row.attributes),
        is_test=is_test,
        json_ld=json_ld(found, f"{base}{found.url}"),
    )


def _lead(spec: KindSpec, values: dict[str, Any]) -> str:
    """The plain sentence under the title, when the kind has one."""
    for name in ("plain_use", "plain_problems"):
        if spec.has(name) and spec.field(name).visible == "public" and values.get(name):
            return str(values[name])
    return ""


def _blocks(spec: KindSpec, groups: Sequence[Any], values_of: Mapping[str, Any]) -> list[Block]:
    """The values regrouped under the kind's groups, in the order a visitor asks."""
    values = {value.name: value for group in groups for value in group.values}
    first = ORDER.get(spec.code, ())
    grouped = {group.name: (group, members) for group, members in spec.grouped}
    names = [n for n in first if n in grouped] + [n for n in grouped if n not in first]
    blocks = []
    for name in names:
        group, members = grouped[name]
        shown = [
            _labelled(values[f.name], words.label(f))
            for f in members
            if f.name in values and f.name not in IN_HEAD
        ]
        if shown and not _says_only_no(shown, values_of):
            blocks.append(_block(name, words.label(group), shown))
    return blocks


def _says_only_no(shown: Sequence[Value], values_of: Mapping[str, Any]) -> bool:
    """A group of which only a 否 is left (海关监管:否) is no news for a visitor."""
    return all(v.type == "boolean" and values_of.get(v.name) is False for v in shown)


def _labelled(value: Value, label: str) -> Value:
    return Value(value.name, label, value.text, value.type, value.unit, value.items)


def _block(name: str, label: str, shown: Sequence[Value]) -> Block:
    pictures = [v for v in shown if v.type in ("image", "images")]
    tables = [v for v in shown if v.type == "table"]
    rest = [v for v in shown if v not in pictures and v not in tables]
    return Block(name, label, rest, tables, pictures)


def _linked(cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Records that name this one, by kind."""
    found: dict[str, list[Card]] = {}
    for card in cards:
        found.setdefault(card.kind, []).append(card)
    return [(words.label(kinds.kind(code)), listed) for code, listed in found.items()]


def copy_text(card: Card, contact: Sequence[Value], url: str) -> str:
    """The line to paste into a chat group: at most 120 characters and the address (B1.6)."""
    lead = {"test_item": _("送样"), "instrument": _("仪器")}.get(card.kind, card.kind_label)
    people = [v.text for v in contact if v.name in ("contact_phone", "contact_name")]
    parts = [f"【{lead}】{card.title}", card.subtitle, card.owner]
    if card.price:
        parts.append(_("企业价%(price)s") % {"price": card.price})
    parts += [fact["text"] for fact in card.extra.get("facts", ()) if fact["name"] == "lead_days"]
    parts += list(card.badges)
    if people:
        parts.append(_("联系") + " " + " ".join(people))
    text = " ".join(part for part in parts if part)
    return f"{text[:COPY_LENGTH]} {url}"


SCHEMA_TYPES = {
    "dataset": "Dataset",
    "article": "ScholarlyArticle",
    "test_item": "Service",
    "instrument": "Product",
}


def json_ld(card: Card, url: str) -> dict[str, Any]:
    """The record for search engines, in the words of schema.org; public fields only."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(card.kind, "CreativeWork"),
        "name": card.title,
        "identifier": card.number,
        "url": url,
        "description": card.summary or card.title,
        "provider": {"@type": "Organization", "name": card.owner},
    }
    if card.subtitle:
        data["model"] = card.subtitle
    return data
