"""A person's favourites; nobody else may ask for them."""

from collections.abc import Iterable

from django.db.models import QuerySet

from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card
from kexiang.kernel.actor import Actor
from kexiang.portal.models import Favourite


def favourites(actor: Actor) -> QuerySet[Favourite]:
    """The marks of the actor, latest first; none for visitors."""
    rows = Favourite.objects.order_by("-id")
    return rows.filter(person=actor.uid) if actor.is_known else rows.none()


def is_favourite(actor: Actor, record: str) -> bool:
    return actor.is_known and favourites(actor).filter(record=record).exists()


def cards_of(actor: Actor, marks: Iterable[Favourite]) -> list[tuple[str, Card | None]]:
    """Each mark with its card, ``None`` when the record is not shown to the actor now."""
    uids = [mark.record for mark in marks]
    found = {card.uid: card for card in catalog.cards(actor, uids)}
    return [(uid, found.get(uid)) for uid in uids]
