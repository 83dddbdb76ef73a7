"""Taking an import back: what was public leaves a tombstone, what never was is deleted.

Others may have cited, harvested or bookmarked what was published; its address goes on telling
that it is cancelled (HTTP 410, later the deleted records of OAI-PMH). Numbers of cancelled
records are free again, so that the corrected file can be imported.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kexiang.audit import services as audit
from kexiang.audit.services import advance
from kexiang.catalog.lifecycle import IMPORT, RECORD
from kexiang.catalog.models import ImportJob, Record, RecordStep
from kexiang.catalog.services import ground
from kexiang.catalog.services.imports import photos
from kexiang.catalog.types import ImportAction, Level, RecordAction, RecordState
from kexiang.kernel.actor import Actor

BATCH = 1000
SYSTEM = "system:import"


def undo(job: ImportJob, actor: Actor, at: datetime) -> None:
    """Take back what nobody has touched since; the rest stays and is counted.

    Batch by batch, each a transaction: a killed undo goes on with what is left.
    """
    take = _cancel if job.publishes else _delete
    untouched = Record.objects.filter(import_job=job, version=1, state=job.target_state).exclude(
        backlinks__isnull=False
    )
    while True:
        with transaction.atomic():
            rows = list(untouched.only("pk", "uid", "version", "visibility", "state")[:BATCH])
            if not rows:
                break
            take(job, rows, actor, at)
    with transaction.atomic():
        kept = Record.objects.filter(import_job=job).exclude(state=RecordState.CANCELLED)
        job.rows_kept = kept.count()
        job.save(update_fields=["rows_kept"])
        advance(job, IMPORT, ImportAction.UNDONE, actor=SYSTEM, at=at, kept=job.rows_kept)


def _delete(job: ImportJob, rows: Sequence[Record], actor: Actor, at: datetime) -> None:
    audit.record(
        kind="record.import_undone",
        subject=f"import:{job.uid}",
        actor=actor.uid,
        at=at,
        data={"records": [row.uid for row in rows]},
    )
    photos.let_go(job, rows)
    Record.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _cancel(job: ImportJob, rows: Sequence[Record], actor: Actor, at: datetime) -> None:
    """注销 with the import as the document; one journal line per record, as for any other."""
    source = rows[0].state
    data = {"import": job.uid}
    audit.advance_many(rows, RECORD, RecordAction.CANCEL, actor=actor.uid, at=at, data=data)
    reason = _("撤销批量导入,原已发布的记录一并注销。")
    document = _("撤销导入 %s") % job.uid
    RecordStep.objects.bulk_create(
        [
            RecordStep(
                record=row,
                action=RecordAction.CANCEL,
                source=source,
                target=row.state,
                level=Level.SYSTEM if actor.is_system else Level.CITY,
                by=actor.uid,
                at=at,
                reason=reason,
                document_no=document,
            )
            for row in rows
        ],
        batch_size=500,
    )
    Record.objects.filter(pk__in=[row.pk for row in rows]).update(
        version=F("version") + 1, updated_at=at
    )
    for row in rows:
        row.version += 1
    ground.enqueue_many(rows, op="delete")
