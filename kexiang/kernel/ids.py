"""Public identifiers: ULIDs as text, 26 characters, sortable by time. Never a secret."""

import re

from ulid import ULID

UID_LENGTH = 26
_UID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def new_uid() -> str:
    return str(ULID())


def is_uid(text: str) -> bool:
    return _UID.fullmatch(text) is not None
