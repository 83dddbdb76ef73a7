"""The role switcher and the demo's one-click sign-in."""

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kexiang.accounts import queries, services
from kexiang.accounts.middleware import ROLE_KEY
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import NotAuthenticated, NotFound


def _next(request: ActorRequest) -> str:
    """Where to go afterwards: a page of this site, else the workbench."""
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if safe else settings.LOGIN_REDIRECT_URL


def _number(text: str | None) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound(_("没有这一项,请从列表中重新选择。"))
    return int(text)


@require_POST
def role_choose(request: ActorRequest) -> HttpResponse:
    """Act in another of one's roles from here on."""
    if not request.actor.is_known:
        raise NotAuthenticated(_("请先登录。"))
    role = services.choose_role(
        actor_uid=request.actor.uid,
        membership=_number(request.POST.get("role")),
        at=timezone.now(),
    )
    request.session[ROLE_KEY] = role.id
    messages.success(request, _("已切换为:%(role)s") % {"role": role.title})
    return redirect(_next(request))


@require_safe
@never_cache
def demo_list(request: ActorRequest) -> HttpResponse:
    """The demo accounts; 404 everywhere but in an open demo place."""
    if not queries.demo_is_open(request.get_host()):
        raise Http404
    return render(request, "accounts/demo_list.html", {"accounts": queries.demo_accounts()})


@require_POST
def demo_enter(request: ActorRequest) -> HttpResponse:
    """Become a demo account; 404 everywhere but in an open demo place."""
    row = services.demo_login(
        account=_number(request.POST.get("account")),
        host=request.get_host(),
        at=timezone.now(),
    )
    get_adapter(request).logout(request)
    login(request, row.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)
    if row.membership_id:
        request.session[ROLE_KEY] = row.membership_id
    return redirect(_next(request))
