"""Probes, display preferences, the component gallery and the error pages."""

import ipaddress
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.crypto import constant_time_compare
from django.utils.encoding import escape_uri_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from kexiang.core import gallery, metrics
from kexiang.core.context import SIZE_COOKIE, SIZES, THEME_COOKIE, THEMES
from kexiang.core.http import TITLES, problem
from kexiang.core.providers import providers

YEAR = 31_536_000
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked, so that a warming index does not kill it."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def _database_ready() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_operator(request: HttpRequest) -> bool:
    """Whether the machine's own figures may be told: by ``KEXIANG_METRICS_TOKEN`` when it is
    set, else to this machine and the trusted proxies themselves.

    A request that somebody forwarded comes from elsewhere, whatever address it arrives from.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return constant_time_compare(given, settings.METRICS_TOKEN)
    if any(name in request.headers for name in FORWARDED):
        return False
    address = request.META.get("REMOTE_ADDR", "")
    return address in settings.TRUSTED_PROXIES or _is_loopback(address)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@require_GET
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this worker can serve: database, and what contexts add by slot ``ready``.

    A provider of the slot takes no arguments and returns ``(name, ok)``. Which part is missing
    is told to operators only.
    """
    checks = {"database": _database_ready()}
    if checks["database"]:
        checks |= dict(provider() for provider in providers("ready"))
    is_ready = all(checks.values())
    told: dict[str, Any] = {"ready": is_ready}
    if is_operator(request):
        told["checks"] = checks
    return JsonResponse(told, status=200 if is_ready else 503)


@require_GET
@never_cache
def metrics_text(request: HttpRequest) -> HttpResponse:
    """The figures of this worker, for operators only."""
    if not is_operator(request):
        return HttpResponse(
            "只对本机或带 KEXIANG_METRICS_TOKEN 令牌的请求开放。\n",
            status=403,
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@csrf_exempt  # sets display cookies only; keeps anonymous pages free of a CSRF cookie
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Theme, text size and language, kept in cookies of this browser."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target, status=303)
    languages = tuple(code for code, _name in settings.LANGUAGES)
    for name, cookie, allowed in (
        ("theme", THEME_COOKIE, (*THEMES, "auto")),
        ("size", SIZE_COOKIE, SIZES),
        ("language", settings.LANGUAGE_COOKIE_NAME, languages),
    ):
        value = request.POST.get(name, "")
        if value in allowed:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=secure)
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component with all its states; for builders, so only in DEBUG and in the demo."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "ui/gallery.html", gallery.context())


def error_page(request: HttpRequest, status: int, message: str, **more: Any) -> HttpResponse:
    """The page (or, under /api/, the problem document) for an error outside of a view."""
    if request.path.startswith("/api/"):
        return problem(status, message)
    context = {"status": status, "title": TITLES[status], "message": message, "problems": ()}
    return render(request, "ui/error.html", context | more, status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400, _("请求格式有误,请返回上一页重新操作。"))


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = str(exception) or _("您目前的角色不能进行此操作。请切换角色,或联系本单位管理员开通。")
    return error_page(request, 403, message)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: usually the page stood open over a new sign-in."""
    message = _("页面停留时间过长或浏览器未允许 Cookie,提交未完成。请返回上一页,刷新后重新提交。")
    return error_page(request, 403, message)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address of ours with a slash too many leads to the right one; anything else is 404."""
    bare = request.path_info.rstrip("/")
    if bare and bare != request.path_info and request.method in ("GET", "HEAD") and _is_ours(bare):
        query = request.META.get("QUERY_STRING", "")
        target = escape_uri_path(bare) + (f"?{query}" if query else "")
        return HttpResponsePermanentRedirect(target)
    return error_page(request, 404, _("没有找到您要的内容,可能已下架或网址有误。"))


def _is_ours(path: str) -> bool:
    return not path.startswith("//") and bool(is_valid_path(path))


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort. The page asks neither the database nor any provider."""
    message = _("系统出现问题,您的操作可能没有完成。请稍后再试;如仍有问题,请联系技术支持。")
    if request.path.startswith("/api/"):
        return problem(500, message)
    return render(request, "ui/error_500.html", {"message": message}, status=500)
