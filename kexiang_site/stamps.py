"""Marks of versions, so that a second start can see in milliseconds that nothing has changed.

No Django here: a quick start does not load it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kexiang_site.env import PROJECT, packs


def digest_of_files(paths: Iterable[Path]) -> str:
    """From names, sizes and times of change: quick, and different whenever a file was written."""
    total = hashlib.sha256()
    for path in paths:
        status = path.stat()
        total.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return total.hexdigest()


def _what_prepares() -> Iterator[Path]:
    """What decides how a prepared home looks: migrations, packs, static files."""
    yield PROJECT / "kexiang_site" / "settings.py"
    for folder, pattern in (
        (PROJECT, "kexiang/*/migrations/*.py"),
        (packs(), "**/*"),
        (PROJECT / "kexiang", "**/static/**/*"),
        (PROJECT / "kexiang_site", "static/**/*"),
    ):
        yield from sorted(path for path in folder.glob(pattern) if path.is_file())


def version_mark() -> str:
    return digest_of_files(_what_prepares())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
