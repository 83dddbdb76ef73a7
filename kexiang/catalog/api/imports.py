"""``/imports``: a sheet in, faults out, as the wizard does it."""

import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import File, Form, Path, Query, Router, UploadedFile
from ninja.responses import Status

from kexiang.accounts.types import Scope
from kexiang.catalog import policies, queries, services
from kexiang.catalog.api.records import READ_ERRORS, WRITE_ERRORS
from kexiang.catalog.api.schemas import FaultList, ImportIn, ImportOut
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import ImportState
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, Problem

router = Router(tags=["批量导入"])
Uid = Annotated[str, Path(max_length=26)]
Act = Literal["check", "run", "undo"]
BEGIN = {
    "check": services.begin_check,
    "run": services.begin_run,
    "undo": services.begin_undo,
}


@router.post(
    "/imports", response={202: ImportOut, **WRITE_ERRORS}, operation_id="create_import",
    summary="上传表格并开始校验(dry_run)或导入",
)  # fmt: skip
def create_import(
    request: ActorRequest, body: Annotated[ImportIn, Form()], file: Annotated[UploadedFile, File()]
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    if body.is_secret:
        services.refuse_secret()
    at = timezone.now()
    with tempfile.NamedTemporaryFile(suffix=FilePath(file.name or "").suffix[:8]) as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        job = services.start_import(
            actor=request.actor,
            kind=body.kind,
            owner=body.owner,
            path=FilePath(copy.name),
            file_name=file.name or "",
            mode=body.mode,
            visibility=body.visibility,
            at=at,
        )
    straight = not body.dry_run and body.mode == "valid_rows"
    begin = services.begin_run if straight else services.begin_check
    return Status(202, _worked(request, begin(actor=request.actor, uid=job.uid, at=at)))


def _worked(request: ActorRequest, job: ImportJob) -> dict[str, Any]:
    """Small files are done at once; the state of large ones is asked for again."""
    services.proceed_import(actor=request.actor, job=job, at=timezone.now())
    return _out(queries.import_job(request.actor, job.uid))


@router.get(
    "/imports/{uid}", response={200: ImportOut, **READ_ERRORS}, operation_id="get_import",
    summary="一次导入的进度和结果",
)  # fmt: skip
def get_import(request: ActorRequest, uid: Uid) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    return _out(queries.import_job(request.actor, uid))


@router.get(
    "/imports/{uid}/faults", response={200: FaultList, **READ_ERRORS},
    operation_id="list_import_faults", summary="有误的行",
)  # fmt: skip
def list_import_faults(
    request: ActorRequest,
    uid: Uid,
    cursor: Annotated[str, Query(max_length=18)] = "",
    size: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    job = queries.import_job(request.actor, uid)
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise Invalid([Problem("cursor", "cursor 应原样使用上一次回答中的值。")])
    rows = queries.import_faults(job)
    page = list(rows.filter(pk__gt=int(cursor or 0)).order_by("pk")[: size + 1])
    return {
        "total": rows.count(),
        "items": [
            {"field": r.field, "label": r.label, "row": r.row, "message": r.message}
            for r in page[:size]
        ],
        "cursor": str(page[size - 1].pk) if len(page) > size else None,
    }


@router.post(
    "/imports/{uid}/{action}", response={200: ImportOut, **WRITE_ERRORS},
    operation_id="act_on_import", summary="校验、导入或撤销",
)  # fmt: skip
def act_on_import(request: ActorRequest, uid: Uid, action: Act) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    begin = BEGIN[action]
    return _worked(request, begin(actor=request.actor, uid=uid, at=timezone.now()))


def _out(job: ImportJob) -> dict[str, Any]:
    owner = job.owner
    return {
        "id": job.uid,
        "kind": job.kind,
        "owner": {"id": owner.uid, "name": owner.name, "code": owner.code} if owner else None,
        "state": job.state,
        "state_label": str(ImportState(job.state).label),
        "mode": job.mode,
        "file_name": job.file_name,
        "rows_total": job.rows_total,
        "row_done": job.row_done,
        "rows_good": job.rows_good,
        "rows_bad": job.rows_bad,
        "rows_kept": job.rows_kept,
        "message": job.message,
        "mapping": job.mapping,
        "heads": job.heads,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }
