"""One record in the workbench: what it says, where it stands, its versions, its decision."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies, queries, rules, services
from kexiang.catalog.models import PendingChange, Record
from kexiang.catalog.types import ChangeState, Level, RecordAction, RecordState, Visibility
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.reference import queries as reference

DONE = {
    "submit": gettext_lazy("已提交。"),
    "approve": gettext_lazy("已通过。"),
    "return": gettext_lazy("已退回修改。"),
    "refuse": gettext_lazy("已作出不予通过的决定。"),
    "withdraw": gettext_lazy("已撤回。"),
    "take_down": gettext_lazy("已下架,公开页面已不再显示。"),
    "restore": gettext_lazy("已恢复发布。"),
    "cancel": gettext_lazy("已注销。"),
    "confirm": gettext_lazy("已确认信息无变化。"),
}


@require_GET
def record_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """Everything about one record that this actor may know, with the buttons he has."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    if policies.reach(request.actor, record) in queries.PUBLIC_REACH:
        # Marks, suspected duplicates and changes are for the unit and the offices.
        return redirect(queries.address(record.kind, record.uid))
    change = queries.change_for(request.actor, record) if record.is_shown else None
    context = {
        **_common(request, record, change),
        "groups": queries.record_view(request.actor, record),
        "differences": _differences(request, record, change),
        "steps": _steps(request, record),
        "revisions": queries.revisions(request.actor, record)[:10],
    }
    return render(request, "catalog/record_detail.html", context)


def _common(request: ActorRequest, record: Record, change: PendingChange | None) -> dict[str, Any]:
    actor, spec = request.actor, kinds.kind(record.kind)
    current = change.values if change is not None else record.attributes
    allowed = [
        RecordAction(name)
        for name in rules.ASKED_ACTIONS
        if policies.may(actor, RecordAction(name), record, _moved(name, change))
    ]
    state = change.state if change is not None and record.state == "change_check" else record.state
    duty = queries.duty(spec, current, timezone.localdate())
    return {
        "record": record,
        "change": change,
        "change_label": ChangeState(change.state).label if change is not None else "",
        "spec": spec,
        "state_label": RecordState(record.state).label,
        "actions": allowed,
        "may_edit": policies.may_edit(actor, record, change),
        "may_manage": policies.may_manage(actor, record),
        "may_delete": policies.may_manage(actor, record)
        and not record.was_shown
        and record.state in policies.EDITABLE,
        "duty": duty,
        "outdated": queries.superseded(actor, spec, current, timezone.localdate()),
        "score": queries.score(record),
        "marks": queries.marks(spec, current),
        **_review(request, record, change, allowed),
        "must_share": next((hit.reason for hit in duty if hit.must_share), ""),
        "publishes": _publishes(record, state),
        "version": change.version if change is not None else record.version,
        "reason": queries.last_reason(record),
        "reasons": reference.codes("return_reason"),
        "states": _current_states(record),
        "tones": shared.TONES,
        "today": timezone.localdate(),
        "trail": shared.record_trail(record),
    }


def _review(
    request: ActorRequest,
    record: Record,
    change: PendingChange | None,
    allowed: Sequence[RecordAction],
) -> dict[str, Any]:
    """What the office that decides sees first: its queue, what was marked, words used before."""
    actor, reviews = request.actor, RecordAction.APPROVE in allowed
    return {
        "reviews": reviews,
        "hints": queries.hints(actor, record),
        "place": queries.place_in_queue(actor, record) if reviews else None,
        "reasons_given": queries.reasons_given(actor) if RecordAction.RETURN in allowed else [],
        "visibility_label": Visibility(change.visibility if change else record.visibility).label,
    }


def _moved(action: str, change: PendingChange | None) -> PendingChange | None:
    """Decisions and 撤回 concern the open change; 下架 and 注销 the record itself."""
    return None if action in ("take_down", "restore", "cancel") else change


def _publishes(record: Record, state: str) -> bool:
    """Whether approval in this state publishes, so that secrecy must be ticked."""
    return state in policies.LEVELS and services.publishes_next(record, state, timezone.now())


def _current_states(record: Record) -> list[tuple[str, str]]:
    played = kinds.kind(record.kind).role("state")
    return kind_services.choices_of(played) if played is not None and record.is_shown else []


