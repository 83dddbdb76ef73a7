"""Contents on disk, outside the web root, under their SHA-256: ``ab/abcd….pdf``.

A content is written beside its place, flushed to the disk and renamed, so that a name never
stands for half a file. ``KEXIANG_FILES_URL`` names the folder.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from kexiang.files.types import MAX_BYTES
from kexiang.kernel.errors import Invalid
from kexiang.kernel.ids import new_uid

BLOCK = 1 << 20
THUMB = ".thumb.jpg"


def root() -> Path:
    """The folder of ``FILES_URL``; raises ``ValueError`` when it is no ``file:///`` address."""
    parts = urlsplit(settings.FILES_URL)
    if parts.scheme != "file":
        raise ValueError(f"KEXIANG_FILES_URL: 只支持 file:///目录,收到 {settings.FILES_URL!r}")
    path = unquote(parts.path)
    return Path("/" + path.lstrip("/"))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def relative(sha256: str, ending: str) -> str:
    return f"{sha256[:2]}/{sha256}{ending}"


def place(sha256: str, ending: str) -> Path:
    return root() / relative(sha256, ending)


@contextmanager
def received(upload: "File[bytes]") -> Iterator[tuple[Path, str, int]]:
    """The upload as a file on our disk, with its SHA-256 and size; gone after the block.

    Raises ``Invalid`` as soon as more than ``MAX_BYTES`` have come, whatever was announced.
    """
    path = _temporary()
    running, size = hashlib.sha256(), 0
    try:
        with path.open("wb") as out:
            for block in upload.chunks(BLOCK):
                size += len(block)
                if size > MAX_BYTES:
                    raise Invalid(_("单个文件不能超过 50 MB,请压缩或拆分后再传。"))
                running.update(block)
                out.write(block)
        yield path, running.hexdigest(), size
    finally:
        path.unlink(missing_ok=True)


def keep(source: Path, sha256: str, ending: str) -> None:
    """Put a content into its place, unless it is there."""
    target = place(sha256, ending)
    if target.exists():
        return
    with source.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    copy = target.parent / f".{new_uid()}"
    os.link(source, copy)
    copy.replace(target)
    _flush_folder(target.parent)


def keep_bytes(data: bytes, sha256: str, ending: str) -> None:
    path = _temporary()
    try:
        path.write_bytes(data)
        keep(path, sha256, ending)
    finally:
        path.unlink(missing_ok=True)


def forget(sha256: str, ending: str) -> None:
    place(sha256, ending).unlink(missing_ok=True)
    place(sha256, THUMB).unlink(missing_ok=True)


def leftovers(*, older_than_s: float) -> Iterator[Path]:
    """Half-received files of processes that died."""
    limit = time.time() - older_than_s
    for path in (root() / "incoming").glob("*"):
        if path.stat().st_mtime < limit:
            yield path


def _temporary() -> Path:
    folder = root() / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / new_uid()


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
