"""Long exports in the background, and the lists that are printed as a page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.audit import services as audit
from kexiang.audit.services import advance
from kexiang.catalog import policies
from kexiang.catalog.lifecycle import EXPORT
from kexiang.catalog.models import ExportJob, ImportJob
from kexiang.catalog.queries.reading import RecordFilter, records
from kexiang.catalog.services import exports
from kexiang.catalog.types import ExportAction, ExportState, ImportState
from kexiang.core import jobs
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import DomainError, Invalid, NotFound, Problem

AT_ONCE = 5_000
"""Lists of more rows than this are made in the background."""
ON_A_PAGE = 2_000
KEPT_FOR = timedelta(days=7)
SHEETS_KEPT_FOR = timedelta(days=90)
PRINT = "print"
FORMS = (*exports.FORMATS, PRINT)
SYSTEM = "system:export"


def is_long(actor: Actor, wanted: RecordFilter) -> bool:
    """Whether the list is made in the background."""
    return records(actor, wanted).count() > AT_ONCE


@transaction.atomic
def begin_export(
    *, actor: Actor, wanted: RecordFilter, form: str, title: str, unit: str = "", at: datetime
) -> ExportJob:
    """Ask for a list as a file; the worker makes it. Raises ``Invalid`` for an unknown form."""
    policies.require_known(actor)
    if form not in FORMS:
        raise Invalid([Problem("format", _("导出格式只能是 xlsx、csv 或 jsonl。"))])
    job = ExportJob.objects.create(
        form=form,
        title=title[:120],
        unit=unit[:120],
        wanted=_plain(wanted),
        rows_total=records(actor, wanted).count(),
        created_by=actor.uid,
        created_at=at,
    )
    audit.record(
        kind="export.ask",
        subject=f"export:{job.uid}",
        actor=actor.uid,
        at=at,
        data={"form": form, "rows": job.rows_total},
    )
    named = jobs.specs()["catalog.make_export"]
    jobs.enqueue(named.task, uid=job.uid, person=actor.uid)
    return job


def _plain(wanted: RecordFilter) -> dict[str, Any]:
    values = {name: value for name, value in asdict(wanted).items() if value}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _filter(values: dict[str, Any]) -> RecordFilter:
    found = dict(values)
    if "today" in found:
        found["today"] = date.fromisoformat(found["today"])
    if "updated_after" in found:
        found["updated_after"] = datetime.fromisoformat(found["updated_after"])
    return RecordFilter(**found)


def work_export(*, actor: Actor, uid: str, at: datetime) -> ExportJob:
    """Make the file. A second call, after a kill, makes it anew; a finished one stays."""
    job = ExportJob.objects.get(uid=uid)
    if job.state in (ExportState.DONE, ExportState.FAILED):
        return job
    advance(job, EXPORT, ExportAction.BEGIN, actor=SYSTEM, at=at)
    path = _folder() / f"{job.uid}.{'xlsx' if job.form == PRINT else job.form}"
    try:
        with jobs.reporting(lambda done, _total, _note: _tell(job, done)):
            count = _write(job, actor, path, at)
    except DomainError as error:
        path.unlink(missing_ok=True)
        job.message, job.finished_at = str(error)[:300], at
        job.save(update_fields=["message", "finished_at"])
        advance(job, EXPORT, ExportAction.FAIL, actor=SYSTEM, at=at)
        return job
    with transaction.atomic():
        job.path, job.rows_done, job.rows_total, job.finished_at = str(path), count, count, at
        job.save(update_fields=["path", "rows_done", "rows_total", "finished_at"])
        advance(job, EXPORT, ExportAction.FINISH, actor=SYSTEM, at=at, rows=count)
    return job


def _write(job: ExportJob, actor: Actor, path: Path, at: datetime) -> int:
    wanted = _filter(job.wanted)
    if job.form == PRINT:
        head = exports.PrintHead(job.title, job.unit)
        return exports.print_records(actor=actor, wanted=wanted, head=head, target=path, at=at)
    return exports.export_records(
        actor=actor, wanted=wanted, kind_of_file=job.form, target=path, at=at
    )


def _tell(job: ExportJob, done: int) -> None:
    ExportJob.objects.filter(pk=job.pk).update(rows_done=done)


def _folder() -> Path:
    path = Path(settings.HOME) / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def export_file(*, actor: Actor, uid: str) -> tuple[ExportJob, Path]:
    """The finished file of one's own export; raises ``NotFound``."""
    job = ExportJob.objects.filter(uid=uid, created_by=actor.uid).first()
    path = Path(job.path) if job is not None and job.path else None
    if job is None or path is None or not path.is_file():
        raise NotFound(_("没有这个导出文件,可能还在生成,或已过七天保存期。请重新导出。"))
    return job, path


def clean(*, at: datetime) -> int:
    """Delete exports after seven days, and sheets of ended imports after ninety; how many."""
    old = ExportJob.objects.filter(created_at__lt=at - KEPT_FOR)
    gone = [path for path in old.values_list("path", flat=True) if path]
    ended = (ImportState.DONE, ImportState.UNDONE, ImportState.FAILED)
    sheets = ImportJob.objects.filter(created_at__lt=at - SHEETS_KEPT_FOR, state__in=ended)
    for paths in sheets.values_list("path", "photos_path"):
        gone += [path for path in paths if path]
    removed = 0
    for path in map(Path, gone):
        removed += path.is_file()
        path.unlink(missing_ok=True)
    old.delete()
    return removed


@dataclass(frozen=True, slots=True)
class PrintTable:
    """A list as a page for the printer: heads, rows of texts, sum of the original values."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int
    total: Decimal
    is_whole: bool
    numbers: frozenset[int]


def print_table(*, actor: Actor, wanted: RecordFilter) -> PrintTable:
    """The list in words, at most 2,000 rows; longer ones are printed from the workbook."""
    policies.require_known(actor)
    found = records(actor, wanted)
    count = found.count()
    heads, rows, total, numbers = exports.print_rows(actor, wanted.kind, found[:ON_A_PAGE])
    return PrintTable(heads, rows, count, total, count <= ON_A_PAGE, numbers)
