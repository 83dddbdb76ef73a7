"""The import wizard as a person walks it: list, upload, where it stands, moving on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.base import File
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexiang.catalog import queries, services
from kexiang.catalog.forms import ImportFilterForm, UploadForm
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import FaultSort, ImportState, SecrecyCheck
from kexiang.catalog.views import import_parts as parts
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, NotFound
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services

BUSY = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


@require_GET
def import_list(request: ActorRequest) -> HttpResponse | FileResponse:
    """My imports and those of my unit."""
    shared.require_login(request)
    labels = queries.kind_labels()
    form = ImportFilterForm(request.GET, kinds=sorted(labels.items()))
    rows = queries.import_jobs(request.actor, **form.wanted)
    if request.GET.get("export"):
        return parts.list_file(rows, labels)
    page = shared.page_of(request, rows)
    context = {
        **page,
        "form": form,
        "kinds": labels,
        "tones": parts.TONES,
        "trail": parts.trail(),
    }
    return render(request, "catalog/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_create(request: ActorRequest) -> HttpResponse:
    """Choose kind, unit and file; a file with secret items is not taken in."""
    shared.require_login(request)
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=shared.kind_choices(request.actor),
        owners=shared.owner_choices(request),
        may_publish=bool(request.actor.regions_as({"bureau_admin"})),
        initial={"kind": request.GET.get("kind", "")},
    )
    if request.method == "POST":
        if request.POST.get("secret") == "yes":
            end = {"trail": parts.trail((_("填写到此结束"), ""))}
            return render(request, "catalog/record_secret.html", end, status=422)
        if form.is_valid() and (job := _start(request, form)) is not None:
            return redirect("catalog:import_columns", uid=job.uid)
    context: dict[str, Any] = {
        "form": form,
        "steps": parts.steps(None, parts.UPLOAD),
        "kinds": shared.kind_choices(request.actor),
        "trail": parts.trail((_("上传表格"), "")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "catalog/import_create.html", context, status=status)


@contextmanager
def received(upload: "File[bytes]") -> Iterator[Path]:
    """An upload on disk under its own extension, for as long as it is looked at."""
    suffix = Path(upload.name or "").suffix[:8]
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _start(request: ActorRequest, form: UploadForm) -> ImportJob | None:
    data, at = form.cleaned_data, timezone.now()
    publish = SecrecyCheck(request.actor.uid, at) if data.get("publish") else None
    try:
        with received(data["file"]) as path:
            job = services.start_import(
                actor=request.actor,
                kind=data["kind"],
                owner=data["owner"],
                path=path,
                file_name=data["file"].name,
                publish=publish,
                at=at,
            )
    except Invalid as error:
        for text in told(error):
            form.add_error("file", text)
        return None
    if data.get("photos"):
        take_photos(request, job.uid, data["photos"])
    return job


def told(error: Invalid) -> list[str]:
    """What an error says, a sentence each."""
    return [problem.message for problem in error.problems] or [str(error)]


def take_photos(request: ActorRequest, uid: str, upload: "File[bytes]") -> None:
    """Put photos beside the sheet; what speaks against them is told, the sheet stays."""
    try:
        with received(upload) as path:
            services.add_photos(
                actor=request.actor,
                uid=uid,
                path=path,
                file_name=upload.name or "",
                at=timezone.now(),
            )
    except Invalid as error:
        for text in told(error):
            messages.error(request, _("照片没有收下:%s") % text)
    else:
        messages.success(request, _("照片已收到,校验时会告诉您每张对应哪一行。"))


@require_GET
def import_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """Where the import stands: progress, faults by kind and by cell, photos, result."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    if job.state == ImportState.UPLOADED:
        return redirect("catalog:import_columns", uid=job.uid)
    sort, field = request.GET.get("sort", "")[:12], request.GET.get("field", "")[:80]
    sort = sort if sort in FaultSort.values else ""
    cells = queries.import_faults(job, sort=sort, field=field)
    context = {
        **parts.frame(job, _step(job)),
        **shared.page_of(request, cells),
        "groups": queries.fault_groups(job) if job.rows_bad else [],
        "photos": queries.import_photos(job),
        "chosen": {"sort": sort, "field": field},
        "is_busy": job.state in BUSY,
        "done": job.rows_good + job.rows_bad,
        "has_file": Path(job.path).exists(),
    }
    return render(request, "catalog/import_detail.html", context)


def _step(job: ImportJob) -> int:
    return {
        ImportState.CHECKING: parts.CHECK,
        ImportState.CHECKED: parts.CHECK,
        ImportState.FAILED: parts.CHECK,
        ImportState.RUNNING: parts.RUN,
    }.get(ImportState(job.state), parts.RESULT)


@require_POST
def import_act(request: ActorRequest, uid: str, action: str) -> HttpResponse:
    """校验, 导入 or 撤销; long work goes into the job queue."""
    shared.require_login(request)
    actor, at = request.actor, timezone.now()
    if action == "run":
        mode = request.POST.get("mode", "")
        return work(request, services.begin_run(actor=actor, uid=uid, at=at, mode=mode))
    begin = {"check": services.begin_check, "undo": services.begin_undo}.get(action)
    if begin is None:
        raise NotFound(_("没有这个操作。"))
    return work(request, begin(actor=actor, uid=uid, at=at))


def work(request: ActorRequest, job: ImportJob) -> HttpResponse:
    """Do what was begun now, or leave it to the worker, and show where it stands."""
    if services.proceed_import(actor=request.actor, job=job, at=timezone.now()):
        messages.info(request, _("文件较大,正在后台处理,本页会显示进度,可以离开。"))
    return redirect("catalog:import_detail", uid=job.uid)


@require_GET
def import_faults(request: ActorRequest, uid: str) -> FileResponse:
    """The uploaded sheet with its faults marked."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    return shared.download(
        f"{Path(job.file_name).stem}-{_('错误标注')}.xlsx",
        shared.XLSX,
        lambda target: services.fault_workbook(actor=request.actor, job=job, target=target),
    )


@require_GET
def import_template(request: ActorRequest, kind: str) -> FileResponse:
    """The Excel template of a kind, with drop-downs and instructions."""
    content = BytesIO(kind_services.excel_template(kind))
    name = f"{kinds.kind(kind).label}-{_('导入模板')}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=shared.XLSX)
