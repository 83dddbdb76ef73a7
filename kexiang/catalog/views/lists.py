"""Lists: the records of my unit, the queue of an office, exports."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexiang.catalog import policies, queries, services
from kexiang.catalog.forms import FilterForm
from kexiang.catalog.models import Record
from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.views import exports, national, shared
from kexiang.core.http import ActorRequest

COLUMNS = [
    ("number", gettext_lazy("编号")),
    ("kind", gettext_lazy("类型")),
    ("model", gettext_lazy("型号")),
    ("value", gettext_lazy("原值")),
    ("state", gettext_lazy("状态")),
    ("complete", gettext_lazy("完整度")),
    ("updated", gettext_lazy("更新时间")),
]


def _wanted(request: ActorRequest, form: FilterForm) -> RecordFilter:
    sort = request.GET.get("sort", "updated")
    return form.wanted(
        mine=bool(policies.owners(request.actor)) and request.GET.get("scope") != "all",
        flagged=request.GET.get("flagged") == "1",
        expiring=request.GET.get("expiring") == "1",
        owner=request.GET.get("owner", "")[:26],
        by=request.actor.uid if request.GET.get("by") == "me" else "",
        today=timezone.localdate(),
        sort=sort,
    )


@require_GET
def record_list(request: ActorRequest) -> HttpResponse:
    """The records of my unit, or of my area for an office (ux.md B5)."""
    shared.require_login(request)
    form = FilterForm(request.GET, kinds=shared.kind_choices())
    wanted = _wanted(request, form)
    rows = queries.records(request.actor, wanted)
    page = shared.page_of(request, rows)
    context = {
        **page,
        "value_sum": queries.sum_of_values(rows) if page["rows"] else None,
        "form": form,
        "wanted": wanted,
        "cards": queries.cards_of(page["rows"]),
        "columns": COLUMNS,
        "tones": shared.TONES,
        "may_enter": bool(policies.owners(request.actor)),
        "query": request.GET.urlencode(),
        "sorts": SORTS,
        "has_form": services.has_national_form(wanted.kind),
        "trail": shared.trail(),
    }
    return render(request, "catalog/record_list.html", context)


SORTS = [
    ("updated", gettext_lazy("最近更新")),
    ("-updated", gettext_lazy("最久未更新")),
    ("completeness", gettext_lazy("完整度从低到高")),
    ("value", gettext_lazy("原值从高到低")),
    ("pinyin", gettext_lazy("名称拼音")),
    ("number", gettext_lazy("编号")),
]


@require_GET
def record_export(request: ActorRequest) -> Any:
    """The whole list, as filtered."""
    shared.require_login(request)
    form = FilterForm(request.GET, kinds=shared.kind_choices())
    return exports.record_export(request, _wanted(request, form))


@require_GET
def record_national(request: ActorRequest) -> HttpResponse | FileResponse:
    """The list in the upload form of the national platform."""
    shared.require_login(request)
    form = FilterForm(request.GET, kinds=shared.kind_choices())
    return national.record_national(request, _wanted(request, form))


@require_GET
def record_print(request: ActorRequest) -> Any:
    """The list in its printed form."""
    shared.require_login(request)
    form = FilterForm(request.GET, kinds=shared.kind_choices())
    return exports.record_print(request, _wanted(request, form))


@require_GET
def review_queue(request: ActorRequest) -> HttpResponse | FileResponse:
    """What waits for the decision of this actor's office, oldest first."""
    shared.require_login(request)
    form = FilterForm(request.GET, kinds=shared.kind_choices())
    sort = request.GET.get("sort", "submitted")
    rows = queries.review_queue(request.actor, form.wanted(sort=sort))
    if request.GET.get("export"):
        return _queue_export(rows)
    page = shared.page_of(request, rows)
    context = {
        **page,
        "form": form,
        "sort": sort,
        "sorts": QUEUE_SORTS,
        "ticked": request.GET.get("tick") == "all",
        "items": queries.queue_items(page["rows"]),
        "tones": shared.TONES,
        "today": timezone.localdate(),
        "trail": [(_("待审核"), "")],
    }
    return render(request, "catalog/review_queue.html", context)


def _passed(request: ActorRequest, uids: list[str]) -> str:
    """How many passed, and how many of them wait for the same person again, one step further."""
    text = _("已通过 %d 条。") % len(uids)
    again = queries.review_queue(request.actor, RecordFilter()).filter(uid__in=uids).count()
    if again:
        text += _("其中 %d 条进入下一环节,仍由您审核。") % again
    return text


QUEUE_SORTS = [
    ("submitted", gettext_lazy("提交先后")),
    ("completeness", gettext_lazy("完整度从低到高")),
    ("pinyin", gettext_lazy("名称拼音")),
    ("value", gettext_lazy("原值从高到低")),
]
QUEUE_HEADS = (
    gettext_lazy("编号"),
    gettext_lazy("名称"),
    gettext_lazy("类型"),
    gettext_lazy("来源单位"),
    gettext_lazy("环节"),
    gettext_lazy("提交时间"),
    gettext_lazy("应办结"),
    gettext_lazy("完整度(%)"),
    gettext_lazy("提示(处)"),
)


def _queue_export(rows: QuerySet[Record]) -> FileResponse:
    """Everything that waits, as a workbook."""
    lines = [
        (
            item.record.number,
            item.record.title,
            item.kind_label,
            item.record.owner.name,
            item.state_label,
            shared.moment(item.submitted_at),
            f"{item.due:%Y-%m-%d}" if item.due else "",
            item.record.completeness,
            item.flag_count,
        )
        for item in queries.queue_items(list(rows))
    ]
    return shared.workbook(_("待审核"), QUEUE_HEADS, lines)


@require_POST
def review_batch(request: ActorRequest) -> HttpResponse:
    """Approve the ticked records that nothing speaks against; say which were left and why."""
    shared.require_login(request)
    uids = request.POST.getlist("uid")[:100]
    outcomes = services.approve_many(
        actor=request.actor,
        uids=uids,
        at=timezone.now(),
        secrecy_checked=request.POST.get("secrecy_checked") == "on",
        versions={
            uid: version
            for uid in uids
            if (version := shared.number(request.POST.get(f"version-{uid}"), 0, most=2**31))
        },
    )
    done = [outcome for outcome in outcomes if outcome.is_done]
    left = [outcome for outcome in outcomes if not outcome.is_done]
    if done:
        messages.success(request, _passed(request, [outcome.uid for outcome in done]))
    for outcome in left[:10]:
        messages.warning(request, _("未通过 %(uid)s:%(why)s") % {
            "uid": outcome.number or outcome.uid, "why": outcome.message})  # fmt: skip
    if not outcomes:
        messages.warning(request, _("请先勾选要通过的记录。"))
    return redirect("catalog:review_queue")
