"""The import wizard: upload → columns → check → import → undo."""

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexiang.catalog import queries, services
from kexiang.catalog.forms import UploadForm
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import ImportMode, ImportState, SecrecyCheck
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, NotFound
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services

OWNER = "@owner"
STEPS = [gettext_lazy("上传"), gettext_lazy("核对列"), gettext_lazy("校验"), gettext_lazy("导入")]
TONES = {"done": "ok", "failed": "bad", "undone": "end", "checked": "warn", "uploaded": "end"}


def _trail(*more: tuple[Any, str]) -> shared.Trail:
    return [(_("批量导入"), "/work/imports/"), *more]


@require_GET
def import_list(request: ActorRequest) -> HttpResponse:
    """My imports and those of my unit."""
    shared.require_login(request)
    page = shared.page_of(request, queries.import_jobs(request.actor))
    context = {**page, "kinds": queries.kind_labels(), "tones": TONES, "trail": _trail()}
    return render(request, "catalog/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_create(request: ActorRequest) -> HttpResponse:
    """Choose kind, unit and file; a file with secret items is not taken in."""
    shared.require_login(request)
    publisher = bool(request.actor.regions_as({"bureau_admin"}))
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=shared.kind_choices(),
        owners=shared.owner_choices(request),
        may_publish=publisher,
        initial={"kind": request.GET.get("kind", "")},
    )
    if request.method == "POST":
        if request.POST.get("secret") == "yes":
            end = {"trail": _trail((_("填写到此结束"), ""))}
            return render(request, "catalog/record_secret.html", end, status=422)
        if form.is_valid() and (job := _start(request, form)) is not None:
            return redirect("catalog:import_detail", uid=job.uid)
    context: dict[str, Any] = {
        "form": form,
        "steps": STEPS,
        "kinds": shared.kind_choices(),
        "trail": _trail((_("上传表格"), "")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "catalog/import_create.html", context, status=status)


def _start(request: ActorRequest, form: UploadForm) -> ImportJob | None:
    data = form.cleaned_data
    at = timezone.now()
    publish = SecrecyCheck(request.actor.uid, at) if data.get("publish") else None
    try:
        with tempfile.NamedTemporaryFile(suffix=Path(data["file"].name).suffix[:8]) as copy:
            for chunk in data["file"].chunks():
                copy.write(chunk)
            copy.flush()
            return services.start_import(
                actor=request.actor,
                kind=data["kind"],
                owner=data["owner"],
                path=Path(copy.name),
                file_name=data["file"].name,
                mode=data["mode"],
                publish=publish,
                at=at,
            )
    except Invalid as error:
        for problem in error.problems:
            form.add_error("file", problem.message)
        return None


@require_GET
def import_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """Where the import stands: columns to confirm, progress, faults, result."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    faults = shared.page_of(request, queries.import_faults(job))
    context = {
        **faults,
        "job": job,
        "kind": kinds.kind(job.kind),
        "columns": _columns(job),
        "asks": _asks(job),
        "fields": _fields(job),
        "modes": ImportMode.choices,
        "steps": STEPS,
        "step": _step(job),
        "is_busy": job.state in (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING),
        "done": job.rows_good + job.rows_bad,
        "tones": TONES,
        "trail": _trail((job.file_name, "")),
    }
    return render(request, "catalog/import_detail.html", context)


def _step(job: ImportJob) -> int:
    return {
        ImportState.UPLOADED: 2,
        ImportState.CHECKING: 3,
        ImportState.CHECKED: 3,
        ImportState.FAILED: 3,
    }.get(ImportState(job.state), 4)


def _columns(job: ImportJob) -> list[dict[str, Any]]:
    chosen = job.mapping["columns"]
    return [
        {"index": index, "head": head, "field": chosen.get(str(index), "")}
        for index, head in enumerate(job.heads)
        if head
    ]


def _asks(job: ImportJob) -> list[dict[str, str]]:
    spec = kinds.kind(job.kind)
    units = job.mapping["units"]
    return [
        {"field": name, "label": str(spec.field(name).label), "unit": units.get(name, "")}
        for name in job.mapping.get("ask", [])
        if spec.has(name)
    ]


def _fields(job: ImportJob) -> list[tuple[str, str]]:
    columns = kinds.import_columns(kinds.kind(job.kind))
    return [(OWNER, _("单位名称或统一社会信用代码")), *((c.key, c.label) for c in columns)]


@require_POST
def import_map(request: ActorRequest, uid: str) -> HttpResponse:
    """Keep the chosen columns and units, then check every row."""
    shared.require_login(request)
    post = request.POST
    columns = {key[4:]: str(value) for key, value in post.items() if key.startswith("col-")}
    units = {key[5:]: str(value) for key, value in post.items() if key.startswith("unit-")}
    services.map_columns(
        actor=request.actor, uid=uid, columns=columns, units=units, mode=post.get("mode", "")
    )
    job = services.begin_check(actor=request.actor, uid=uid, at=timezone.now())
    return _work(request, job)


@require_POST
def import_act(request: ActorRequest, uid: str, action: str) -> HttpResponse:
    """校验, 导入 or 撤销; long work goes into the job queue."""
    shared.require_login(request)
    begin = {
        "check": services.begin_check,
        "run": services.begin_run,
        "undo": services.begin_undo,
    }.get(action)
    if begin is None:
        raise NotFound(_("没有这个操作。"))
    return _work(request, begin(actor=request.actor, uid=uid, at=timezone.now()))


def _work(request: ActorRequest, job: ImportJob) -> HttpResponse:
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
