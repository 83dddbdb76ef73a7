"""The head of the chain, kept beside the database so that a cut-off tail is noticed.

``$KEXIANG_HOME/audit-anchor`` holds the newest head of every stream; every thousandth head is
also appended to ``audit-anchor.history``, so that a chain recomputed from the middle is
noticed too. Both belong into the backup.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

log = logging.getLogger("kexiang.audit")
HISTORY_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Mark:
    stream: str
    journal: str
    seal_no: int
    hash: str


def path() -> Path:
    return Path(settings.HOME) / "audit-anchor"


def marks() -> dict[str, Mark]:
    """The newest mark per stream; empty when nothing was ever sealed here.

    Raises ``ValueError`` when the file is there but not readable as marks.
    """
    try:
        text = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {mark.stream: mark for mark in _parse(text)}


def history() -> list[Mark]:
    try:
        text = path().with_suffix(".history").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return list(_parse(text))


def drop(mark: Mark, *, holds: Callable[[Mark], bool]) -> bool:
    """Move the anchor of a stream to ``mark``.

    ``holds(old)`` says whether the chain still contains the anchor set before; when it does
    not, the old one is evidence and stays; so does a file that cannot be read. Returns
    whether the anchor now stands at or beyond ``mark``.
    """
    path().parent.mkdir(parents=True, exist_ok=True)
    with _locked():
        try:
            current = marks()
        except ValueError:
            log.error("audit anchor %s cannot be read", path())
            return False
        old = current.get(mark.stream)
        if old and (old.journal != mark.journal or not holds(old)):
            log.error("audit anchor of %s at %s does not fit", old.stream, old.seal_no)
            return False
        if old and old.seal_no >= mark.seal_no:
            return True
        _write({**current, mark.stream: mark})
        if not old or old.seal_no // HISTORY_EVERY != mark.seal_no // HISTORY_EVERY:
            _append(mark)
    log.info("audit anchor %s %s %s", mark.stream, mark.seal_no, mark.hash)
    return True


def replace(new: list[Mark]) -> None:
    """Forget all marks and start from ``new`` (after a restore, by an explicit act)."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with _locked():
        _write({mark.stream: mark for mark in new})
        path().with_suffix(".history").unlink(missing_ok=True)
        for mark in new:
            _append(mark)


def _parse(text: str) -> Iterator[Mark]:
    for line in text.splitlines():
        try:
            yield Mark(**json.loads(line))
        except TypeError as error:
            raise ValueError(str(error)) from error


def _write(current: dict[str, Mark]) -> None:
    fresh = path().with_suffix(f".{os.getpid()}")
    lines = (json.dumps(asdict(mark), sort_keys=True) for mark in current.values())
    fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.replace(path())


def _append(mark: Mark) -> None:
    with path().with_suffix(".history").open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(mark), sort_keys=True) + "\n")


@contextmanager
def _locked() -> Iterator[None]:
    with path().with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
