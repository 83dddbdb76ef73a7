"""Record pages: the blocks of ux.md B3.4 and B3.5 in their order, derived from the kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card, Value, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words
from kexiang.portal.queries import json_ld, layout, policies

COPY_LENGTH = 120
FILES = ("file", "files")
THANKED = ("instrument", "facility", "instrument_centre", "service_unit")


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
    """What the public page of a record shows to this actor.

    ``first`` are the blocks before the records that name this one, ``blocks`` those behind.
    """

    row: Any
    spec: KindSpec
    kind_label: str
    card: Card
    first: Sequence[Block]
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
    thanks: Sequence[tuple[str, str]] = ()
    band: str = ""
    successors: Sequence[str] = ()
    editions: Sequence[Any] = ()
    outdated: Sequence[Any] = ()
    has_files: bool = False
    json_ld: dict[str, Any] = field(default_factory=dict)


def record_page(actor: Actor, uid: str, today: date, *, base: str) -> RecordPage:
    """The page of one record. Raises ``NotFound`` when the actor may not know of it.

    ``base`` is the address of the site, for the text to forward and for machines.
    """
    row = catalog.public_record(actor, uid, today)
    spec = kinds.kind(row.kind)
    found = next(iter(catalog.cards(actor, [row.uid])))
    blocks = _blocks(spec, catalog.record_view(actor, row), row.attributes, found)
    lead = layout.arrangement(row.kind).lead
    contact = next((block.values for block in blocks if block.name == "contact"), ())
    is_test = row.kind == "test_item"
    return RecordPage(
        row=row,
        spec=spec,
        kind_label=words.label(spec),
        editions=catalog.editions(actor, row, today),
        outdated=catalog.superseded(actor, spec, row.attributes, today),
        card=found,
        first=[block for block in blocks if block.name in lead],
        blocks=[block for block in blocks if block.name not in (*lead, "contact", "media")]
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
        thanks=_thanks(row) if row.kind in THANKED else (),
        band=policies.band(row.kind, row.current_state),
        successors=policies.successors(row),
        has_files=any(v.type in FILES for block in blocks for v in block.values),
        json_ld=_json_ld(row, spec, found, base),
    )


def _json_ld(row: Any, spec: KindSpec, card: Card, base: str) -> dict[str, Any]:
    """The record for machines: only of what everybody may see, only fields open to all."""
    if not row.is_shown or row.visibility != Visibility.PUBLIC:
        return {}
    names = {f.name for f in spec.visible_fields("public")}
    values = {name: value for name, value in row.attributes.items() if name in names}
    return json_ld.record(spec, card, values, base)


def _thanks(row: Any) -> Sequence[tuple[str, str]]:
    """The sentences to put into papers, Chinese and English, to copy (ux.md B3.4.10)."""
    english = row.attributes.get("title_en") or row.title
    owner = row.owner.name_en or row.owner.name
    with override("en"):
        sentence = _("本工作使用了%(owner)s的%(title)s(平台编号 %(number)s)。")
    with override("zh-hans"):
        chinese = _("本工作使用了%(owner)s的%(title)s(平台编号 %(number)s)。")
    own = {"owner": row.owner.name, "title": row.title, "number": row.number}
    return (
        ("zh-Hans", chinese % own),
        ("en", sentence % {"owner": owner, "title": english, "number": row.number}),
    )


def _lead(spec: KindSpec, values: dict[str, Any]) -> str:
    """The plain sentence under the title, when the kind has one."""
    for name in ("plain_use", "plain_problems"):
        if spec.has(name) and spec.field(name).visible == "public" and values.get(name):
            return str(values[name])
    return ""


def _blocks(
    spec: KindSpec, groups: Sequence[Any], values_of: Mapping[str, Any], card: Card
) -> list[Block]:
    """The values under the headings of the page, in the order a visitor asks."""
    values = {value.name: value for group in groups for value in group.values}
    blocks = [
        _block(name, label, shown, in_head=bool(card.image))
        for name, label, shown in layout.arranged(spec, values, has_price=bool(card.price))
        if not _says_only_no(shown, values_of)
    ]
    return [block for block in blocks if block.values or block.tables or block.pictures]


def _says_only_no(shown: Sequence[Value], values_of: Mapping[str, Any]) -> bool:
    """A group of which only a 否 is left (海关监管:否) is no news for a visitor."""
    return all(v.type == "boolean" and values_of.get(v.name) is False for v in shown)


def _block(name: str, label: str, shown: Sequence[Value], *, in_head: bool) -> Block:
    """One block; a single picture that the head of the page shows is not shown again."""
    pictures = [v for v in shown if v.type in ("image", "images")]
    tables = [v for v in shown if v.type == "table"]
    rest = [v for v in shown if v not in pictures and v not in tables]
    if in_head:
        pictures = [v for v in pictures if len(v.items) > 1]
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
