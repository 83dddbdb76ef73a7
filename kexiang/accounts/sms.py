"""Text messages behind a port, chosen by ``KEXIANG_SMS_BACKEND``.

``file`` writes to ``$KEXIANG_HOME/outbox/sms.log`` (demo, tests), ``console`` to standard
error, ``webhook`` posts ``{"mobile", "text"}`` as JSON to ``KEXIANG_SMS_URL`` with
``KEXIANG_SMS_TOKEN`` as bearer token, behind which the operator's SMS gateway stands.
"""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils.translation import gettext as _

from kexiang.kernel.errors import DomainError

log = logging.getLogger("kexiang.sms")
TIMEOUT_SECONDS = 5


class SmsFailed(DomainError):
    """The message could not be handed to the gateway."""

    code = "sms_failed"


def send(mobile: str, text: str) -> None:
    """Send ``text`` to an E.164 number. Raises ``SmsFailed`` with a Chinese sentence."""
    try:
        BACKENDS[settings.SMS_BACKEND](mobile, f"{settings.SMS_SIGNATURE}{text}")
    except (OSError, URLError) as error:
        log.error("sms backend %s failed: %s", settings.SMS_BACKEND, error)
        raise SmsFailed(_("短信暂时发送不出去,请稍后再试,或改用密码登录。")) from error


def try_send(mobile: str, text: str) -> bool:
    """Send a message that is not essential; a failure is logged, not raised."""
    try:
        send(mobile, text)
    except SmsFailed:
        return False
    return True


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
