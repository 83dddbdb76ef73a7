"""A zip of photos: what is in it, entry by entry, and one picture out of it.

The archive as a whole is refused like any other (bombs, absolute paths, passwords, programs);
archives inside it as well. An entry that is no picture is told with the reason.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.files.base import File
from django.utils.translation import gettext as _

from kexiang.files import archives, content
from kexiang.files.types import MAX_BYTES, ZippedPhoto
from kexiang.kernel.errors import Invalid

_NESTED = frozenset({"zip", "rar", "7z", "gz", "bz2", "xz", "tar", "tgz", "cab", "iso"})
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def photo_entries(path: Path) -> list[ZippedPhoto]:
    """The files of a zip of photos. Raises ``Invalid`` when it must not be opened at all."""
    with path.open("rb") as file:
        if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
            raise Invalid(_("照片请压缩成一个 zip 文件再上传,不能用 RAR 或 7z。"))
    if archives.inspect(path) != archives.ZIP:
        raise Invalid(_("这是文档,不是照片压缩包。请把照片放进一个 zip 文件再上传。"))
    with zipfile.ZipFile(path) as archive:
        entries = list(enumerate(archive.infolist()))
        wanted = [(index, entry) for index, entry in entries if not _is_junk(entry)]
        for _index, entry in wanted:
            if _suffix(archives.readable_name(entry)) in _NESTED:
                name = archives.readable_name(entry)[:80]
                raise Invalid(_("压缩包里还有压缩包(“%s”),请解开后只放照片再压缩。") % name)
        return [_photo(archive, index, entry) for index, entry in wanted]


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what macOS and Windows leave behind."""
    name = PurePosixPath(entry.filename)
    return (
        entry.is_dir()
        or "__MACOSX" in name.parts
        or name.name.startswith("._")
        or name.name.lower() in _JUNK
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix.lstrip(".")


def _photo(archive: zipfile.ZipFile, index: int, entry: zipfile.ZipInfo) -> ZippedPhoto:
    name = archives.readable_name(entry).replace("\\", "/")
    return ZippedPhoto(str(index), name, entry.file_size, _why_not(archive, entry))


def _why_not(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    if entry.file_size > MAX_BYTES:
        return _("超过 50 MB,请缩小后再压缩。")
    try:
        with _unpacked(archive, entry) as path:
            found = content.inspect(path)
    except Invalid as error:
        return str(error)
    return "" if found.is_picture else _("不是照片,只能放 JPG、PNG、WebP 或 HEIC。")


@contextmanager
def photo_file(path: Path, photo: ZippedPhoto) -> Iterator["File[bytes]"]:
    """One picture as an upload for ``store``, named as in the archive."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.infolist()[int(photo.entry)]
        with _unpacked(archive, entry) as copy, copy.open("rb") as stream:
            yield File(stream, name=PurePosixPath(photo.name).name)


@contextmanager
def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as copy:
        with archive.open(entry) as member:
            room = MAX_BYTES
            while block := member.read(1 << 20):
                room -= len(block)
                if room < 0:
                    raise Invalid(_("超过 50 MB,请缩小后再压缩。"))
                copy.write(block)
        copy.flush()
        yield Path(copy.name)
