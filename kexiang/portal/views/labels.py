"""QR codes of record pages, and the labels a keeper prints and sticks on instruments (P18)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from kexiang.catalog import queries as catalog
from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import NotAuthenticated
from kexiang.portal import qr

DAY = 86_400
MOST = 60
PER_PAGE = 50
KINDS = {"svg": ("image/svg+xml", qr.svg), "png": ("image/png", qr.png)}


@require_safe
@cache_control(private=True, max_age=DAY)
def code(request: ActorRequest, uid: str, form: str) -> HttpResponse:
    """The QR code of a record's public page; for those who may see the record."""
    row = catalog.public_record(request.actor, uid, timezone.localdate())
    content_type, picture = KINDS[form]
    address = f"{request.scheme}://{request.get_host()}{catalog.address(row.kind, row.uid)}"
    response = HttpResponse(picture(address), content_type=content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{row.number}.{form}"'
    return response


@require_safe
@never_cache
def sheet(request: ActorRequest) -> HttpResponse:
    """Labels to print: one for each ``id`` of the address, at most ``MOST`` at a time."""
    wanted = [uid[:26] for uid in request.GET.getlist("id")][:MOST]
    context = {
        "cards": catalog.cards(request.actor, wanted),
        "host": request.get_host(),
        "left_out": max(0, len(request.GET.getlist("id")) - MOST),
        "crumbs": [(_("标签"), "")],
    }
    return render(request, "portal/labels.html", context)


@require_safe
@never_cache
def choose(request: ActorRequest) -> HttpResponse:
    """The published records of the actor's own units, to tick those that need a label."""
    if not request.actor.is_known:
        raise NotAuthenticated(_("请先登录,再选择要打印标签的资源。"))
    q, kind = request.GET.get("q", "")[:100], request.GET.get("kind", "")[:32]
    wanted = catalog.RecordFilter(q=q, kind=kind, state="published", mine=True, sort="number")
    pages = Paginator(catalog.records(request.actor, wanted), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "total": pages.count,
        "cards": catalog.cards_of(page.object_list),
        "q": q,
        "most": MOST,
        "crumbs": [(_("打印标签"), "")],
    }
    return render(request, "portal/labels_choose.html", context)
