"""The mail backend of the platform: writes the mail down; the express worker sends it.

Whoever sends mail (allauth, our own code) uses Django's ``EmailMessage`` as ever. The backend
that really sends is ``settings.MAIL_BACKEND``.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from kexiang.core import outgoing

CHANNEL = "mail"


class QueuedBackend(BaseEmailBackend):
    """``EMAIL_BACKEND``: posts mails without attachments to the outgoing queue."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails down; raises ``ValueError`` for one with attachments."""
        at = timezone.now()
        for message in email_messages:
            if message.recipients():
                outgoing.post(channel=CHANNEL, content=_written(message), at=at)
        return len(email_messages)


def _written(message: EmailMessage) -> dict[str, Any]:
    if message.attachments:
        raise ValueError("mails of the platform carry no attachments: send a link instead")
    alternatives = getattr(message, "alternatives", None) or []
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "from_email": message.from_email,
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [[str(part[0]), str(part[1])] for part in alternatives],
    }


def send(content: dict[str, Any]) -> None:
    """Send a written mail now. ``smtplib`` raises ``OSError`` when the server is away."""
    message = EmailMultiAlternatives(
        **content, connection=get_connection(settings.MAIL_BACKEND, fail_silently=False)
    )
    message.send()
