"""Reads of the journal."""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from kexiang.audit import policies
from kexiang.audit.models import Event
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAuthenticated


def history(actor: Actor, subject: str) -> list[Event]:
    """What happened to ``subject`` (``noun:uid``), oldest first.

    The caller has already found the subject through its own context's queries, so that only
    somebody who may see the thing asks for its history. Raises ``NotAuthenticated`` for nobody.
    """
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,再查看办理记录。"))
    return list(Event.objects.filter(subject=subject).order_by("id"))


def journal(
    actor: Actor,
    *,
    kind: str = "",
    subject: str = "",
    person: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Event]:
    """The journal, newest first. ``kind`` matches from the start, the others exactly.

    ``since`` and ``until`` are business dates, both included. Raises ``NotAllowed`` for
    everyone but auditor and logadmin.
    """
    policies.require_reader(actor)
    events = Event.objects.order_by("-id")
    if kind:
        events = events.filter(kind__startswith=kind)
    if subject:
        events = events.filter(subject=subject)
    if person:
        events = events.filter(actor=person)
    if since:
        events = events.filter(at__gte=_midnight(since))
    if until and until < date.max:
        events = events.filter(at__lt=_midnight(until + timedelta(days=1)))
    return events


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
