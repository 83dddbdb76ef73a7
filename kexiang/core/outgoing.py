"""Text messages and mails leave after the answer, so that a slow provider keeps nobody waiting.

``post`` writes the message and the job that sends it in the transaction of its cause; a message
of a change that is rolled back never leaves. The express worker sends it within a second, tries
again when the provider is down, and the message is deleted as soon as it has been handed over.
A channel (``sms``, ``mail``) registers its sender with ``channel``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kexiang.core import jobs
from kexiang.core.models import OutgoingMessage

LIVES = timedelta(minutes=30)
"""A message that could not leave in that time is dropped: an old log-in code helps nobody."""

Sender = Callable[[dict[str, Any]], None]
_senders: dict[str, Sender] = {}


def channel(name: str, sender: Sender) -> None:
    """Register what sends the messages of a channel.

    ``sender`` takes the content given to ``post`` and raises ``OSError`` when the provider cannot
    be reached, so that the job is tried again.
    """
    _senders[name] = sender


@transaction.atomic
def post(*, channel: str, content: dict[str, Any], at: datetime, lives: timedelta = LIVES) -> str:
    """Send ``content`` (JSON values) on ``channel`` after the commit; returns the message's uid.

    Raises ``ValueError`` for a channel nobody registered.
    """
    if channel not in _senders:
        raise ValueError(f"no sender for channel {channel!r}")
    row = OutgoingMessage.objects.create(
        channel=channel, content=content, created_at=at, expires_at=at + lives
    )
    jobs.enqueue_named("core.deliver", uid=row.uid)
    return row.uid


def deliver(*, uid: str, at: datetime) -> bool:
    """Hand a message over and forget it; whether it left. Expired ones are forgotten unsent.

    Raises what the sender raises; the message then stays for the next try.
    """
    row = OutgoingMessage.objects.filter(uid=uid).first()
    if row is None:
        return False
    is_due = row.expires_at > at
    if is_due:
        _senders[row.channel](row.content)
    row.delete()
    return is_due


def purge(*, at: datetime) -> int:
    """Forget messages nobody could deliver in time; returns how many."""
    return OutgoingMessage.objects.filter(expires_at__lt=at).delete()[0]
