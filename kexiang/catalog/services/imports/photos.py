"""Photos that come with a sheet: a zip whose file names are asset, inner or platform numbers.

``编号.jpg``, ``编号_1.jpg`` and ``编号/任意.jpg`` belong to the row, or to the record that exists
already, with that number. Names are matched while the rows are checked; pictures are stored just
before their rows are written, so that a killed import takes up where it was.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.accounts.types import OrganisationInfo
from kexiang.catalog import policies
from kexiang.catalog.models import ImportJob, ImportPhoto, Record
from kexiang.catalog.services import ground, parts, writing
from kexiang.catalog.services.imports.reading import MOST_PICTURES, Pictures, Raw
from kexiang.catalog.types import PhotoOutcome, files_subject
from kexiang.core import tabular_pictures
from kexiang.core.tabular_types import Picture
from kexiang.files import services as files
from kexiang.files.types import Purpose, ZippedPhoto
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import DomainError, Invalid
from kexiang.kernel.ids import new_uid
from kexiang.kinds.types import FieldSpec, KindSpec

FIELD = "images"
# How the entry of a picture begins that stands in the sheet: row and part of the workbook follow.
PART = "part:"
SYSTEM = Actor.system("import")
_SPACES = re.compile(r"\s+")
# 编号_1, 编号-2, 编号(3), 编号 4
_COUNTER = re.compile(r"(?:[_\-\s]+\d{1,2}|\s*\(\d{1,2}\))$")


def number_key(text: object) -> str:
    """A number as it is compared: width, case and spaces do not count."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", str(text)).casefold())


def candidates(name: str) -> list[str]:
    """The numbers a path in the zip may stand for, likeliest first."""
    path = PurePosixPath(name)
    stem = unicodedata.normalize("NFKC", path.stem)
    folders = [part for part in reversed(path.parts[:-1]) if part not in (".", "/")]
    words = [stem, _COUNTER.sub("", stem), *folders]
    return list(dict.fromkeys(key for word in words if (key := number_key(word))))


def field_of(spec: KindSpec) -> FieldSpec | None:
    """The field that takes the photos of a kind, if it has one."""
    return spec.field(FIELD) if spec.has(FIELD) and spec.field(FIELD).type == "images" else None


def has_photos(job: ImportJob) -> bool:
    """Whether a zip came with the sheet, or the sheet itself holds pictures."""
    return bool(job.photos_path or job.mapping.get("pictures"))


def take_in(job: ImportJob, spec: KindSpec, path: Path, file_name: str, folder: Path) -> None:
    """Keep a zip with the job and list what is in it (unsaved job). Raises ``Invalid``."""
    if field_of(spec) is None:
        raise Invalid(_("“%s”没有图片栏目,不能上传照片。") % spec.label)
    found = files.photo_entries(path)
    if not found:
        raise Invalid(_("压缩包里没有照片。"))
    kept = folder / f"{job.uid}-{new_uid()}.zip"
    shutil.copyfile(path, kept)
    ImportPhoto.objects.filter(job=job).delete()
    rows = [_photo(job, one) for one in found]
    ImportPhoto.objects.bulk_create(rows, batch_size=1000)
    job.photos_path, job.photos_name = str(kept), Path(file_name).name[-200:]


def _photo(job: ImportJob, one: ZippedPhoto) -> ImportPhoto:
    keys = candidates(one.name)
    return ImportPhoto(
        job=job,
        entry=one.entry,
        name=one.name[-300:],
        key=keys[0][:150] if keys else "",
        outcome=PhotoOutcome.REFUSED if one.fault else PhotoOutcome.UNKNOWN,
        message=one.fault[:200],
    )


class Placed(Protocol):
    """What ``store`` needs of a checked row."""

    row: int
    owner: OrganisationInfo
    values: dict[str, Any]


