"""Lists out: data, the printed form, and long exports with their progress."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries, services
from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.types import ExportState
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest

TONES = {"done": "ok", "failed": "bad", "waiting": "end", "running": "warn"}
PRINT = "print"


def record_export(request: ActorRequest, wanted: RecordFilter) -> Any:
    """The whole list, as filtered, in the format of ``format`` (xlsx, csv, jsonl)."""
    chosen = request.GET.get("format", "xlsx")
    chosen = chosen if chosen in shared.TYPES else "xlsx"
    at, title = timezone.now(), str(_title(wanted))
    if services.is_long(request.actor, wanted):
        return _later(request, wanted, chosen, title)
    return shared.download(
        f"{title}-{timezone.localdate():%Y%m%d}.{chosen}",
        shared.TYPES[chosen],
        lambda target: services.export_records(
            actor=request.actor, wanted=wanted, kind_of_file=chosen, target=target, at=at
        ),
    )


def record_print(request: ActorRequest, wanted: RecordFilter) -> Any:
    """The list for the printer: a page, or with ``format=xlsx`` the sheet for the seal."""
    at, unit = timezone.now(), _unit_name(request)
    title = _("%s名录") % _title(wanted, _("共享资源"))
    if request.GET.get("format") == "xlsx":
        if services.is_long(request.actor, wanted):
            return _later(request, wanted, PRINT, title)
        head = services.PrintHead(title=title, unit=unit)
        return shared.download(
            f"{title}-{timezone.localdate():%Y%m%d}.xlsx",
            shared.XLSX,
            lambda target: services.print_records(
                actor=request.actor, wanted=wanted, head=head, target=target, at=at
            ),
        )
    context = {
        "table": services.print_table(actor=request.actor, wanted=wanted),
        "title": title,
        "unit": unit,
        "today": timezone.localdate(),
        "at": at,
        "who": accounts.display_name(request.actor.uid, request.actor),
        "query": request.GET.urlencode(),
        "trail": shared.trail((title, "")),
    }
    return render(request, "catalog/record_print.html", context)


def _title(wanted: RecordFilter, default: Any = "") -> Any:
    return queries.kind_labels().get(wanted.kind) or default or _("资源记录")


def _unit_name(request: ActorRequest) -> str:
    infos = accounts.organisation_infos(request.actor.orgs)
    return "、".join(info.name for info in infos.values())[:80]


def _later(request: ActorRequest, wanted: RecordFilter, form: str, title: str) -> HttpResponse:
    job = services.begin_export(
        actor=request.actor, wanted=wanted, form=form, title=title,
        unit=_unit_name(request), at=timezone.now(),
    )  # fmt: skip
    messages.info(request, _("条数较多,正在后台生成,完成后在这里下载。"))
    return redirect("catalog:export_detail", uid=job.uid)


@require_GET
def export_list(request: ActorRequest) -> HttpResponse:
    """My exports of the last seven days."""
    shared.require_login(request)
    rows = queries.export_jobs(request.actor)
    context = {
        **shared.page_of(request, rows),
        "tones": TONES,
        "trail": shared.trail((_("导出文件"), "")),
    }
    return render(request, "catalog/export_list.html", context)


@require_GET
def export_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """How far an export is, and its file."""
    shared.require_login(request)
    job = queries.export_job(request.actor, uid)
    context = {
        "job": job,
        "tones": TONES,
        "is_busy": job.state in (ExportState.WAITING, ExportState.RUNNING),
        "trail": shared.trail((_("导出文件"), "/work/exports/"), (job.title, "")),
    }
    return render(request, "catalog/export_detail.html", context)


@require_GET
def export_download(request: ActorRequest, uid: str) -> FileResponse:
    """The finished file; only for who asked for it."""
    shared.require_login(request)
    job, path = services.export_file(actor=request.actor, uid=uid)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{job.title}-{timezone.localtime(job.created_at):%Y%m%d}{path.suffix}",
        content_type=shared.TYPES[path.suffix.lstrip(".")],
    )
