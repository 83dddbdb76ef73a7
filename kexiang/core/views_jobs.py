"""后台任务: what waits, runs, failed for good. For the system administrator only (ux.md B4)."""

from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kexiang.core import jobs
from kexiang.core.context import MenuItem
from kexiang.core.http import ActorRequest
from kexiang.core.models import JobRun
from kexiang.core.tabular import write_csv
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotAllowed, NotAuthenticated, Problem

CSV = "text/csv; charset=utf-8"
STATES = {
    "READY": pgettext_lazy("job", "等待"),
    "RUNNING": pgettext_lazy("job", "运行中"),
    "FAILED": pgettext_lazy("job", "已放弃"),
    "SUCCESSFUL": pgettext_lazy("job", "已完成"),
}
TONES = {"READY": "warn", "RUNNING": "ok", "FAILED": "bad", "SUCCESSFUL": "end"}
HEADS = (
    gettext_lazy("任务"),
    gettext_lazy("状态"),
    gettext_lazy("进度"),
    gettext_lazy("次数"),
    gettext_lazy("提交时间"),
    gettext_lazy("结束时间"),
    gettext_lazy("原因"),
)


class JobFilter(forms.Form):
    """The filter row of the list; without a state the failed ones are shown."""

    SIZES = (20, 50, 100)

    q = forms.CharField(label=gettext_lazy("任务名"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), *STATES.items()],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("排序"),
        required=False,
        choices=[
            ("-enqueued_at", gettext_lazy("新的在前")),
            ("enqueued_at", gettext_lazy("旧的在前")),
        ],
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    size = forms.TypedChoiceField(
        required=False,
        choices=[(number, number) for number in SIZES],
        coerce=int,
        empty_value=20,  # type: ignore[arg-type]  # the stubs know only text
        widget=forms.HiddenInput,
    )


def require_operator(actor: Actor) -> None:
    """Raise ``NotAuthenticated`` or ``NotAllowed`` for everyone but the system administrator."""
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录。"))
    if "sysadmin" not in actor.roles:
        raise NotAllowed(_("后台任务由系统管理员查看。如有任务未完成,请联系平台系统管理员。"))


def menu(*, actor: Actor) -> list[MenuItem]:
    """For the slot ``workbench.menu``."""
    if "sysadmin" not in actor.roles:
        return []
    return [MenuItem(_("后台任务"), "/work/jobs/", "gear", position=40)]


@require_safe
@never_cache
def job_list(request: ActorRequest) -> HttpResponseBase:
    """One page of the queue, or with ``export`` everything found."""
    require_operator(request.actor)
    form = JobFilter(request.GET)
    if not form.is_valid():
        raise Invalid(
            [
                Problem(name, str(error), str(form.fields[name].label or name))
                for name, errors in form.errors.items()
                for error in errors
            ]
        )
    values = form.cleaned_data
    rows = jobs.found(values["q"], values["state"]).order_by(values["sort"] or "-enqueued_at", "pk")
    if request.GET.get("export"):
        return _export(rows.iterator(chunk_size=1000))
    page = Paginator(rows, values["size"]).get_page(values["page"] or 1)
    lines = list(_lines(list(page.object_list)))
    context = {"form": form, "page": page, "lines": lines, "size": values["size"], "heads": HEADS}
    return render(request, "ui/jobs.html", context)


@require_POST
def job_revive(request: ActorRequest, job_id: str) -> HttpResponse:
    """Put a job that was given up back into the queue."""
    require_operator(request.actor)
    jobs.revive(job_id)
    return redirect("core:jobs")


def _lines(rows: list[Any]) -> Iterator[tuple[jobs.JobState, str, list[str]]]:
    runs = {run.task: run for run in JobRun.objects.filter(task__in=[row.pk for row in rows])}
    for row in rows:
        state = jobs.state_of(row, runs.get(row.pk))
        yield state, TONES[state.status], _cells(state)


def _cells(state: jobs.JobState) -> list[str]:
    progress = f"{state.done:,}/{state.total:,}" if state.total else ""
    return [
        state.name,
        str(STATES[state.status]),
        " ".join(filter(None, (progress, state.note))),
        str(state.attempts),
        _clock(state.enqueued_at),
        _clock(state.finished_at),
        state.error,
    ]


def _clock(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def _export(rows: Iterable[Any]) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 -- the response closes it
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    write_csv(text, [str(head) for head in HEADS], (_cells(jobs.state_of(r, None)) for r in rows))
    text.detach()
    file.seek(0)
    name = _("后台任务")
    return FileResponse(file, as_attachment=True, filename=f"{name}.csv", content_type=CSV)
