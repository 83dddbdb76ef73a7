"""Text messages behind a port, chosen by ``KEXIANG_SMS_BACKEND``.

``file`` writes to ``$KEXIANG_HOME/outbox/sms.log`` (demo, tests), ``console`` to standard
error, ``webhook`` posts ``{"mobile", "text"}`` as JSON to ``KEXIANG_SMS_URL`` with
``KEXIANG_SMS_TOKEN`` as bearer token, behind which the operator's SMS gateway stands.

Nobody waits for a gateway: ``post`` writes the message down, the express worker sends it.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings

from kexiang.core import outgoing

CHANNEL = "sms"
TIMEOUT_SECONDS = 5
CODE_LIVES = timedelta(minutes=3)
"""As long as allauth accepts a log-in code."""


def post(mobile: str, text: str, *, at: datetime, lives: timedelta = outgoing.LIVES) -> None:
    """Send ``text`` to an E.164 number when the transaction commits; dropped after ``lives``."""
    outgoing.post(channel=CHANNEL, content={"mobile": mobile, "text": text}, at=at, lives=lives)


def send(content: dict[str, Any]) -> None:
    """Hand a message to the gateway now. Raises ``OSError`` when that is not possible."""
    text = f"{settings.SMS_SIGNATURE}{content['text']}"
    BACKENDS[settings.SMS_BACKEND](content["mobile"], text)


def outbox() -> Path:
    return Path(settings.HOME) / "outbox" / "sms.log"


def _file(mobile: str, text: str) -> None:
    outbox().parent.mkdir(parents=True, exist_ok=True)
    with outbox().open("a", encoding="utf-8") as file:
        file.write(json.dumps({"mobile": mobile, "text": text}, ensure_ascii=False) + "\n")


def _console(mobile: str, text: str) -> None:
    sys.stderr.write(f"SMS {mobile}: {text}\n")


def _webhook(mobile: str, text: str) -> None:
    body = json.dumps({"mobile": mobile, "text": text}, ensure_ascii=False).encode()
    request = Request(  # noqa: S310 -- settings_accounts.py lets only http(s) through
        settings.SMS_URL,
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {settings.SMS_TOKEN}",
        },
    )
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 -- as above
        answer.read(1024)


BACKENDS: dict[str, Callable[[str, str], None]] = {
    "file": _file,
    "console": _console,
    "webhook": _webhook,
}
