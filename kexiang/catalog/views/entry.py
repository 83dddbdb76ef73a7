"""Entering: the first question, the form of the kind, autosave, likely duplicates."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexiang.catalog import policies, queries, services
from kexiang.catalog.forms import StartForm, VisibilityForm
from kexiang.catalog.models import PendingChange, Record
from kexiang.catalog.views import shared
from kexiang.core.http import ActorRequest, status_of
from kexiang.files import services as files
from kexiang.files.types import Purpose
from kexiang.kernel.errors import DomainError, Invalid
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.kinds.queries import Cleaner
from kexiang.kinds.services import KindForm


@require_http_methods(["GET", "POST"])
def record_create(request: ActorRequest) -> HttpResponse:
    """Kind, unit and the question of secrecy; “yes” ends here and keeps nothing (AA-01, AA-04)."""
    shared.require_login(request)
    owners = shared.owner_choices(request)
    data = request.POST if request.method == "POST" else None
    initial = {"kind": request.GET.get("kind", "")}
    form = StartForm(data, kinds=shared.kind_choices(request.actor), owners=owners, initial=initial)
    if data is not None and data.get("secret") == "yes":
        end = {"trail": shared.trail((_("填写到此结束"), ""))}
        return render(request, "catalog/record_secret.html", end, status=422)
    if data is not None and form.is_valid():
        record = services.create_record(
            actor=request.actor,
            kind=form.cleaned_data["kind"],
            owner=form.cleaned_data["owner"],
            raw={},
            at=timezone.now(),
        )
        return redirect("catalog:record_edit", uid=record.uid)
    status = 422 if data is not None else 200
    context: dict[str, Any] = {
        "form": form,
        "owners": owners,
        "trail": shared.trail((_("填报资源"), "")),
    }
    return render(request, "catalog/record_create.html", context, status=status)


def _kind_form(
    request: ActorRequest,
    record: Record,
    change: PendingChange | None,
    *,
    bound: bool,
    draft: bool,
) -> KindForm:
    spec = kinds.kind(record.kind)
    cleaner = Cleaner(spec, services.lookup_for(request.actor), today=timezone.localdate())
    values = change.values if change is not None else record.attributes
    return kind_services.form_for(
        spec,
        request.POST if bound else None,
        request.FILES if bound else None,
        cleaner=cleaner,
        values=values,
        draft=draft,
        names=queries.names_in(request.actor, spec, values),
    )


@require_http_methods(["GET", "POST"])
def record_edit(request: ActorRequest, uid: str) -> HttpResponse:
    """The form of the kind; 暂存 keeps what is there, 提交 hands it to the first office."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    change = queries.open_change(record) if record.is_shown else None
    policies.require_edit(request.actor, record, change)
    bound = request.method == "POST"
    submits = bound and request.POST.get("save") != "draft"
    form = _kind_form(request, record, change, bound=bound, draft=not submits)
    seen = VisibilityForm(
        request.POST if bound else None,
        initial={"visibility": change.visibility if change else record.visibility},
    )
    if bound and form.is_valid() and seen.is_valid() and _save(request, record, form, seen):
        if not submits:
            messages.success(request, _("已暂存。"))
            return redirect("catalog:record_edit", uid=uid)
        if _submitted(request, record, form):
            messages.success(request, _("已提交。可在本页查看办理进度。"))
            return redirect("catalog:record_detail", uid=uid)
    status = 422 if bound else 200
    context = _edit_context(request, record, change, form, seen)
    return render(request, "catalog/record_edit.html", context, status=status)


def _save(request: ActorRequest, record: Record, form: KindForm, seen: VisibilityForm) -> bool:
    """Store new files and write the values; what is refused is put at its field."""
    values: dict[str, Any] = dict.fromkeys(form.fields) | form.values
    try:
        for name, upload in form.uploads():
            _add_file(request, record, values, name, upload)
        services.update_record(
            actor=request.actor,
            uid=record.uid,
            raw=values,
            visibility=seen.cleaned_data["visibility"],
            at=timezone.now(),
            version=shared.number(request.POST.get("version"), 0, most=2**31) or None,
        )
    except Invalid as error:
        _place(form, error)
        return False
    return True


