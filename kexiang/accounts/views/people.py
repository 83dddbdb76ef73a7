"""Accounts for the system administrator: list, export, open, lock, close, give roles."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kexiang.accounts import policies, queries, rules, services
from kexiang.accounts.forms import GrantForm, PeopleFilter, PersonForm
from kexiang.accounts.models import Person
from kexiang.accounts.views import lists
from kexiang.core.forms import show_problems
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import DomainError, Invalid, NotAllowed, NotFound, Problem

SORTS = {"opened": "created_at", "name": "name", "username": "username", "seen": "last_login"}
HEADS = (
    lazy("用户名"),
    lazy("姓名"),
    lazy("手机号"),
    lazy("角色"),
    lazy("状态"),
    lazy("开通日期"),
    lazy("最近登录"),
)


def _require_manager(request: ActorRequest) -> None:
    policies.require_known(request.actor)
    if not policies.may_lock(request.actor):
        raise NotAllowed(
            _("账号管理只对系统管理员和安全管理员开放。本单位成员请在“成员与角色”中管理。")
        )


def _require_opener(request: ActorRequest) -> None:
    """Locking is the security administrator's, opening and giving roles is not (三员分立)."""
    _require_manager(request)
    if not policies.may_manage_people(request.actor):
        raise NotAllowed(_("开通账号和授予角色由系统管理员办理,安全管理员可以停用和恢复账号。"))


@require_safe
@never_cache
def person_list(request: ActorRequest) -> HttpResponseBase:
    _require_manager(request)
    form = lists.parsed(request, PeopleFilter)
    rows = lists.order(_filtered(request, form.cleaned_data), form, SORTS, "-opened")
    rows = rows.prefetch_related("memberships__organisation")
    if request.GET.get("export"):
        return lists.export("accounts", HEADS, rows.iterator(chunk_size=500), _line)
    page = lists.page(rows, form)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, *_line(row)) for row in page.items],
        "may_open": policies.may_manage_people(request.actor),
    }
    return render(request, "accounts/person_list.html", context)


def _filtered(request: ActorRequest, values: dict[str, Any]) -> QuerySet[Person]:
    rows = (
        queries.people_named(request.actor, values["q"])
        if values["q"]
        else queries.people(request.actor)
    )
    if values["role"]:
        today = timezone.localdate()
        rows = rows.filter(
            queries.in_force(today, "memberships__"), memberships__role=values["role"]
        )
    if values["state"]:
        rows = rows.filter(locked_at__isnull=values["state"] == "active")
    return rows


def _line(row: Person) -> tuple[str, ...]:
    """A row in words; numbers are masked, in clear only on the page that journals it."""
    today = timezone.localdate()
    roles = [
        queries.role_info(m).title
        for m in row.memberships.all()
        if m.ended_at is None and (m.ends_on is None or m.ends_on >= today)
    ]
    seen = timezone.localtime(row.last_login).strftime("%Y-%m-%d") if row.last_login else "—"
    return (
        row.username,
        row.name or "—",
        rules.mask_mobile(row.mobile) if row.mobile else "—",
        "、".join(roles) or "—",
        _("已停用") if row.locked_at else _("正常"),
        timezone.localtime(row.created_at).strftime("%Y-%m-%d"),
        seen,
    )


@require_http_methods(["GET", "POST"])
def person_create(request: ActorRequest) -> HttpResponse:
    _require_opener(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.create_person(
                actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            messages.success(request, _("账号已开通,本人用手机号和短信验证码登录。"))
            return redirect("accounts:person", uid=person.uid)
    context = {
        "form": form,
        "heading": _("开通账号"),
        "submit_label": _("开通"),
        "cancel_url": "/work/people/",
    }
    return render(request, "accounts/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def person_detail(request: ActorRequest, uid: str) -> HttpResponse:
    """One account: roles, giving a role, lock, close."""
    (_require_opener if request.method == "POST" else _require_manager)(request)
    person = queries.person(request.actor, uid)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _grant(request, uid, form.cleaned_data)
        except DomainError as error:
            show_problems(form, error)
        else:
            messages.success(request, _("角色已授予。"))
            return redirect("accounts:person", uid=uid)
    context = {
        "person": person,
        "mobile": rules.mask_mobile(person.mobile) if person.mobile else "—",
        "email": rules.mask_email(person.email) or "—",
        "roles": queries.roles_of(request.actor, person, today=timezone.localdate()),
        "form": form,
        "may_open": policies.may_manage_people(request.actor),
    }
    status = 422 if form.is_bound else 200
    return render(request, "accounts/person_detail.html", context, status=status)


def _grant(request: ActorRequest, uid: str, values: dict[str, Any]) -> None:
    organisation = ""
    if text := values["organisation"]:
        found = queries.organisation_by_name(text)
        try:
            organisation = found.uid if found else queries.organisation(request.actor, text).uid
        except NotFound:
            message = _("没有找到这个单位,请填全称、网址代码或统一社会信用代码。")
            raise Invalid([Problem("organisation", message, _("单位"))]) from None
    services.grant_role(
        actor=request.actor,
        person=uid,
        role=values["role"],
        organisation=organisation,
        region=values["region"],
        ends_on=values["ends_on"],
        at=timezone.now(),
    )


@require_POST
def person_contact(request: ActorRequest, uid: str) -> HttpResponse:
    """Number and address in clear; the reading is journalled."""
    contact = services.read_contact(actor=request.actor, uid=uid, at=timezone.now())
    manages = policies.may_lock(request.actor)
    context = {
        "contact": contact,
        "number": contact.mobile.removeprefix("+86"),
        "back": f"/work/people/{uid}/" if manages else "/work/organisation/",
    }
    return render(request, "accounts/person_contact.html", context)


@require_POST
def person_act(request: ActorRequest, uid: str, action: str) -> HttpResponse:
    acts = {
        "lock": (services.lock_person, _("账号已停用。")),
        "unlock": (services.unlock_person, _("账号已恢复。")),
        "close": (services.close_person, _("账号已注销,个人信息已删除。")),
    }
    act, text = acts[action]
    act(actor=request.actor, uid=uid, at=timezone.now())
    messages.success(request, text)
    if action == "close":
        return redirect("accounts:people")
    return redirect("accounts:person", uid=uid)


@require_POST
def membership_end(request: ActorRequest, pk: int) -> HttpResponse:
    row = services.end_role(actor=request.actor, membership=pk, at=timezone.now())
    messages.success(request, _("角色已结束。"))
    if row.person.uid == request.actor.uid:
        return redirect("accounts:profile")
    if policies.may_lock(request.actor):
        return redirect("accounts:person", uid=row.person.uid)
    if row.organisation:
        return redirect("accounts:organisation_members", uid=row.organisation.uid)
    return redirect("accounts:profile")