def _differences(request: ActorRequest, record: Record, change: PendingChange | None) -> list[Any]:
    if change is None:
        return []
    return queries.differences(request.actor, record, record.attributes, change.values)


def _steps(request: ActorRequest, record: Record) -> list[dict[str, Any]]:
    rows = list(queries.steps(request.actor, record)[:50])
    names = accounts.display_names([row.by for row in rows], request.actor)
    return [
        {
            "at": row.at,
            "action": RecordAction(row.action).label,
            "level": Level(row.level).label,
            "by": names.get(row.by, ""),
            "reason": row.reason,
            "document_no": row.document_no,
            "is_change": row.change_id is not None,
        }
        for row in rows
    ]


@require_POST
def record_act(request: ActorRequest, uid: str, action: str) -> HttpResponse:
    """Do what a button says, then show the record (or go on with the queue)."""
    shared.require_login(request)
    chosen = ";".join(request.POST.getlist("reason_label"))
    written = request.POST.get("reason", "").strip()
    goes_on = request.POST.get("next") == "queue"
    following = _following(request, uid) if goes_on else ""
    services.act(
        action,
        actor=request.actor,
        uid=uid,
        at=timezone.now(),
        reason=f"{chosen};{written}".strip(";"),
        reason_code=request.POST.get("reason_code", "")[:24],
        document_no=request.POST.get("document_no", ""),
        secrecy_checked=request.POST.get("secrecy_checked") == "on",
        note=request.POST.get("note", "")[:500],
        version=shared.number(request.POST.get("version"), 0, most=2**31) or None,
    )
    messages.success(request, DONE[action])
    if following:
        return redirect("catalog:record_detail", uid=following)
    if goes_on:
        return redirect("catalog:review_queue")
    return redirect("catalog:record_detail", uid=uid)


def _following(request: ActorRequest, uid: str) -> str:
    """The record to look at after this one: the next that waits, else the one before."""
    place = queries.place_in_queue(request.actor, queries.record(request.actor, uid))
    return (place.next or place.previous) if place is not None else ""


@require_POST
def record_state(request: ActorRequest, uid: str) -> HttpResponse:
    """Set how the resource stands right now (可预约, 故障停机 …)."""
    shared.require_login(request)
    services.set_current_state(
        actor=request.actor,
        uid=uid,
        value=request.POST.get("state", "")[:24],
        at=timezone.now(),
    )
    messages.success(request, _("已更新当前状态。"))
    return redirect("catalog:record_detail", uid=uid)


@require_GET
def record_history(request: ActorRequest, uid: str) -> HttpResponse:
    """All versions of a record."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    page = shared.page_of(request, queries.revisions(request.actor, record))
    names = accounts.display_names([row.by for row in page["rows"]], request.actor)
    spec = kinds.kind(record.kind)
    lines = [
        {
            "revision": row,
            "by": names.get(row.by, ""),
            "state": RecordState(row.state).label,
            "changed": [str(spec.field(name).label) for name in row.changed if spec.has(name)],
        }
        for row in page["rows"]
    ]
    context = {
        **page,
        "record": record,
        "lines": lines,
        "trail": shared.record_trail(record, (_("历史版本"), "")),
    }
    return render(request, "catalog/record_history.html", context)


@require_GET
def record_version(request: ActorRequest, uid: str, number: int) -> HttpResponse:
    """One version compared with the one before, and with what is written now."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    chosen = queries.revision(request.actor, record, number)
    before = queries.previous_revision(request.actor, record, number)
    context = {
        "record": record,
        "revision": chosen,
        "before": before,
        "differences": queries.differences(
            request.actor, record, before.values if before else {}, chosen.values
        ),
        "to_now": queries.differences(request.actor, record, chosen.values, record.attributes),
        "by": accounts.display_name(chosen.by, request.actor),
        "trail": shared.record_trail(record, (_("第 %d 版") % number, "")),
        "may_edit": policies.may_edit(request.actor, record, queries.open_change(record)),
    }
    return render(request, "catalog/record_version.html", context)


@require_POST
def record_restore(request: ActorRequest, uid: str, number: int) -> HttpResponse:
    """Write an earlier version again; for a published record it becomes a change to submit."""
    shared.require_login(request)
    services.restore_revision(actor=request.actor, uid=uid, number=number, at=timezone.now())
    messages.success(request, _("已恢复到第 %d 版的内容,请核对后提交。") % number)
    return redirect("catalog:record_edit", uid=uid)
