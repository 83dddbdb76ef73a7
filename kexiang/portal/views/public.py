"""The public pages: home, results, record, unit."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kexiang.core.http import TITLES, ActorRequest, status_of
from kexiang.kernel.errors import DomainError, Invalid, NotFound, Unavailable
from kexiang.portal import params, words
from kexiang.portal.queries import home as home_page
from kexiang.portal.queries import pages, results, units
from kexiang.portal.queries.home import search_tabs
from kexiang.reference import queries as reference

UNITS_PER_PAGE = 50


def _base(request: ActorRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    today = timezone.localdate()
    page = home_page.home(today)
    context = {
        "home": page,
        "search_tabs": search_tabs(page.counts),
        "placeholder": ""
        if words.is_english()
        else reference.active_pack().site.get("search_placeholder", ""),
        "kind": "",
    }
    return render(request, "portal/home.html", context)


def _failed(request: ActorRequest, error: DomainError) -> HttpResponse:
    """The search page itself, saying what is wrong with the question."""
    context = {
        "q": request.GET.get("q", "")[:200],
        "problems": error.problems if isinstance(error, Invalid) else (),
        "message": str(error),
    }
    status = status_of(error) or 422
    context["title"] = TITLES.get(status, "")
    return render(request, "portal/search_failed.html", context, status=status)


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """Results, whole or (by HTMX) only what stands beside the search field."""
    try:
        query = params.read(request.GET)
        found = results.results(request.actor, query, request.GET)
    except (Invalid, NotFound, Unavailable) as error:
        return _failed(request, error)
    context = {
        "results": found,
        "q": query.q,
        "kind": query.kind,
        "sizes": params.SIZES,
        "sort": found.query.sort,
    }
    return render(request, "portal/search.html", context)


@require_safe
def record(request: ActorRequest, uid: str) -> HttpResponse:
    """``/r/{uid}`` and, for test items, ``/t/{uid}``; either address leads to the right one."""
    today = timezone.localdate()
    page = pages.record_page(request.actor, uid, today, base=_base(request))
    if request.path != page.card.url:
        return redirect(page.card.url, permanent=True)
    list_url = f"/search?kind={page.spec.code}"
    context = {
        "page": page,
        "crumbs": [(words.tab(page.spec), list_url), (page.card.title, "")],
        "correction_url": reference.active_pack().site.get("error_report_url")
        or f"/help/contact?record={page.card.number}",
    }
    return render(request, "portal/record.html", context)


@require_safe
def unit(request: ActorRequest, code: str) -> HttpResponse:
    page = units.unit_page(request.actor, code, timezone.localdate())
    if code != page.unit.code:
        return redirect(f"/u/{page.unit.code}", permanent=True)
    context = {
        "page": page,
        "figures": units.figures(page.summary),
        "crumbs": [(_("管理单位"), "/units"), (page.unit.name, "")],
    }
    return render(request, "portal/unit.html", context)


@require_safe
def unit_list(request: ActorRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:100]
    paginator = Paginator(units.units(request.actor, q), UNITS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": page.object_list,
        "total": paginator.count,
        "offset": page.start_index() - 1 if paginator.count else 0,
        "q": q,
        "crumbs": [(_("管理单位"), "")],
    }
    return render(request, "portal/units.html", context)
