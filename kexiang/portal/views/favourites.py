"""收藏: marking a record, and the list of what one has marked."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import NotAuthenticated
from kexiang.portal import services
from kexiang.portal.queries import favourites

PER_PAGE = 20


@require_POST
def change(request: ActorRequest, uid: str) -> HttpResponse:
    """Mark (``to=on``) or unmark a record and go back to where the button stood."""
    if request.POST.get("to") == "on":
        services.add_favourite(actor=request.actor, record=uid, at=timezone.now())
    else:
        services.remove_favourite(actor=request.actor, record=uid[:26])
    target = request.POST.get("next", "/work/favourites/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/work/favourites/"
    return HttpResponseRedirect(target, status=303)


@require_safe
@never_cache
def listing(request: ActorRequest) -> HttpResponse:
    if not request.actor.is_known:
        raise NotAuthenticated(_("请先登录,再查看收藏。"))
    pages = Paginator(favourites.favourites(request.actor), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "total": pages.count,
        "rows": favourites.cards_of(request.actor, list(page.object_list)),
        "crumbs": [(_("我的收藏"), "")],
    }
    return render(request, "portal/favourites.html", context)
