"""Regions, the library of policy documents, and the progress of a submission."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kexiang.core.http import ActorRequest
from kexiang.kernel.errors import NotFound, TooMany
from kexiang.portal.queries import json_ld, policies, regions
from kexiang.portal.queries import progress as progress_of
from kexiang.reference import queries as reference

POLICIES_PER_PAGE = 20


def _way(request: ActorRequest, crumbs: list[tuple[str, str]]) -> dict[str, object]:
    base = f"{request.scheme}://{request.get_host()}"
    data = json_ld.breadcrumb(_("首页"), crumbs, base, request.path)
    return {"crumbs": crumbs, "breadcrumb": data}


@require_safe
def region_list(request: ActorRequest) -> HttpResponse:
    """County × kind as a table, every county a link."""
    today = timezone.localdate()
    context = {
        "distribution": regions.overview(today),
        "as_of": today,
        "place": reference.region_label(reference.active_pack().region),
        **_way(request, [(_("区县"), "")]),
    }
    return render(request, "portal/regions.html", context)


@require_safe
def region(request: ActorRequest, code: str) -> HttpResponse:
    """A county's page; a retired code leads to the one in force."""
    info = regions.region_of(code)
    if info.code != code:
        return redirect(f"/region/{info.code}", permanent=True)
    page = regions.region_page(info, timezone.localdate())
    context = {"page": page, **_way(request, [(_("区县"), "/regions"), (page.name, "")])}
    return render(request, "portal/region.html", context)


@require_safe
def policy_list(request: ActorRequest) -> HttpResponse:
    """Documents in force, those nobody has checked, and history, each behind its own tab."""
    today = timezone.localdate()
    q = request.GET.get("q", "").strip()[:100]
    tab = request.GET.get("tab", "")
    tab = tab if tab in policies.TABS else ""
    pages = Paginator(policies.rows(today, tab, q), POLICIES_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [policies.line_of(row) for row in page.object_list],
        "total": pages.count,
        "tabs": policies.tabs(today),
        "tab": tab,
        "q": q,
        **_way(request, [(_("政策文件"), "")]),
    }
    return render(request, "portal/policies.html", context)


@csrf_exempt  # changes nothing; keeps the page free of a cookie
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def progress(request: ActorRequest) -> HttpResponse:
    """The question comes by POST, so that the digits stand in no address and no log."""
    number = request.POST.get("number", request.GET.get("number", "")).strip()[:32]
    tail = request.POST.get("tail", "").strip()[:8]
    found, message, status = None, "", 200
    if request.method == "POST":
        if not number or len(tail) != 4 or not tail.isdigit():
            message, status = _("请填写编号和提交人手机号的后四位数字。"), 422
        else:
            try:
                found = progress_of.progress(number, tail)
            except NotFound as error:
                message, status = str(error), 422
            except TooMany as error:
                message, status = str(error), 429
    context = {
        "number": number,
        "found": found,
        "message": message,
        "crumbs": [(_("进度查询"), "")],
    }
    return render(request, "portal/progress.html", context, status=status)
