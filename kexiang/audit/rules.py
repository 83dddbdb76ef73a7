"""The chain as pure functions: what a row's hash is, and what the journal refuses to hold."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
LONGEST = 200
# Bounded by other signs, because hashes and uids may hold eleven digits in a row.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])")


def digest(
    *,
    seal_no: int,
    prev_hash: str,
    row_id: int,
    stream: str,
    kind: str,
    subject: str,
    actor: str,
    at: datetime,
    data: Mapping[str, Any],
) -> str:
    """SHA-256 over the canonical JSON of a row, its place in the chain and the hash before it."""
    row = [seal_no, prev_hash, row_id, stream, kind, subject, actor, _instant(at), data]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def refuse_texts(data: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` when ``data`` holds more than uids, codes, names of fields, integers.

    Design §3: the journal holds uids, never names, telephone numbers or texts. A text in a
    journal that cannot be changed could never be erased again (AA-02). Floats are refused
    because databases do not give every float back as it was written.
    """
    for where, value in _leaves("", dict(data)):
        if isinstance(value, float):
            raise ValueError(f"journal data {where}: floats do not survive, use integers or str")
        if not isinstance(value, str | int | bool | None):
            raise ValueError(f"journal data {where}: {type(value).__name__} is not plain JSON")
        if isinstance(value, str):
            _refuse_text(where, value)


def _refuse_text(where: str, value: str) -> None:
    if not value.isascii() or not value.isprintable() or len(value) > LONGEST:
        raise ValueError(f"journal data {where}: holds a text; journal its uid or field name")
    if _MOBILE.search(value):
        raise ValueError(f"journal data {where}: looks like a telephone number")


def _leaves(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield f"{where}.{key}", key
            yield from _leaves(f"{where}.{key}", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _leaves(f"{where}[{index}]", inner)
    else:
        yield where, value
