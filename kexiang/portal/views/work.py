"""The first screen of every workbench: 我的待办, then figures (ux.md B4.1)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kexiang.core.context import Site
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import NotAuthenticated
from kexiang.portal import workbench

PROFILE = "/work/profile/"
# What everybody has; a role with nothing else has no workbench yet.
OWN = ("/work/", PROFILE, workbench.FAVOURITES)


@require_safe
@never_cache
def home(request: ActorRequest) -> HttpResponse:
    """A role for which nothing is built yet lands on its profile page (design.md §3)."""
    if not request.actor.is_known:
        raise NotAuthenticated(_("请先登录,再进入工作台。"))
    at = timezone.now()
    todos = workbench.todos(actor=request.actor, at=at)
    figures = workbench.figures(actor=request.actor, at=at)
    others = [item for item in Site(request).menu if item.url not in OWN]
    if not todos and not figures and not others:
        return redirect(PROFILE)
    context = {"todos": todos, "figures": figures, "total": sum(todo.count for todo in todos)}
    return render(request, "portal/work.html", context)
