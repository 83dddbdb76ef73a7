"""消息与设置: one's own name, password, tokens, and closing the account."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kexiang.accounts import policies, queries, services
from kexiang.accounts.forms import CloseAccountForm, NameForm, NewPasswordForm, TokenForm
from kexiang.accounts.middleware import AccountRequest
from kexiang.core.forms import show_problems
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import Invalid, NotAllowed

CODE_COUNTS_SECONDS = 600


@require_safe
@never_cache
def profile(request: AccountRequest) -> HttpResponse:
    policies.require_known(request.actor)
    person = queries.person(request.actor, request.actor.uid)
    context = {
        "person": person,
        "roles": queries.roles_of(request.actor, person, today=timezone.localdate()),
        "current": request.account.current,
        "tokens": queries.tokens(request.actor),
        "may_set_password": _proved_by_code(request),
    }
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "POST"])
def name_edit(request: ActorRequest) -> HttpResponse:
    policies.require_known(request.actor)
    person = queries.person(request.actor, request.actor.uid)
    form = NameForm(request.POST or None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        services.rename_person(
            actor=request.actor,
            uid=person.uid,
            name=form.cleaned_data["name"],
            at=timezone.now(),
        )
        messages.success(request, _("姓名已保存。"))
        return redirect("accounts:profile")
    return _form(request, form, _("修改姓名"))


@require_http_methods(["GET", "POST"])
def password_new(request: ActorRequest) -> HttpResponse:
    """A new password without the old one, within ten minutes of signing in by a code."""
    policies.require_known(request.actor)
    if not _proved_by_code(request):
        raise NotAllowed(
            _("请先退出,再用短信验证码登录,登录后10分钟内可直接设置新密码;记得旧密码可直接修改。")
        )
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.set_password(
                actor=request.actor,
                uid=request.actor.uid,
                password=form.cleaned_data["password"],
                at=timezone.now(),
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            update_session_auth_hash(request, person)
            messages.success(request, _("新密码已设置,其他设备上的登录已失效。"))
            return redirect("accounts:profile")
    return _form(request, form, _("设置新密码"))


def _proved_by_code(request: ActorRequest) -> bool:
    records = get_authentication_records(request, request.user)
    newest = records[-1] if records else {}
    fresh = time.time() - newest.get("at", 0) < CODE_COUNTS_SECONDS
    return fresh and newest.get("method") == "code"


@require_http_methods(["GET", "POST"])
def account_close(request: ActorRequest) -> HttpResponse:
    policies.require_known(request.actor)
    form = CloseAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.close_person(actor=request.actor, uid=request.actor.uid, at=timezone.now())
        logout(request)
        messages.success(request, _("账号已注销,个人信息已删除。感谢您的使用。"))
        return redirect("/")
    lead = _(
        "注销后姓名、手机号、邮箱和密码将被删除,角色和令牌失效,且不能恢复;办理记录只保留编号。"
    )
    return _form(request, form, _("注销账号"), lead=lead, submit=_("注销账号"))


@require_http_methods(["GET", "POST"])
@never_cache
def token_create(request: ActorRequest) -> HttpResponse:
    """A new token; its secret is on the answer to this POST and nowhere afterwards."""
    policies.require_known(request.actor)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            issued = services.create_token(
                actor=request.actor,
                person=request.actor.uid,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=at + form.lifetime,
                at=at,
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            return render(request, "accounts/token_created.html", {"issued": issued})
    return _form(request, form, _("创建接口令牌"), submit=_("创建"))


@require_POST
def token_revoke(request: ActorRequest, uid: str) -> HttpResponse:
    token = services.revoke_token(actor=request.actor, uid=uid, at=timezone.now())
    messages.success(request, _("令牌“%(name)s”已停用。") % {"name": token.name})
    return redirect("accounts:profile")


def _form(
    request: ActorRequest, form: object, heading: str, *, lead: str = "", submit: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "lead": lead,
        "submit_label": submit or _("保存"),
        "cancel_url": "/work/profile/",
    }
    status = 422 if getattr(form, "is_bound", False) else 200
    return render(request, "accounts/form.html", context, status=status)
