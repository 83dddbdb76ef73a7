"""``/imports``: a sheet in, faults and the marked workbook out, as the wizard does it."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from ninja import File, Form, Path, Query, Router, UploadedFile
from ninja.responses import Status

from kexiang.accounts.types import Scope
from kexiang.catalog import policies, queries, services
from kexiang.catalog.api.import_schemas import (
    FaultList,
    ImportIn,
    ImportOut,
    ImportPatch,
    PhotoList,
    SortName,
)
from kexiang.catalog.api.records import READ_ERRORS, WRITE_ERRORS
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import ImportState
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, Problem

router = Router(tags=["批量导入"])
Uid = Annotated[str, Path(max_length=26)]
Cursor = Annotated[str, Query(max_length=18)]
Size = Annotated[int, Query(ge=1, le=100)]
Act = Literal["check", "run", "undo"]
BEGIN = {
    "check": services.begin_check,
    "run": services.begin_run,
    "undo": services.begin_undo,
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"schema": {"type": "string", "format": "binary"}}
WORKBOOK = {200: {"description": "标注了错误的表格", "content": {XLSX: BINARY}}}


@router.post(
    "/imports", response={202: ImportOut, **WRITE_ERRORS}, operation_id="create_import",
    summary="上传表格并开始校验(dry_run)或导入",
    description="列、单位或固定值还须选定时,状态为 uploaded,needs 里逐项说明;选定后用 PATCH 提交。",
)  # fmt: skip
def create_import(
    request: ActorRequest,
    body: Annotated[ImportIn, Form()],
    file: Annotated[UploadedFile, File()],
    photos: Annotated[UploadedFile | None, File()] = None,
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    if body.is_secret:
        services.refuse_secret()
    columns, units, constants = (
        _pairs(name, getattr(body, name)) for name in ("columns", "units", "constants")
    )
    actor, at = request.actor, timezone.now()
    with _received(file) as path:
        job = services.start_import(
            actor=actor, kind=body.kind, owner=body.owner, path=path, file_name=file.name or "",
            mode=body.mode, visibility=body.visibility, at=at,
            sheet=body.sheet, header_row=body.header_row or None,
        )  # fmt: skip
    if photos is not None:
        with _received(photos) as path:
            services.add_photos(
                actor=actor, uid=job.uid, path=path, file_name=photos.name or "", at=at
            )
    patch = ImportPatch(
        sheet=None,
        header_row=0,
        preset=body.preset,
        lenient=body.lenient,
        columns=columns,
        units=units,
        constants=constants,
    )
    _change(request, job.uid, patch)
    if services.needs(queries.import_job(actor, job.uid)):
        return Status(202, _out(queries.import_job(actor, job.uid)))
    straight = not body.dry_run and body.mode == "valid_rows" and photos is None
    begin = services.begin_run if straight else services.begin_check
    return Status(202, _worked(request, begin(actor=actor, uid=job.uid, at=at)))


@contextmanager
def _received(upload: UploadedFile) -> Iterator[FilePath]:
    with tempfile.NamedTemporaryFile(suffix=FilePath(upload.name or "").suffix[:8]) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        yield FilePath(copy.name)


def _pairs(name: str, text: str) -> dict[str, str]:
    """An object of texts written as JSON in a form field. Raises ``Invalid``."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise Invalid([Problem(name, f'{name} 应为 JSON 对象,如 {{"列标题": "字段名"}}。')])
    return found


def _change(request: ActorRequest, uid: str, patch: ImportPatch) -> None:
    """Sheet and heads first, then the preset, then what is said of single columns."""
    actor, at = request.actor, timezone.now()
    if patch.sheet is not None or patch.header_row:
        services.choose_sheet(
            actor=actor, uid=uid, sheet=patch.sheet or "", header_row=patch.header_row, at=at
        )
    if patch.preset is not None:
        services.choose_preset(actor=actor, uid=uid, preset=patch.preset, at=at)
    if patch.columns or patch.units or patch.constants or patch.lenient is not None:
        services.map_heads(
            actor=actor, uid=uid, columns=patch.columns, units=patch.units,
            constants=patch.constants, lenient=patch.lenient, at=at,
        )  # fmt: skip


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


@router.patch(
    "/imports/{uid}", response={200: ImportOut, **WRITE_ERRORS}, operation_id="change_import",
    summary="改工作表、标题行、列对应、单位或固定值(之后再校验)",
)  # fmt: skip
def change_import(request: ActorRequest, uid: Uid, body: ImportPatch) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    queries.import_job(request.actor, uid)
    _change(request, uid, body)
    return _out(queries.import_job(request.actor, uid))