def _add_file(
    request: ActorRequest, record: Record, values: dict[str, Any], name: str, upload: Any
) -> None:
    spec = kinds.kind(record.kind).field(name)
    picture = spec.type in ("image", "images")
    stored = files.store(
        actor=request.actor,
        upload=upload,
        purpose=Purpose.PICTURE if picture else Purpose.ATTACHMENT,
        owner_org=record.owner.uid,
        at=timezone.now(),
    )
    if spec.many:
        values[name] = [*(values.get(name) or []), stored.uid]
    else:
        values[name] = stored.uid


def _submitted(request: ActorRequest, record: Record, form: KindForm) -> bool:
    try:
        services.submit_record(actor=request.actor, uid=record.uid, at=timezone.now())
    except Invalid as error:
        _place(form, error)
        return False
    return True


def _place(form: KindForm, error: Invalid) -> None:
    for problem in error.problems:
        name = problem.where.partition(".")[0]
        form.add_error(name if name in form.fields else None, problem.message)


def _edit_context(
    request: ActorRequest,
    record: Record,
    change: PendingChange | None,
    form: KindForm,
    seen: VisibilityForm,
) -> dict[str, Any]:
    spec = kinds.kind(record.kind)
    current = change.values if change is not None else record.attributes
    return {
        "record": record,
        "change": change,
        "spec": spec,
        "form": form,
        "seen": seen,
        "version": change.version if change is not None else record.version,
        "duty": queries.duty(spec, current, timezone.localdate()),
        "marks": queries.marks(spec, current),
        "score": queries.score(record),
        "suspects": queries.duplicates(
            request.actor,
            kind=record.kind,
            owner=record.owner.uid,
            values=current,
            exclude=record.uid,
        ),
        "reason": queries.last_reason(record),
        "tones": shared.TONES,
        "trail": shared.record_trail(record, (_("填写"), "")),
    }


@require_POST
def record_autosave(request: ActorRequest, uid: str) -> HttpResponse:
    """Keep what is right in an open form; faults wait for the saving by hand."""
    try:
        record = queries.record(request.actor, uid)
        change = queries.open_change(record) if record.is_shown else None
        form = _kind_form(request, record, change, bound=True, draft=True)
        form.is_valid()
        at = timezone.now()
        services.autosave_record(
            actor=request.actor, uid=record.uid, values_now=form.result.values, at=at
        )
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=status_of(error) or 409)
    return JsonResponse({"saved_at": f"{timezone.localtime(at):%H:%M}"})


@require_GET
def record_duplicates(request: ActorRequest, uid: str) -> HttpResponse:
    """Likely duplicates of what stands in the form, side by side (A-26)."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    policies.require_manage(request.actor, record)
    spec = kinds.kind(record.kind)
    typed = {name: request.GET[name][:200] for name in request.GET if spec.has(name)}
    suspects = queries.duplicates(
        request.actor,
        kind=record.kind,
        owner=record.owner.uid,
        values={**record.attributes, **typed},
        exclude=record.uid,
    )
    context = {"record": record, "suspects": suspects}
    return render(request, "catalog/record_edit.html#duplicates", context)


@require_POST
def record_delete(request: ActorRequest, uid: str) -> HttpResponse:
    """Drop a draft, or the unsubmitted change of a published record."""
    shared.require_login(request)
    record = queries.record(request.actor, uid)
    if record.is_shown:
        services.discard_change(actor=request.actor, uid=uid, at=timezone.now())
        messages.success(request, _("已放弃未提交的变更。"))
        return redirect("catalog:record_detail", uid=uid)
    services.delete_draft(actor=request.actor, uid=uid, at=timezone.now())
    messages.success(request, _("已删除草稿 %s。") % record.number)
    return redirect("catalog:record_list")
