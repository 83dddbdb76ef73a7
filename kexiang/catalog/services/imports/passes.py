"""The work behind an import: check, write, let go, undo. Each step goes on where it was killed."""

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kexiang.audit.services import advance
from kexiang.catalog.lifecycle import IMPORT
from kexiang.catalog.models import ImportFault, ImportJob, Record
from kexiang.catalog.services import ground
from kexiang.catalog.services.imports import photos
from kexiang.catalog.services.imports.batch import Checked, Workshop
from kexiang.catalog.services.imports.jobs import is_big
from kexiang.catalog.services.imports.reading import Raw, batches, raw_rows
from kexiang.catalog.services.imports.undo import undo
from kexiang.catalog.types import ImportAction, ImportMode, ImportState
from kexiang.core import jobs
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid

BATCH = 1000
LOOKS = 3
SYSTEM = "system:import"


def work_import(*, actor: Actor, uid: str, at: datetime) -> ImportJob:
    """Do what the import's state asks for, to the end. Idempotent: a second call goes on.

    ``actor`` decides what the rows may refer to; it is the one who started the import. A file
    that cannot be read ends the import with the reason.
    """
    job = ImportJob.objects.select_related("owner").get(uid=uid)
    work = {
        ImportState.CHECKING: _check,
        ImportState.RUNNING: _write,
        ImportState.UNDOING: undo,
    }.get(ImportState(job.state))
    if work is None:
        return job
    try:
        work(job, actor, at)
    except Invalid as error:
        _fail(job, str(error), at)
    return job


def proceed(*, actor: Actor, job: ImportJob, at: datetime) -> bool:
    """Do the work now when the file is small, else leave it to the job worker.

    Returns whether it was left to the worker.
    """
    if is_big(job):
        named = jobs.specs()["catalog.work_import"]
        jobs.enqueue(named.task, uid=job.uid, person=actor.uid)
        return True
    work_import(actor=actor, uid=job.uid, at=at)
    return False


def _check(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Look at every row without keeping any; always from the start, for nothing was written."""
    with transaction.atomic():
        ImportFault.objects.filter(job=job).delete()
        _begin(job, at)
    shop = Workshop(job, actor, at)
    for batch in batches(raw_rows(job, pictures=shop.photos.cells), BATCH):
        shop.photos.see(batch)
        done = shop.check(batch)
        with transaction.atomic():
            _keep_faults(job, done)
            _count(job, done, last=batch[-1][0], at=at)
    with transaction.atomic():
        shop.photos.settle(actor)
        job.rows_total = job.rows_good + job.rows_bad
        job.save(update_fields=["rows_total"])
        advance(job, IMPORT, ImportAction.CHECKED, actor=SYSTEM, at=at, **_numbers(job))


def _begin(job: ImportJob, at: datetime) -> None:
    job.row_done = job.rows_good = job.rows_bad = job.rows_open = 0
    job.started_at = job.beat_at = at
    job.save(
        update_fields=["row_done", "rows_good", "rows_bad", "rows_open", "started_at", "beat_at"]
    )


def _numbers(job: ImportJob) -> dict[str, int]:
    return {"good": job.rows_good, "bad": job.rows_bad}


def _keep_faults(job: ImportJob, done: Checked) -> None:
    rows = [
        ImportFault(
            job=job,
            row=fault.row or 0,
            field=fault.where[:80],
            label=fault.label[:120],
            message=fault.message[:300],
            sort=sort,
        )
        for sort, fault in done.faults
    ]
    ImportFault.objects.bulk_create(rows, batch_size=1000)


def _count(job: ImportJob, done: Checked, *, last: int, at: datetime) -> None:
    """Move the checkpoint; raises ``Conflict`` when another worker has moved it."""
    before = job.row_done
    job.row_done, job.beat_at = last, at
    job.rows_good += len(done.goods)
    job.rows_bad += done.bad_rows
    job.rows_open += len(done.open_rows)
    moved = ImportJob.objects.filter(pk=job.pk, row_done=before, state=job.state).update(
        row_done=last,
        beat_at=at,
        rows_good=job.rows_good,
        rows_bad=job.rows_bad,
        rows_open=job.rows_open,
    )
    if not moved:
        raise Conflict(_("这次导入正由另一个进程处理。"))
    jobs.progress(job.rows_good + job.rows_bad, job.rows_total, job.file_name)


def _write(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Write behind the checkpoint; rows and checkpoint stand in one transaction."""
    shop = Workshop(job, actor, at)
    for batch in batches(raw_rows(job, after=job.row_done), BATCH):
        if not _write_batch(job, shop, batch, at):
            return
    _let_go(job)
    photos.add_to_records(job, actor, at)
    with transaction.atomic():
        job.rows_total, job.finished_at = job.rows_good + job.rows_bad, at
        job.save(update_fields=["rows_total", "finished_at"])
        advance(job, IMPORT, ImportAction.FINISH, actor=SYSTEM, at=at, **_numbers(job))


def _write_batch(job: ImportJob, shop: Workshop, batch: list[Raw], at: datetime) -> bool:
    """One batch with its checkpoint; false when a whole import had to be taken back.

    A number that somebody takes between check and insert makes the batch fail as a whole; the
    second look tells it as the fault of its row.
    """
    for _look in range(LOOKS):
        done = shop.check(batch)
        if done.faults and job.mode == ImportMode.ALL_OR_NOTHING:
            _take_back(job, done, at)
            return False
        shop.photos.store(done.goods)
        with suppress(IntegrityError), transaction.atomic():
            shop.write(done.goods)
            _keep_faults(job, done)
            _count(job, done, last=batch[-1][0], at=at)
            return True
    raise Conflict(_("同时有别人在填报相同编号的资源,请稍后重试。"))


def _let_go(job: ImportJob) -> None:
    """Show the held rows of a whole import, batch by batch, together with their index entries."""
    held = Record.objects.filter(import_job=job, is_held=True).order_by("pk")
    while True:
        with transaction.atomic():
            rows = list(held.only("pk", "uid", "version", "visibility")[:BATCH])
            if not rows:
                return
            Record.objects.filter(pk__in=[row.pk for row in rows]).update(is_held=False)
            if job.publishes:
                ground.enqueue_many(rows)


def _take_back(job: ImportJob, done: Checked, at: datetime) -> None:
    """Something changed between check and import: nothing of the file stays."""
    _keep_faults(job, done)
    _delete_held(job)
    _fail(job, _("校验之后情况有变化,未导入任何一行。请查看有误的行,重新校验。"), at)


def _delete_held(job: ImportJob) -> None:
    held = Record.objects.filter(import_job=job, is_held=True)
    while pks := list(held.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            Record.objects.filter(pk__in=pks).delete()


def _fail(job: ImportJob, message: str, at: datetime) -> None:
    if job.mode == ImportMode.ALL_OR_NOTHING:
        _delete_held(job)
    with transaction.atomic():
        job.message, job.finished_at = message[:300], at
        job.save(update_fields=["message", "finished_at"])
        advance(job, IMPORT, ImportAction.FAIL, actor=SYSTEM, at=at)
