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
from kexiang.portal.queries import favourites, json_ld, pages, policies, results, units
from kexiang.portal.queries import home as home_page
from kexiang.portal.queries.home import search_tabs
from kexiang.reference import queries as reference

UNITS_PER_PAGE = 50


def _base(request: ActorRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _way(request: ActorRequest, crumbs: list[tuple[str, str]]) -> dict[str, object]:
    """The breadcrumb for people and for machines."""
    data = json_ld.breadcrumb(_("首页"), crumbs, _base(request), request.path)
    return {"crumbs": crumbs, "breadcrumb": data}


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
        **_introduction(_base(request)),
    }
    return render(request, "portal/home.html", context)


def _introduction(base: str) -> dict[str, object]:
    """What machines and chats are told of the site."""
    pack = reference.active_pack()
    name = str(pack.site.get("title") or "")
    text = _("%(name)s:大型科研仪器、检测项目、科学数据、科技文献和种质资源的统一检索与开放共享")
    return {
        "website": json_ld.website(name, base, str(pack.site.get("host") or pack.operator)),
        "social_title": name,
        "social_text": text % {"name": name},
        "social_url": f"{base}/",
    }


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
    base = _base(request)
    is_policy = page.spec.code == policies.KIND
    list_url = "/policies" if is_policy else f"/search?kind={page.spec.code}"
    context = {
        "page": page,
        **_way(request, [(words.tab(page.spec), list_url), (page.card.title, "")]),
        "qr_base": f"/r/{page.row.uid}/qr",
        "may_favour": request.actor.is_known,
        "is_favourite": favourites.is_favourite(request.actor, page.row.uid),
        "in_wechat": "MicroMessenger" in request.headers.get("User-Agent", ""),
        "social_title": f"{page.card.title} {page.card.subtitle}".strip(),
        "social_text": page.copy_text.rpartition(" ")[0],
        "social_url": f"{base}{page.card.url}",
        "social_image": f"{base}{page.image}" if page.image else "",
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
        **_way(request, [(_("管理单位"), "/units"), (page.unit.name, "")]),
        "organisation": json_ld.organisation(page.unit, _base(request)),
        "social_title": page.unit.name,
        "social_text": page.unit.introduction or page.unit.name,
        "social_url": f"{_base(request)}/u/{page.unit.code}",
    }
    return render(request, "portal/unit.html", context)


@require_safe
def unit_list(request: ActorRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:100]
    region = request.GET.get("region", "").strip()[:12]
    sharing = request.GET.get("sharing") == "1"
    on = timezone.localdate() if sharing else None
    found = units.units(request.actor, q, region, sharing_on=on)
    paginator = Paginator(found, UNITS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": page.object_list,
        "total": paginator.count,
        "offset": page.start_index() - 1 if paginator.count else 0,
        "q": q,
        "sharing": sharing,
        "region": region,
        "regions": units.regions(),
        "crumbs": [(_("管理单位"), "")],
    }
    return render(request, "portal/units.html", context)
