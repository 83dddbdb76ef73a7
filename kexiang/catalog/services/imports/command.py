"""The import in one call, for the command line, the demo and the bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kexiang.catalog.models import ImportFault, ImportJob
from kexiang.catalog.services.imports import jobs, wizard
from kexiang.catalog.services.imports import photos as photo_work
from kexiang.catalog.services.imports.passes import work_import
from kexiang.catalog.types import ImportMode, ImportState, SecrecyCheck, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Problem

SHOWN_FAULTS = 200


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How an import ended. ``faults`` are the first ones; all stand with the job.

    ``incomplete`` of the good rows lack required fields and are drafts to be completed.
    """

    job: str
    state: str
    rows: int
    good: int
    bad: int
    message: str
    faults: Sequence[Problem]
    is_resumed: bool = False
    incomplete: int = 0

    @property
    def is_done(self) -> bool:
        return self.state in (ImportState.DONE, ImportState.CHECKED)


def import_file(
    *,
    actor: Actor,
    kind: str,
    path: Path,
    at: datetime,
    owner: str = "",
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    mode: str = ImportMode.ALL_OR_NOTHING,
    visibility: str = Visibility.PUBLIC,
    publish: SecrecyCheck | None = None,
    dry_run: bool = False,
    sheet: str = "",
    header_row: int | None = None,
    constants: Mapping[str, str] | None = None,
    preset: str | None = None,
    lenient: bool | None = None,
    photos: Path | None = None,
) -> ImportResult:
    """Import ``path`` as records of ``kind``; an interrupted import of the same file goes on.

    ``mapping`` is head → field name for columns that are not found by themselves (an empty
    name leaves a column out); ``units`` field → 元 or 万元; ``constants`` field → the text that
    all rows get; ``preset`` a known form ("" for none) instead of the one recognised; ``lenient``
    takes rows that lack required fields as drafts; ``photos`` is a zip named by numbers. Raises
    ``Invalid`` when the file or its columns cannot be used; faulty rows are told in the result.
    """
    job = _interrupted(actor, kind, path)
    resumed = job is not None
    if job is None:
        job = jobs.start_import(
            actor=actor, kind=kind, path=path, file_name=path.name, at=at, owner=owner,
            mode=mode, visibility=visibility, publish=publish, sheet=sheet, header_row=header_row,
        )  # fmt: skip
        if preset is not None:
            job = wizard.choose_preset(actor=actor, uid=job.uid, preset=preset, at=at)
        if photos is not None:
            job = wizard.add_photos(
                actor=actor, uid=job.uid, path=photos, file_name=photos.name, at=at
            )
        if mapping or units or constants or lenient is not None:
            known = {head: name for head, name in (mapping or {}).items() if head in job.heads}
            job = wizard.map_heads(
                actor=actor, uid=job.uid, columns=known, units=units or {},
                constants=constants or {}, lenient=lenient, at=at,
            )  # fmt: skip
        job = _first_move(actor, job, at, dry_run=dry_run)
    job = work_import(actor=actor, uid=job.uid, at=at)
    go_on = not job.rows_bad or job.mode == ImportMode.VALID_ROWS
    if job.state == ImportState.CHECKED and not dry_run and go_on:
        jobs.begin_run(actor=actor, uid=job.uid, at=at)
        job = work_import(actor=actor, uid=job.uid, at=at)
    return _result(job, is_resumed=resumed)


def _interrupted(actor: Actor, kind: str, path: Path) -> ImportJob | None:
    """An import of the same file by the same actor that was killed while writing."""
    return ImportJob.objects.filter(
        created_by=actor.uid, kind=kind, sha256=jobs.digest(path), state=ImportState.RUNNING
    ).first()


def _first_move(actor: Actor, job: ImportJob, at: datetime, *, dry_run: bool) -> ImportJob:
    """Only-valid-rows without photos needs no pass before: batches are checked as written."""
    if dry_run or job.mode == ImportMode.ALL_OR_NOTHING or photo_work.has_photos(job):
        return jobs.begin_check(actor=actor, uid=job.uid, at=at)
    return jobs.begin_run(actor=actor, uid=job.uid, at=at)


def _result(job: ImportJob, *, is_resumed: bool) -> ImportResult:
    rows = ImportFault.objects.filter(job=job).order_by("row", "pk")[:SHOWN_FAULTS]
    return ImportResult(
        job=job.uid,
        state=job.state,
        rows=job.rows_good + job.rows_bad,
        good=job.rows_good,
        bad=job.rows_bad,
        message=job.message,
        faults=[Problem(row.field, row.message, row.label, row.row) for row in rows],
        is_resumed=is_resumed,
        incomplete=job.rows_open,
    )