class Photos:
    """The photos of one pass over a sheet. Without a zip every method does nothing."""

    def __init__(self, job: ImportJob, spec: KindSpec, at: datetime) -> None:
        self.job, self.spec, self.at = job, spec, at
        self._rows: dict[str, set[int]] = {}
        self._by_row: dict[int, list[ImportPhoto]] = {}
        self._names = [name for _column, name in parts.number_fields(spec)]
        self._is_on = has_photos(job) and field_of(spec) is not None
        self.cells: Pictures | None = {} if self._is_on and job.mapping.get("pictures") else None
        if self._is_on:
            self._load()

    def _load(self) -> None:
        for photo in self.job.photos.order_by("pk"):
            for key in candidates(photo.name):
                self._rows.setdefault(key, set())
            if photo.outcome == PhotoOutcome.ROW and photo.row is not None:
                self._by_row.setdefault(photo.row, []).append(photo)

    def see(self, batch: Iterable[Raw]) -> None:
        """Note in which rows numbers stand that photos are named after."""
        if not self._is_on:
            return
        for number, raw in batch:
            for name in self._names:
                value = raw.get(name)
                rows = self._rows.get(number_key(value)) if value not in (None, "") else None
                if rows is not None:
                    rows.add(number)

    def settle(self, actor: Actor) -> None:
        """After the pass: to which row or record each photo belongs, or why to none."""
        if not self._is_on:
            return
        self._take_cells()
        zipped = self.job.photos.exclude(entry__startswith=PART)
        waiting = list(zipped.exclude(outcome=PhotoOutcome.REFUSED, row=None))
        known = _records(actor, self.job, {k for p in waiting for k in candidates(p.name)})
        most = field_of(self.spec).max_items or 1  # type: ignore[union-attr]  # is on
        used: dict[object, int] = {}
        for photo in waiting:
            self._place(photo, known)
            target = photo.row or photo.record
            if target:
                used[target] = used.get(target, 0) + 1
                if used[target] > most:
                    photo.outcome = PhotoOutcome.REFUSED
                    photo.message = _("一条记录最多 %d 张照片,这一张多出来了。") % most
        ImportPhoto.objects.bulk_update(
            waiting, ["key", "outcome", "row", "record", "message"], batch_size=500
        )

    def _take_cells(self) -> None:
        """Pictures in the sheet itself belong to the row in which they stand."""
        if self.cells is None:
            return
        job = self.job
        job.photos.filter(entry__startswith=PART).delete()
        after = int(job.mapping["header_row"])
        found = tabular_pictures.find(Path(job.path), job.sheet, self.cells, after=after)
        rows = [
            ImportPhoto(
                job=job,
                entry=f"{PART}{one.row}:{one.part}"[:400],
                name=_("第 %d 行的图片") % one.row,
                outcome=PhotoOutcome.ROW,
                row=one.row,
            )
            for one in islice(found, MOST_PICTURES)
        ]
        ImportPhoto.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)

    def _place(self, photo: ImportPhoto, known: dict[str, set[str]]) -> None:
        photo.row, photo.record, photo.message = None, "", ""
        for key in candidates(photo.name):
            rows, records = self._rows.get(key, set()), known.get(key, set())
            if len(rows) > 1 or (not rows and len(records) > 1):
                photo.outcome, photo.key = PhotoOutcome.TWICE, key[:150]
                photo.message = _("“%s”对应多条,请在文件名里写资产编号。") % key[:40]
                return
            if rows:
                photo.outcome, photo.key, photo.row = PhotoOutcome.ROW, key[:150], next(iter(rows))
                return
            if records:
                photo.outcome, photo.key = PhotoOutcome.RECORD, key[:150]
                photo.record = next(iter(records))
                return
        photo.outcome = PhotoOutcome.UNKNOWN
        photo.message = _("没有这个编号的行或记录。文件名应为资产编号、仪器编号或平台编号。")

    def store(self, goods: Sequence[Placed]) -> None:
        """Store the pictures of these rows and name them in the values. Repeating does no harm."""
        for good in goods:
            for photo in self._by_row.get(good.row, ()):
                if not photo.file:
                    _store(self.job, photo, good.owner.uid, self.at, SYSTEM)
                if photo.file and photo.file not in good.values.setdefault(FIELD, []):
                    good.values[FIELD].append(photo.file)

    def attach(self, records: Iterable[Record]) -> None:
        """Let stored pictures belong to the records just written; the caller's transaction."""
        if self._by_row:
            for record in records:
                if record.import_row in self._by_row:
                    parts.attach_files(record, self.spec, record.attributes, actor=SYSTEM)


