"""Organisations: list, export, facts, dated facts, members and roles."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kexiang.accounts import policies, queries, rules, services
from kexiang.accounts.forms import (
    FactForm,
    InviteForm,
    MembersFilter,
    OrganisationFilter,
    OrganisationForm,
)
from kexiang.accounts.models import Organisation
from kexiang.accounts.types import Attribute, Role
from kexiang.accounts.views import lists
from kexiang.core.forms import show_problems
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import DomainError, NotAllowed, NotFound
from kexiang.reference import queries as reference

SORTS = {"name": "sort_key", "region": "region", "opened": "created_at"}
HEADS = (
    lazy("单位名称"),
    lazy("统一社会信用代码"),
    lazy("地区"),
    lazy("单位性质"),
    lazy("网址代码"),
    lazy("联系人"),
    lazy("值班电话"),
    lazy("状态"),
)


MEMBER_HEADS = (lazy("姓名"), lazy("角色"), lazy("手机号"), lazy("起"), lazy("止"))


@require_safe
def organisation_own(request: ActorRequest) -> HttpResponse:
    """The page of the unit of the role one is in."""
    policies.require_known(request.actor)
    uid = next(iter(request.actor.orgs), "")
    if not uid:
        raise NotFound(
            _("您当前的角色不属于某个单位。请在右上角切换角色,或联系本单位管理员邀请您。")
        )
    return redirect("accounts:organisation", uid=uid)


def _require_officer(request: ActorRequest) -> None:
    policies.require_known(request.actor)
    above = policies.officer_regions(request.actor) or policies.may_manage_people(request.actor)
    if not above:
        raise NotAllowed(_("单位管理只对科技主管部门和系统管理员开放。本单位信息请打开“本单位”。"))


@require_safe
@never_cache
def organisation_list(request: ActorRequest) -> HttpResponseBase:
    _require_officer(request)
    form = lists.parsed(request, OrganisationFilter)
    rows = lists.order(_filtered(request, form.cleaned_data), form, SORTS, "name")
    on = timezone.localdate()
    if request.GET.get("export"):
        found = list(rows)
        facts = queries.attributes_at([row.pk for row in found], on=on)
        return lists.export(
            "organisations", HEADS, found, lambda row: _line(row, facts.get(row.pk, {}))
        )
    page = lists.page(rows, form)
    facts = queries.attributes_at([row.pk for row in page.items], on=on)
    lines = [(row, *_line(row, facts.get(row.pk, {}))) for row in page.items]
    context = {"form": form, "page": page, "lines": lines}
    return render(request, "accounts/organisation_list.html", context)


def _filtered(request: ActorRequest, values: dict[str, Any]) -> QuerySet[Organisation]:
    rows = (
        queries.organisations_named(request.actor, values["q"])
        if values["q"]
        else queries.organisations(request.actor)
    )
    if values["region"]:
        rows = rows.filter(region__startswith=policies.region_prefix(values["region"]))
    if values["nature"]:
        ids = queries.organisations_with(
            Attribute.NATURE, values["nature"], on=timezone.localdate()
        )
        rows = rows.filter(pk__in=ids)
    return rows


def _line(row: Organisation, facts: dict[str, str]) -> tuple[str, ...]:
    return (
        row.name,
        row.credit_code or "—",
        reference.region_name(row.region),
        queries.fact_label(Attribute.NATURE, facts.get(Attribute.NATURE, "")) or "—",
        row.code,
        row.contact or "—",
        row.phone or "—",
        _("已注销") if row.closed_on else _("正常"),
    )


@require_http_methods(["GET", "POST"])
def organisation_create(request: ActorRequest) -> HttpResponse:
    _require_officer(request)
    form = OrganisationForm(request.POST or None, core=True)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.create_organisation(
                actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            show_problems(form, error)
        else:
            messages.success(request, _("单位已开通。请在“成员与角色”中邀请单位管理员。"))
            return redirect("accounts:organisation", uid=row.uid)
    return _form(request, form, _("开通单位"), "/work/organisations/")


@require_safe
@never_cache
def organisation_detail(request: ActorRequest, uid: str) -> HttpResponse:
    policies.require_known(request.actor)
    row = queries.organisation(request.actor, uid)
    today = timezone.localdate()
    context = {
        "organisation": row,
        "region": reference.region_name(row.region, full=True),
        "facts": queries.facts_of(row, on=today),
        "histories": queries.fact_histories(row),
        "aliases": row.aliases.all(),
        "attributes": [
            (one.value, one.label)
            for one in Attribute
            if policies.may_set_fact(request.actor, one, row.uid, row.region)
        ],
        "may_edit": policies.may_edit_organisation(request.actor, row.uid, row.region),
        "members": len(queries.members(request.actor, row, today=today)),
    }
    return render(request, "accounts/organisation_detail.html", context)


@require_http_methods(["GET", "POST"])
def organisation_edit(request: ActorRequest, uid: str) -> HttpResponse:
    row = _editable(request, uid)
    core = policies.may_open_organisation(request.actor, row.region)
    form = OrganisationForm(request.POST or None, core=core, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        try:
            services.update_organisation(
                actor=request.actor,
                uid=uid,
                version=int(version) if version.isdecimal() and len(version) < 10 else 0,
                changes=form.cleaned_data,
                at=timezone.now(),
            )
        except DomainError as error:
            show_problems(form, error)
        else:
            messages.success(request, _("单位信息已保存。"))
            return redirect("accounts:organisation", uid=uid)
    return _form(
        request, form, _("修改单位信息"), f"/work/organisations/{uid}/", version=row.version
    )


def _initial(row: Organisation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OrganisationForm.base_fields}


@require_http_methods(["GET", "POST"])
def organisation_fact(request: ActorRequest, uid: str, attribute: str) -> HttpResponse:
    """Say what a dated fact is from a day on; earlier values stay."""
    row = _editable(request, uid)
    if attribute not in Attribute.values:
        raise NotFound(_("没有这一项单位信息。"))
    policies.require_setter(request.actor, attribute, row.uid, row.region)
    today = timezone.localdate()
    now = queries.attribute_at(row, Attribute(attribute), on=today)
    form = FactForm(
        request.POST or None,
        attribute=attribute,
        departments=queries.departments(),
        initial={"value": now, "valid_from": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_organisation_attribute(
                actor=request.actor,
                uid=uid,
                attribute=attribute,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            show_problems(form, error)
        else:
            messages.success(request, _("已保存,自该日起生效;以前的取值仍保留。"))
            return redirect("accounts:organisation", uid=uid)
    heading = _("修改%(fact)s") % {"fact": Attribute(attribute).label}
    return _form(request, form, heading, f"/work/organisations/{uid}/")


@require_http_methods(["GET", "POST"])
@never_cache
def organisation_members(request: ActorRequest, uid: str) -> HttpResponseBase:
    """Who holds which role, and inviting by mobile number."""
    row = _editable(request, uid)
    roles = [
        role.value
        for role in Role
        if policies.may_give(request.actor, role, org=row.uid, region=row.region)
        and role in policies.UNIT_GIVEN
    ]
    form = InviteForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite_member(
                actor=request.actor, organisation=uid, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            show_problems(form, error)
        else:
            messages.success(request, _("已授予角色,并已短信告知本人。"))
            return redirect("accounts:organisation_members", uid=uid)
    shown = lists.parsed(request, MembersFilter)
    members = queries.members(
        request.actor,
        row,
        today=timezone.localdate(),
        text=shown.cleaned_data["q"],
        role=shown.cleaned_data["role"],
    )
    if request.GET.get("export"):
        return lists.export("members", MEMBER_HEADS, members, _member_line)
    page = lists.page(members, shown)
    context = {
        "organisation": row,
        "lines": [(m, *_member_line(m)) for m in page.items],
        "page": page,
        "filter": shown,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "accounts/organisation_members.html", context, status=status)


def _member_line(row: Any) -> tuple[str, ...]:
    mobile = row.person.mobile
    return (
        row.person.name or row.person.username,
        queries.role_label(row.role),
        rules.mask_mobile(mobile) if mobile else "—",
        row.starts_on.isoformat(),
        row.ends_on.isoformat() if row.ends_on else _("长期"),
    )


def _editable(request: ActorRequest, uid: str) -> Organisation:
    policies.require_known(request.actor)
    row = queries.organisation(request.actor, uid)
    if not policies.may_edit_organisation(request.actor, row.uid, row.region):
        raise NotAllowed(_("单位信息由本单位管理员或其科技主管部门维护,请与其联系。"))
    return row


def _form(
    request: ActorRequest, form: Any, heading: str, cancel_url: str, *, version: int | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "submit_label": _("保存"),
        "cancel_url": cancel_url,
        "version": version,
    }
    return render(request, "accounts/form.html", context, status=422 if form.is_bound else 200)
