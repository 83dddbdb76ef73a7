from collections.abc import Iterable

from django.utils.translation import gettext as _

from kexiang.files import policies, store
from kexiang.files.models import Blob, StoredFile
from kexiang.files.types import FileInfo, Served
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound


def _info(file: StoredFile) -> FileInfo:
    blob = file.blob
    return FileInfo(
        uid=file.uid,
        name=file.name,
        media_type=blob.media_type,
        size=blob.size,
        width=blob.width,
        height=blob.height,
        created_at=file.created_at,
    )


def _seen(actor: Actor, uid: str) -> StoredFile:
    file = StoredFile.objects.select_related("blob").filter(uid=uid).first()
    if file is None or not policies.may_see(actor, file):
        raise NotFound(_("没有这个文件,可能已被删除,或您所在的单位看不到它。"))
    return file


def file(actor: Actor, uid: str) -> FileInfo:
    """One file; raises ``NotFound`` also when the actor may not know of it."""
    return _info(_seen(actor, uid))


def served(actor: Actor, uid: str, *, thumb: bool) -> Served:
    """What to send for a file or its thumbnail; raises ``NotFound``."""
    found = _seen(actor, uid)
    blob = found.blob
    if thumb and not blob.media_type.startswith("image/"):
        raise NotFound(_("这个文件没有缩略图。"))
    ending = store.THUMB if thumb else f".{blob.extension}"
    path = store.place(blob.sha256, ending)
    if not path.is_file():
        raise NotFound(_("文件内容不在存储中,请联系平台管理员。"))
    return Served(
        path=path,
        relative=store.relative(blob.sha256, ending),
        name=found.name,
        media_type="image/jpeg" if thumb else blob.media_type,
        etag=f'"{blob.sha256[:32]}{"-t" if thumb else ""}"',
    )


def files_of(actor: Actor, subject: str) -> list[FileInfo]:
    """The files of a subject that the caller has already found visible, oldest first."""
    rows = StoredFile.objects.select_related("blob").filter(subject=subject).order_by("id")
    return [_info(row) for row in rows]


def infos(uids: Iterable[str]) -> dict[str, FileInfo]:
    """Names and sizes for many files in one query; the caller has checked their subjects."""
    rows = StoredFile.objects.select_related("blob").filter(uid__in=list(uids))
    return {row.uid: _info(row) for row in rows}


def faults() -> list[str]:
    """Contents that the database names and the disk lacks or holds in another size."""
    missing = []
    for blob in Blob.objects.iterator(chunk_size=2000):
        path = store.place(blob.sha256, f".{blob.extension}")
        if not path.is_file() or path.stat().st_size != blob.size:
            missing.append(blob.sha256)
    return missing
