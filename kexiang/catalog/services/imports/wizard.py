"""Changing one's mind about an import: sheet, heads, preset, a mended file, a zip of photos."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.audit import services as audit
from kexiang.catalog import policies
from kexiang.catalog.models import ImportFault, ImportJob, ImportPhoto
from kexiang.catalog.services.imports import jobs, photos, presets, reading
from kexiang.catalog.types import ImportState, SecrecyCheck
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kinds import queries as kinds

_LAID_OUT = (
    "sheet", "heads", "mapping", "preset", "is_lenient", "rows_total", "path", "sha256",
    "file_name", "message", "photos_path", "photos_name",
)  # fmt: skip


@transaction.atomic
def choose_sheet(*, actor: Actor, uid: str, sheet: str, header_row: int, at: datetime) -> ImportJob:
    """Read another sheet, or heads from another row; the mapping is suggested anew.

    ``header_row`` 0 lets the platform look for the heads. Raises ``Invalid``.
    """
    job = _open(actor, uid, at)
    spec = kinds.kind(job.kind)
    found = reading.inspect(
        Path(job.path), spec, name=job.file_name, sheet=sheet, header_row=header_row or None
    )
    jobs.lay_out(job, spec, found)
    job.save(update_fields=_LAID_OUT)
    return job


@transaction.atomic
def choose_preset(*, actor: Actor, uid: str, preset: str, at: datetime) -> ImportJob:
    """Map by another known form, or (empty) by the heads alone. Raises ``Invalid``."""
    job = _open(actor, uid, at)
    spec = kinds.kind(job.kind)
    if preset and preset not in {one.code for one in presets.presets_for(spec)}:
        raise Invalid([Problem("preset", _("没有这种表格格式,请重新选择。"), _("表格格式"))])
    found = reading.inspect(
        Path(job.path), spec, name=job.file_name, sheet=job.sheet,
        header_row=int(job.mapping["header_row"]) or None,
    )  # fmt: skip
    jobs.use_preset(job, spec, found, preset, None)
    job.save(update_fields=_LAID_OUT)
    return job


def map_heads(
    *,
    actor: Actor,
    uid: str,
    columns: Mapping[str, str],
    units: Mapping[str, str] = MappingProxyType({}),
    constants: Mapping[str, str] = MappingProxyType({}),
    lenient: bool | None = None,
    at: datetime,
) -> ImportJob:
    """Change the mapping by heads (head → field, empty leaves it out); what is not named stays.

    For programs and the command line. Raises ``Invalid`` for a head the file has not.
    """
    with transaction.atomic():
        job = jobs.locked(actor, uid)
    chosen = dict(job.mapping["columns"])
    unknown = [head for head in columns if head not in job.heads]
    if unknown:
        heads = "、".join(head for head in job.heads if head)[:300]
        text = _("文件里没有列“%(head)s”。现有:%(heads)s。")
        raise Invalid(
            [Problem(head[:80], text % {"head": head[:80], "heads": heads}) for head in unknown]
        )
    for head, field in columns.items():
        chosen.update({key: "" for key, known in chosen.items() if field and known == field})
        chosen[str(job.heads.index(head))] = field
    fixed = {**job.mapping.get("constants", {}), **constants}
    return jobs.map_columns(
        actor=actor,
        uid=uid,
        columns=chosen,
        units={**job.mapping["units"], **units},
        constants={name: text for name, text in fixed.items() if name not in chosen.values()},
        lenient=lenient,
        at=at,
    )


def replace_file(*, actor: Actor, uid: str, path: Path, file_name: str, at: datetime) -> ImportJob:
    """Go on with a mended file: the same job while nothing is written, else one that follows.

    Columns keep their fields by head; what was chosen before stays. Raises ``Invalid`` and
    ``NotAllowed`` like an upload.
    """
    with transaction.atomic():
        job = jobs.locked(actor, uid)
        policies.require_own_check(actor, job)
    if job.state in (ImportState.DONE, ImportState.UNDONE):
        return _follow(actor, job, path, file_name, at)
    return _replace(actor, uid, path, file_name, at)


@transaction.atomic
def _replace(actor: Actor, uid: str, path: Path, file_name: str, at: datetime) -> ImportJob:
    job = _open(actor, uid, at)
    spec = kinds.kind(job.kind)
    old = Path(job.path)
    found = _like_before(job, path, file_name)
    kept = _as_memory(job)
    is_lenient, preset = job.is_lenient, job.preset
    jobs.keep_file(job, path, file_name)
    jobs.lay_out(job, spec, found)
    jobs.use_preset(job, spec, found, preset, kept)
    job.is_lenient = is_lenient
    job.save(update_fields=_LAID_OUT)
    audit.record(
        kind="import.upload",
        subject=f"import:{job.uid}",
        actor=actor.uid,
        at=at,
        data={"kind": job.kind, "again": True, "sha256": job.sha256},
    )
    transaction.on_commit(lambda: old.unlink(missing_ok=True))
    return job


def _follow(actor: Actor, job: ImportJob, path: Path, file_name: str, at: datetime) -> ImportJob:
    """A job of its own for the rows that were refused before, with everything chosen already."""
    publish = SecrecyCheck(actor.uid, at) if job.publishes else None
    following = jobs.start_import(
        actor=actor, kind=job.kind, path=path, file_name=file_name, at=at, mode=job.mode,
        owner=job.owner.uid if job.owner else "", visibility=job.visibility, publish=publish,
    )  # fmt: skip
    spec = kinds.kind(job.kind)
    found = reading.inspect(Path(following.path), spec, name=file_name, sheet=following.sheet)
    jobs.use_preset(following, spec, found, job.preset, _as_memory(job))
    following.is_lenient = job.is_lenient
    following.save(update_fields=_LAID_OUT)
    return following


def _like_before(job: ImportJob, path: Path, file_name: str) -> reading.Found:
    """The sheet of the same name if there is one; else the file is looked at as if new."""
    spec = kinds.kind(job.kind)
    try:
        return reading.inspect(jobs.small(path), spec, name=file_name, sheet=job.sheet)
    except Invalid:
        return reading.inspect(path, spec, name=file_name)


def _as_memory(job: ImportJob) -> reading.Memory:
    chosen = job.mapping["columns"]
    columns = {head: chosen.get(str(n), "") for n, head in enumerate(job.heads) if head}
    return reading.Memory(
        columns, job.mapping["units"], job.mapping.get("constants", {}), job.preset
    )


@transaction.atomic
def add_photos(*, actor: Actor, uid: str, path: Path, file_name: str, at: datetime) -> ImportJob:
    """Put a zip of photos beside the sheet; the next check says what belongs where.

    Raises ``Invalid`` for an archive that must not be opened.
    """
    job = _open(actor, uid, at)
    photos.take_in(job, kinds.kind(job.kind), jobs.small(path), file_name, jobs.folder())
    job.save(update_fields=_LAID_OUT)
    audit.record(
        kind="import.photos",
        subject=f"import:{job.uid}",
        actor=actor.uid,
        at=at,
        data={"photos": job.photos.count(), "sha256": jobs.digest(Path(job.photos_path))},
    )
    return job


@transaction.atomic
def remove_photos(*, actor: Actor, uid: str, at: datetime) -> ImportJob:
    """Import without the photos after all."""
    job = _open(actor, uid, at)
    old = Path(job.photos_path) if job.photos_path else None
    ImportPhoto.objects.filter(job=job).delete()
    job.photos_path = job.photos_name = ""
    job.save(update_fields=_LAID_OUT)
    if old is not None:
        transaction.on_commit(lambda: old.unlink(missing_ok=True))
    return job


def _open(actor: Actor, uid: str, at: datetime) -> ImportJob:
    """The locked job, back where nothing is checked; raises ``Conflict`` once it is written."""
    job = jobs.locked(actor, uid)
    policies.require_own_check(actor, job)
    jobs.reopen(job, actor=actor, at=at)
    ImportFault.objects.filter(job=job).delete()
    job.row_done = job.rows_good = job.rows_bad = job.rows_open = 0
    job.message = ""
    job.save(update_fields=["row_done", "rows_good", "rows_bad", "rows_open"])
    return job
