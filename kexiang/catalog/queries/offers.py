"""Who else offers the same: offers for a test, similar instruments, what goes with a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from kexiang.catalog import policies, rules
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.cards import badges, card, price_text
from kexiang.catalog.types import Card
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

LIMIT = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """One unit's offer of a test, as a row of the comparison (B3.5.2)."""

    uid: str
    url: str
    title: str
    owner: str
    owner_code: str
    region: str
    price: str
    price_fen: int | None
    lead_days: int | None
    urgent: str
    report: str
    badges: Sequence[str]
    state: str
    phone: str
    is_this: bool


def _shown(actor: Actor, today: date) -> QuerySet[Record]:
    return Record.objects.filter(
        policies.visible(actor), policies.on_public_side(today)
    ).select_related("owner")


def offers(actor: Actor, row: Record, today: date) -> list[Offer]:
    """The same test at every unit: same name, or a standard in common; cheapest first."""
    spec = kinds.kind(row.kind)
    wanted = standards_of(spec, row.attributes)
    alike = Q(title_key__startswith=f"{rules.folded(row.title)[:100]}|")
    near = _shown(actor, today).filter(kind=row.kind)
    rows = {row.uid: row}
    for other in near.filter(alike).order_by("id")[:LIMIT]:
        rows.setdefault(other.uid, other)
    if wanted:
        folded = {rules.folded(number) for number in wanted}
        candidates = near.filter(columns__name="standard", columns__text__in=folded)
        for other in candidates.distinct().order_by("id")[:LIMIT]:
            rows.setdefault(other.uid, other)
    found = [_offer(spec, other, other.uid == row.uid) for other in rows.values()]
    return sorted(found, key=lambda o: (o.price_fen is None, o.price_fen or 0, o.owner))


def standards_of(spec: KindSpec, values: dict[str, Any]) -> list[str]:
    """The standard numbers of a record, whether a field or a column of a table holds them."""
    played = spec.role("standard")
    if played is None:
        return []
    value = values.get(played.name) or []
    if played.type != "table":
        return [value] if isinstance(value, str) else list(value)
    names = [sub.name for sub in played.fields if sub.type == "standard_no"]
    return [row[name] for row in value for name in names if row.get(name)]


def _offer(spec: KindSpec, row: Record, is_this: bool) -> Offer:
    values = row.attributes

    def text(name: str) -> str:
        if not spec.has(name) or spec.field(name).visible != "public":
            return ""
        return wording.text_of(spec.field(name), values.get(name))

    return Offer(
        uid=row.uid,
        url=wording.address(row.kind, row.uid),
        title=row.title,
        owner=row.owner.name,
        owner_code=row.owner.code,
        region=row.region,
        price=price_text(spec, values),
        price_fen=row.price_fen,
        lead_days=row.lead_days,
        urgent=text("urgent"),
        report=text("report_kind"),
        badges=badges(spec, values),
        state=text("service_state"),
        phone=text("contact_phone"),
        is_this=is_this,
    )


def similar(actor: Actor, row: Record, today: date, *, limit: int = 6) -> list[Card]:
    """Instruments of the same class elsewhere, usable ones and cheap ones first (B3.4.12)."""
    if not row.class_code:
        return []
    near = _shown(actor, today).filter(kind=row.kind, class_code__startswith=row.class_code[:4])
    ordered = near.exclude(pk=row.pk).order_by(
        F("price_fen").asc(nulls_last=True), "-published_at", "id"
    )
    rows = sorted(ordered[:40], key=lambda other: other.current_state not in ("", "available"))
    return [card(other) for other in rows[:limit]]


def related(actor: Actor, row: Record, today: date, *, limit: int = 6) -> list[Card]:
    """Other records of the same unit on the same material: tests that go together (B3.5.7)."""
    material = str(row.attributes.get("material") or "")
    pieces = [piece for piece in material.replace("、", ",").split(",") if piece.strip()]
    near = _shown(actor, today).filter(kind=row.kind, owner=row.owner).exclude(pk=row.pk)
    rows = sorted(
        near.order_by("-published_at", "id")[:60],
        key=lambda other: -_in_common(other, pieces),
    )
    return [card(other) for other in rows[:limit]]


def _in_common(row: Record, pieces: Sequence[str]) -> int:
    text = str(row.attributes.get("material") or "")
    return sum(piece.strip() in text for piece in pieces)


@dataclass(frozen=True, slots=True)
class Purchase:
    """Instruments like the one somebody wants to buy, with their hours (A-17, A-26)."""

    card: Card
    run_hours: Decimal | None
    service_hours: Decimal | None


def same_class(actor: Actor, class_code: str, today: date) -> list[Purchase]:
    """All visible instruments of a class, for the check before a purchase."""
    rows = _shown(actor, today).filter(kind="instrument", class_code__startswith=class_code[:4])
    return [
        Purchase(card(row), row.run_hours, row.service_hours)
        for row in rows.order_by("class_code", "-value_wan")[:LIMIT]
    ]


def backlinks(actor: Actor, row: Record, today: date) -> list[Card]:
    """Cards of the published records that name this one."""
    rows = _shown(actor, today).filter(links__target=row).distinct()
    return [card(r) for r in rows.order_by("kind", F("price_fen").asc(nulls_last=True), "id")[:50]]


def count_by_state(actor: Actor, owner: str) -> dict[str, int]:
    """A unit's records by state, for the filter above its list."""
    rows = Record.objects.filter(policies.visible(actor), owner__uid=owner)
    return dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
