from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.files import content as contents
from kexiang.files import pictures, policies, rules
from kexiang.files import store as disk
from kexiang.files.models import Blob, StoredFile
from kexiang.files.photo_zip import photo_entries as photo_entries
from kexiang.files.photo_zip import photo_file as photo_file
from kexiang.files.types import Content, FileVisibility, Purpose
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotAllowed, NotFound

LOOSE_FOR = timedelta(days=7)
"""How long a file waits for the form that uploaded it (drafts survive the end of a session)."""
_FRESH = timedelta(days=1)
STOCK = "stock:"
"""Subjects that begin so hold pictures which any record may show: stored by the system only,
never moved, seen by their own visibility."""


def store(
    *,
    actor: Actor,
    upload: "File[bytes]",
    purpose: str,
    owner_org: str,
    at: datetime,
    visibility: str = FileVisibility.UNIT,
    subject: str = "",
) -> StoredFile:
    """Check, store and register an uploaded file.

    Raises ``NotAuthenticated``, ``NotAllowed``, or ``Invalid`` when the content is not
    accepted, whatever its name says.
    """
    policies.require_store(actor, owner_org)
    if subject.startswith(STOCK) and not actor.is_system:
        raise NotAllowed(_("图库由系统维护,请把图片作为记录的图片上传。"))
    with disk.received(upload) as (path, sha256, size):
        found = contents.inspect(path)
        if purpose == Purpose.PICTURE and not found.is_picture:
            raise Invalid(_("这里只能上传图片(JPG、PNG、WebP 或 HEIC)。"))
        picture = pictures.encode(path, found) if found.is_picture else None
        with transaction.atomic():
            if picture:
                blob = _keep_picture(picture, at)
            else:
                blob = _blob(sha256, size, found, at)
                disk.keep(path, sha256, f".{found.extension}")
            return StoredFile.objects.create(
                blob=blob,
                source_sha256=sha256,
                name=rules.clean_name(upload.name or "", blob.extension),
                purpose=Purpose(purpose),
                visibility=FileVisibility(visibility),
                owner_org=owner_org,
                subject=subject,
                created_by=actor.uid,
                created_at=at,
            )


def _blob(sha256: str, size: int, found: Content, at: datetime, **more: int) -> Blob:
    """The row of a content, locked, so that the cleaner cannot take it away meanwhile."""
    blob, _new = Blob.objects.select_for_update().get_or_create(
        sha256=sha256,
        defaults={
            "size": size,
            "media_type": found.media_type,
            "extension": found.extension,
            "created_at": at,
            **more,
        },
    )
    return blob


def _keep_picture(picture: pictures.Picture, at: datetime) -> Blob:
    sha256 = disk.digest(picture.data)
    blob = _blob(
        sha256,
        len(picture.data),
        picture.content,
        at,
        width=picture.width,
        height=picture.height,
    )
    disk.keep_bytes(picture.data, sha256, f".{picture.content.extension}")
    disk.keep_bytes(picture.thumb, sha256, disk.THUMB)
    return blob


def attach(*, actor: Actor, uids: Iterable[str], subject: str, visibility: str) -> None:
    """Make files belong to a subject, and let go of those it had and has no longer.

    A file may be attached by whoever uploaded it, or moved within its own subject. Raises
    ``NotFound`` for an unknown file and ``NotAllowed`` for somebody else's.
    """
    attach_family(actor=actor, shares={subject: uids}, visibility=visibility)


@transaction.atomic
def attach_family(*, actor: Actor, shares: Mapping[str, Iterable[str]], visibility: str) -> None:
    """Share files out among the subjects of one thing, between which they move freely.

    ``shares`` are the files wanted by subject, the widest audience first: a file wanted twice
    goes there. What the family had and nobody wants is let go. Raises as ``attach``.
    """
    wanted: dict[str, str] = {}
    for subject, uids in shares.items():
        for uid in uids:
            wanted.setdefault(uid, subject)
    rows = {row.uid: row for row in StoredFile.objects.select_for_update().filter(uid__in=wanted)}
    taken: dict[str, list[str]] = {subject: [] for subject in shares}
    for uid, subject in wanted.items():
        if _takes(actor, rows.get(uid), shares):
            taken[subject].append(uid)
    kept = [uid for uids in taken.values() for uid in uids]
    StoredFile.objects.filter(subject__in=list(shares)).exclude(uid__in=kept).update(subject="")
    for subject, uids in taken.items():
        if uids:
            StoredFile.objects.filter(uid__in=uids).update(
                subject=subject, visibility=FileVisibility(visibility)
            )


def _takes(actor: Actor, row: StoredFile | None, family: Container[str]) -> bool:
    """Whether the file joins the family; a picture of the stock is shown but stays where it is."""
    if row is None:
        raise NotFound(_("有一个附件已不存在,请重新上传。"))
    if row.subject.startswith(STOCK) and policies.may_see(actor, row):
        return False
    if row.subject not in family and (row.subject or not _is_own(actor, row)):
        raise NotAllowed(_("附件“%s”不是您上传的,请重新上传一份。") % row.name)
    return True


def _is_own(actor: Actor, row: StoredFile) -> bool:
    return actor.is_system or row.created_by == actor.uid or row.owner_org in actor.orgs


def clean(*, at: datetime) -> int:
    """Delete files nobody attached within a week, and contents no file uses; returns how many."""
    StoredFile.objects.filter(subject="", created_at__lt=at - LOOSE_FOR).delete()
    unused = Blob.objects.filter(files__isnull=True, created_at__lt=at - _FRESH)
    removed = sum(_drop(sha256) for sha256 in unused.values_list("pk", flat=True)[:10_000])
    for path in disk.leftovers(older_than_s=_FRESH.total_seconds()):
        path.unlink(missing_ok=True)
    return removed


@transaction.atomic
def _drop(sha256: str) -> int:
    """The content goes while its row is locked: a simultaneous upload waits, then writes anew."""
    blob = Blob.objects.select_for_update().filter(pk=sha256).first()
    if blob is None or blob.files.exists():
        return 0
    disk.forget(sha256, f".{blob.extension}")
    blob.delete()
    return 1