def _store(job: ImportJob, photo: ImportPhoto, owner: str, at: datetime, actor: Actor) -> None:
    """Keep one picture; a broken one is told and does not stop its row."""
    try:
        with _opened(job, photo) as upload:
            photo.file = files.store(
                actor=actor, upload=upload, purpose=Purpose.PICTURE, owner_org=owner, at=at
            ).uid
    except Invalid as error:
        photo.outcome, photo.message = PhotoOutcome.REFUSED, str(error)[:200]
    photo.save(update_fields=["file", "outcome", "message"])


@contextmanager
def _opened(job: ImportJob, photo: ImportPhoto) -> "Iterator[File[bytes]]":
    """The bytes of a photo, out of the zip or out of the sheet."""
    if photo.entry.startswith(PART):
        part = photo.entry.removeprefix(PART).partition(":")[2]
        picture = Picture(photo.row or 0, 0, photo.name, part, Path(part).suffix, 0)
        data = tabular_pictures.read(Path(job.path), picture)
        yield ContentFile(data, name=f"{photo.row}{Path(part).suffix}")
        return
    entry = ZippedPhoto(photo.entry, photo.name, 0)
    with files.photo_file(Path(job.photos_path), entry) as upload:
        yield upload


def _records(actor: Actor, job: ImportJob, keys: set[str]) -> dict[str, set[str]]:
    """Existing records of the job's unit whose number a photo bears, by key.

    Numbers are compared in Python: their spelling in the file name may differ in width and case.
    """
    if job.owner is None or not keys:
        return {}
    rows = Record.objects.filter(policies.visible(actor), owner=job.owner, kind=job.kind)
    found: dict[str, set[str]] = {}
    numbers = rows.values_list("uid", "number", "inner_no", "asset_no")
    for uid, *texts in numbers.iterator(chunk_size=2000):
        for text in texts:
            key = number_key(text)
            if key and key in keys:
                found.setdefault(key, set()).add(uid)
    return found


def add_to_records(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Give photos of records that existed before to them, as a change of those records."""
    waiting = job.photos.filter(outcome=PhotoOutcome.RECORD, file="").order_by("pk")
    for photo in waiting if job.photos_path else []:
        try:
            with transaction.atomic():
                _add(job, photo, actor, at)
        except DomainError as error:
            photo.outcome, photo.message, photo.file = PhotoOutcome.REFUSED, str(error)[:200], ""
            photo.save(update_fields=["outcome", "message", "file"])


def _add(job: ImportJob, photo: ImportPhoto, actor: Actor, at: datetime) -> None:
    record, change = ground.locked(actor, photo.record)
    current = change.values if change is not None else record.attributes
    _store(job, photo, record.owner.uid, at, actor)
    if photo.file:
        writing.update_record(
            actor=actor,
            uid=record.uid,
            raw={FIELD: [*current.get(FIELD, []), photo.file]},
            at=at,
            note=_("批量导入照片"),
        )


def let_go(job: ImportJob, records: Iterable[Record]) -> None:
    """The pictures of rows that are taken back belong to nothing any more."""
    if has_photos(job):
        for record in records:
            subject = files_subject(record.uid, "public")
            files.attach(actor=SYSTEM, uids=[], subject=subject, visibility="unit")
