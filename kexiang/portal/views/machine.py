"""What machines ask for: robots, site map, search description; and the reference of the API."""

import json
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kexiang.core.http import ActorRequest
from kexiang.kinds import queries as kinds
from kexiang.portal import openapi, words
from kexiang.portal.queries import sitemap
from kexiang.portal.queries.home import newest
from kexiang.portal.views.help import TOPICS
from kexiang.reference import queries as reference

OPENAPI = "/api/v1/openapi.json"
HOUR = 3600
FEED_SECONDS = 600
XML = "application/xml"


def _base(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


@require_safe
@cache_control(public=True, max_age=HOUR)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /work/",
        "Disallow: /accounts/",
        "Disallow: /api/",
        "Disallow: /search",
        f"Sitemap: {_base(request)}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The parts of the site map; each stands for at most 5,000 records."""
    context = {"base": _base(request), "parts": sitemap.parts(timezone.localdate())}
    return render(request, "portal/sitemap_index.xml", context, content_type=XML)


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    entries = sitemap.entries(number, timezone.localdate())
    if not entries:
        raise Http404
    context = {"base": _base(request), "entries": entries}
    return render(request, "portal/sitemap.xml", context, content_type=XML)


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """Pages that are no records."""
    paths = sitemap.pages(list(TOPICS))
    context = {"base": _base(request), "entries": [(path, None) for path in paths]}
    return render(request, "portal/sitemap.xml", context, content_type=XML)


@require_safe
@cache_control(public=True, max_age=FEED_SECONDS)
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """Atom: what was published last, of all kinds (``newest``) or of one."""
    spec = None if kind == "newest" else kinds.kind(kind)
    cards = newest(kind if spec else "", timezone.localdate())
    changed = [card.updated_at for card in cards if card.updated_at]
    name = words.label(spec) if spec else _("最新发布")
    context = {
        "base": _base(request),
        "path": request.path,
        "alternate": f"/search?kind={kind}&sort=newest" if spec else "/search?sort=newest",
        "title": f"{name} · {reference.active_pack().site.get('short_title', '')}",
        "updated": max(changed, default=timezone.now()),
        "cards": cards,
        "language": get_language(),
    }
    return render(request, "portal/feed.xml", context, content_type="application/atom+xml")


@require_safe
@cache_control(public=True, max_age=HOUR)
def opensearch(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "portal/opensearch.xml",
        {"base": _base(request)},
        content_type="application/opensearchdescription+xml",
    )


@lru_cache(maxsize=1)
def _document(view: Any, host: str) -> dict[str, Any]:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = OPENAPI
    request.META.update({"SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": host})
    document: dict[str, Any] = json.loads(view(request).content)
    return document


@require_safe
def api_docs(request: ActorRequest) -> HttpResponse:
    """The OpenAPI document as a page of our own: no script, nothing from elsewhere."""
    try:
        view = resolve(OPENAPI).func
    except Resolver404:
        raise Http404 from None
    reference = openapi.reference(_document(view, request.get_host()))
    return render(request, "portal/api_docs.html", {"reference": reference, "base": _base(request)})
