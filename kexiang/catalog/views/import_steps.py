"""The steps of the import wizard that can be done again: sheet and heads, columns, files."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexiang.catalog import queries, services
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import ImportState
from kexiang.catalog.views import import_parts as parts
from kexiang.catalog.views import shared
from kexiang.catalog.views.imports import received, take_photos, told, work
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kinds import queries as kinds

MOST_ROWS = 1_000_000


@require_http_methods(["GET", "POST"])
def import_sheet(request: ActorRequest, uid: str) -> HttpResponse:
    """Another sheet or another row of heads, chosen from the first rows of the file."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    if request.method == "POST":
        row = shared.number(request.POST.get("header_row"), 0, most=MOST_ROWS)
        sheet = request.POST.get("sheet", "")[:80]
        try:
            services.choose_sheet(
                actor=request.actor, uid=uid, sheet=sheet, header_row=row, at=timezone.now()
            )
        except Invalid as error:
            return _back(request, error, "catalog:import_sheet", uid)
        return redirect("catalog:import_columns", uid=uid)
    seen = queries.preview(job, request.GET.get("sheet", "")[:80])
    context = {**parts.frame(job, parts.MAP), "seen": seen}
    context["header_row"] = job.mapping["header_row"] if seen.sheet == job.sheet else 0
    return render(request, "catalog/import_sheet.html", context)


@require_http_methods(["GET", "POST"])
def import_columns(request: ActorRequest, uid: str) -> HttpResponse:
    """Which column is which field; a post keeps the choice and checks every row."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    if request.method == "GET":
        if job.state not in parts.EDITABLE:
            return redirect("catalog:import_detail", uid=uid)
        return _columns_page(request, job)
    try:
        _keep(request, job)
        if "keep" in request.POST:
            messages.success(request, _("已保存,可以离开,以后从“批量导入”接着做。"))
            return redirect("catalog:import_columns", uid=uid)
        begun = services.begin_check(actor=request.actor, uid=uid, at=timezone.now())
    except Invalid as error:
        problems = error.problems or [Problem("", str(error))]
        job = queries.import_job(request.actor, uid)
        return _columns_page(request, job, posted=request.POST.dict(), problems=problems)
    return work(request, begun)


def _keep(request: ActorRequest, job: ImportJob) -> None:
    post = request.POST
    columns = {key[4:]: str(value) for key, value in post.items() if key.startswith("col-")}
    units = {
        columns[key[5:]]: str(value)
        for key, value in post.items()
        if key.startswith("unit-") and columns.get(key[5:])
    }
    constants = {key[4:]: str(value) for key, value in post.items() if key.startswith("fix-")}
    extra = zip(post.getlist("extra-field"), post.getlist("extra-value"), strict=False)
    constants |= {field: text for field, text in extra if field}
    taken = set(columns.values())
    services.map_columns(
        actor=request.actor,
        uid=job.uid,
        columns=columns,
        units=units,
        constants={name: text for name, text in constants.items() if name not in taken},
        lenient=post.get("lenient") == "on",
        at=timezone.now(),
    )


def _columns_page(
    request: ActorRequest,
    job: ImportJob,
    *,
    posted: Mapping[str, str] | None = None,
    problems: Any = (),
) -> HttpResponse:
    spec = kinds.kind(job.kind)
    rows = parts.column_rows(job, posted)
    context = {
        **parts.frame(job, parts.MAP),
        "columns": rows,
        "ignored": [row.head for row in rows if not row.field],
        "groups": parts.field_groups(job),
        "gaps": parts.gaps(job, posted),
        "photos": queries.import_photos(job),
        "presets": services.presets_for(spec),
        "problems": problems,
        "extra": range(3),
    }
    status = 422 if problems else 200
    return render(request, "catalog/import_columns.html", context, status=status)


@require_POST
def import_preset(request: ActorRequest, uid: str) -> HttpResponse:
    """Map by another known form of sheet."""
    shared.require_login(request)
    services.choose_preset(
        actor=request.actor, uid=uid, preset=request.POST.get("preset", "")[:40], at=timezone.now()
    )
    return redirect("catalog:import_columns", uid=uid)


@require_POST
def import_again(request: ActorRequest, uid: str) -> HttpResponse:
    """A mended workbook: the same job goes on and is checked at once."""
    shared.require_login(request)
    queries.import_job(request.actor, uid)  # somebody else's is not there, whatever is sent
    upload = request.FILES.get("file")
    if upload is None:
        error = Invalid([Problem("file", _("请选择改正后的文件。"), _("表格文件"))])
        return _back(request, error, "catalog:import_detail", uid)
    at = timezone.now()
    try:
        with received(upload) as path:
            job = services.replace_file(
                actor=request.actor, uid=uid, path=path, file_name=upload.name or "", at=at
            )
    except Invalid as error:
        return _back(request, error, "catalog:import_detail", uid)
    try:
        begun = services.begin_check(actor=request.actor, uid=job.uid, at=at)
    except Invalid as error:
        return _back(request, error, "catalog:import_columns", job.uid)
    return work(request, begun)


def _back(request: ActorRequest, error: Invalid, page: str, uid: str) -> HttpResponse:
    for text in told(error):
        messages.error(request, text)
    return redirect(page, uid=uid)


@require_POST
def import_photos(request: ActorRequest, uid: str) -> HttpResponse:
    """A zip of photos beside the sheet, or (``drop``) none after all."""
    shared.require_login(request)
    queries.import_job(request.actor, uid)
    if "drop" in request.POST:
        services.remove_photos(actor=request.actor, uid=uid, at=timezone.now())
    elif (upload := request.FILES.get("photos")) is not None:
        take_photos(request, uid, upload)
    else:
        messages.error(request, _("请选择照片压缩包(zip)。"))
    return redirect("catalog:import_columns", uid=uid)


@require_GET
def import_photo_list(request: ActorRequest, uid: str) -> HttpResponse:
    """Every photo of an import and where it belongs."""
    shared.require_login(request)
    job = queries.import_job(request.actor, uid)
    step = parts.MAP if job.state == ImportState.UPLOADED else parts.CHECK
    context = {
        **parts.frame(job, step),
        **shared.page_of(request, job.photos.order_by("outcome", "row", "pk")),
        "photos": queries.import_photos(job),
        "photo_tones": {"row": "ok", "record": "ok", "twice": "warn", "refused": "bad"},
    }
    return render(request, "catalog/import_photos.html", context)