@router.get(
    "/imports/{uid}/faults", response={200: FaultList, **READ_ERRORS},
    operation_id="list_import_faults", summary="有误的单元格,并按种类计数",
)  # fmt: skip
def list_import_faults(
    request: ActorRequest,
    uid: Uid,
    cursor: Cursor = "",
    size: Size = 100,
    sort: SortName | None = None,
    field: Annotated[str, Query(max_length=80)] = "",
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    job = queries.import_job(request.actor, uid)
    rows = queries.import_faults(job, sort=sort or "", field=field)
    page, after = _page(rows, cursor, size)
    return {
        "total": rows.count(),
        "groups": [
            {
                "sort": group.sort, "field": group.field, "label": group.label,
                "count": group.count, "first_row": group.first_row, "example": group.example,
            }
            for group in queries.fault_groups(job)
        ],
        "items": [
            {"field": r.field, "label": r.label, "row": r.row, "message": r.message, "sort": r.sort}
            for r in page
        ],
        "cursor": after,
    }  # fmt: skip


def _page(rows: QuerySet[Any], cursor: str, size: int) -> tuple[list[Any], str | None]:
    """The rows behind a cursor, and the cursor behind them."""
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise Invalid([Problem("cursor", "cursor 应原样使用上一次回答中的值。")])
    page = list(rows.filter(pk__gt=int(cursor or 0)).order_by("pk")[: size + 1])
    return page[:size], str(page[size - 1].pk) if len(page) > size else None


@router.get(
    "/imports/{uid}/workbook", response=READ_ERRORS, operation_id="get_import_workbook",
    summary="标注了错误的表格(.xlsx)", openapi_extra={"responses": WORKBOOK},
)  # fmt: skip
def get_import_workbook(request: ActorRequest, uid: Uid) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    job = queries.import_job(request.actor, uid)
    handle = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 -- sent later
    services.fault_workbook(actor=request.actor, job=job, target=FilePath(handle.name))
    handle.seek(0)
    name = f"{FilePath(job.file_name).stem}-错误标注.xlsx"
    return FileResponse(handle, as_attachment=True, filename=name, content_type=XLSX)


@router.get(
    "/imports/{uid}/photos", response={200: PhotoList, **READ_ERRORS},
    operation_id="list_import_photos", summary="每张照片对应哪一行或哪条记录",
)  # fmt: skip
def list_import_photos(
    request: ActorRequest, uid: Uid, cursor: Cursor = "", size: Size = 100
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    job = queries.import_job(request.actor, uid)
    page, after = _page(job.photos.all(), cursor, size)
    items = [
        {"name": p.name, "number": p.key, "outcome": p.outcome, "row": p.row, "message": p.message}
        for p in page
    ]
    return {"total": job.photos.count(), "items": items, "cursor": after}


@router.post(
    "/imports/{uid}/photos", response={200: ImportOut, **WRITE_ERRORS},
    operation_id="add_import_photos", summary="上传照片压缩包,校验时按编号对应",
)  # fmt: skip
def add_import_photos(
    request: ActorRequest, uid: Uid, file: Annotated[UploadedFile, File()]
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    queries.import_job(request.actor, uid)
    with _received(file) as path:
        services.add_photos(
            actor=request.actor, uid=uid, path=path, file_name=file.name or "", at=timezone.now()
        )
    return _out(queries.import_job(request.actor, uid))


@router.post(
    "/imports/{uid}/file", response={200: ImportOut, **WRITE_ERRORS},
    operation_id="replace_import_file", summary="上传改正后的表格,接着做并重新校验",
)  # fmt: skip
def replace_import_file(
    request: ActorRequest, uid: Uid, file: Annotated[UploadedFile, File()]
) -> Any:
    policies.require_known(request.actor, Scope.IMPORTS_WRITE)
    queries.import_job(request.actor, uid)
    at = timezone.now()
    with _received(file) as path:
        job = services.replace_file(
            actor=request.actor, uid=uid, path=path, file_name=file.name or "", at=at
        )
    if services.needs(job):
        return _out(queries.import_job(request.actor, job.uid))
    return _worked(request, services.begin_check(actor=request.actor, uid=job.uid, at=at))


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
    waiting = services.needs(job) if job.state == ImportState.UPLOADED else []
    names = ("kind", "state", "mode", "file_name", "sheet", "preset", "rows_total", "row_done",
             "rows_good", "rows_bad", "rows_open", "rows_kept", "message", "mapping", "heads",
             "created_at", "finished_at")  # fmt: skip
    return {
        **{name: getattr(job, name) for name in names},
        "id": job.uid,
        "owner": {"id": owner.uid, "name": owner.name, "code": owner.code} if owner else None,
        "state_label": str(ImportState(job.state).label),
        "lenient": job.is_lenient,
        "needs": [
            {"field": p.where, "label": p.label, "row": p.row, "message": p.message}
            for p in waiting
        ],
        "photos": dict(queries.import_photos(job).counts),
    }
