"""What the public side shows of a place, of the newest records, and for machines that list all.

Everything here is open to everybody: published, unrestricted, not expired.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast

from kexiang.catalog.models import Record, RecordColumn
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.cards import card
from kexiang.catalog.queries.figures import public_rows
from kexiang.catalog.types import Card
from kexiang.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class PlaceSummary:
    """Counts of public records by kind and unit, and the instruments' worth in 万元."""

    counts: Mapping[str, int]
    owners: Mapping[int, int]
    total: int
    value_wan: Decimal
    external_hours: Decimal


def place_summary(actor: Actor, regions: Collection[str], today: date) -> PlaceSummary:
    """Numbers over the records in these regions. One query."""
    rows = public_rows(today).filter(region__in=regions).values("kind", "owner_id")
    found = rows.annotate(n=Count("pk"), worth=Sum("value_wan"), hours=Sum("external_hours"))
    counts: dict[str, int] = {}
    owners: dict[int, int] = {}
    worth = hours = Decimal(0)
    for row in found.order_by():
        counts[row["kind"]] = counts.get(row["kind"], 0) + row["n"]
        owners[row["owner_id"]] = owners.get(row["owner_id"], 0) + row["n"]
        if row["kind"] == "instrument":
            worth += row["worth"] or 0
            hours += row["hours"] or 0
    return PlaceSummary(counts, owners, sum(counts.values()), worth, hours)


def place_cards(
    actor: Actor, regions: Collection[str], kind: str, today: date, *, limit: int
) -> list[Card]:
    """The most complete public records of one kind in these regions. One query."""
    rows = public_rows(today).filter(region__in=regions, kind=kind).select_related("owner")
    return [card(row) for row in rows.order_by("-completeness", "-id")[:limit]]


def newest_cards(actor: Actor, today: date, *, kind: str = "", limit: int = 30) -> list[Card]:
    """What was published last, of one kind or of all. One query."""
    rows = public_rows(today).select_related("owner")
    if kind:
        rows = rows.filter(kind=kind)
    return [card(row) for row in rows.order_by("-published_at", "-id")[:limit]]


def addresses(today: date, part: int, size: int) -> list[tuple[str, datetime]]:
    """``(path, last change)`` of public records number ``(part-1)*size`` to ``part*size``.

    Parts follow the rows' own numbers, so that a record never moves to another part.
    """
    rows = public_rows(today).filter(pk__gt=(part - 1) * size, pk__lte=part * size).order_by("pk")
    found = rows.values_list("kind", "uid", "updated_at")
    return [(wording.address(kind, uid), changed) for kind, uid, changed in found]


def address_parts(today: date, size: int) -> list[tuple[int, datetime]]:
    """The parts that hold anything, with the time of their last change. One query."""
    part = Cast((F("pk") - 1) / size, IntegerField())
    rows = public_rows(today).annotate(part=part).values("part").annotate(last=Max("updated_at"))
    return [(row["part"] + 1, row["last"]) for row in rows.order_by("part")]


def policies(
    actor: Actor, today: date, *, states: Sequence[str] = (), words: str = ""
) -> QuerySet[Record]:
    """Public policy documents, newest first; ``states`` are codes of their validity.

    The year is that of the document, the day the one of its publication.
    """
    day = RecordColumn.objects.filter(record=OuterRef("pk"), name="published_on").values("day")
    rows = public_rows(today).filter(kind="policy").select_related("owner")
    if states:
        rows = rows.filter(current_state__in=states)
    for word in words.split()[:6]:
        rows = rows.filter(Q(title__icontains=word) | Q(inner_no__icontains=word))
    return rows.annotate(day=Subquery(day[:1])).order_by(
        F("year").desc(nulls_last=True), F("day").desc(nulls_last=True), "-id"
    )


def policy_counts(actor: Actor, today: date) -> dict[str, int]:
    """Public policy documents by validity. One query."""
    rows = public_rows(today).filter(kind="policy").values_list("current_state")
    return dict(rows.annotate(n=Count("pk")).order_by())


def submission(number: str) -> Mapping[str, Any] | None:
    """Where a record stands, by its own number, for the progress page.

    The caller proves first that whoever asks is the one who handed it in; so no actor is named.
    """
    rows = Record.objects.filter(number=number, is_held=False)
    return rows.values(
        "number", "title", "kind", "state", "created_by", "submitted_by", "submitted_at",
        "updated_at", "owner__name", "department",
    ).first()  # fmt: skip
