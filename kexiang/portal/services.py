"""Writes of the portal: a person's favourites. They are private and stand in no journal."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.catalog import queries as catalog
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, NotAuthenticated
from kexiang.portal.models import Favourite

MOST = 500


@transaction.atomic
def add_favourite(*, actor: Actor, record: str, at: datetime) -> None:
    """Mark a record the actor may see; marking it again changes nothing.

    Raises ``NotAuthenticated``, ``NotFound`` and, beyond ``MOST`` marks, ``Conflict``.
    """
    _known(actor)
    row = catalog.public_record(actor, record, at.date())
    own = Favourite.objects.filter(person=actor.uid)
    if own.filter(record=row.uid).exists():
        return
    if own.count() >= MOST:
        raise Conflict(_("收藏已达 %(most)s 条,请先删去不再需要的。") % {"most": MOST})
    Favourite.objects.get_or_create(person=actor.uid, record=row.uid, defaults={"created_at": at})


@transaction.atomic
def remove_favourite(*, actor: Actor, record: str) -> None:
    """Take a mark away, also from a record that is no longer shown."""
    _known(actor)
    Favourite.objects.filter(person=actor.uid, record=record).delete()


def forget_person(*, person: str) -> None:
    """Delete the marks of a closed account (AA-02)."""
    Favourite.objects.filter(person=person).delete()


def _known(actor: Actor) -> None:
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,再收藏资源。"))
