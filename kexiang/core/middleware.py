"""Who really asks, hostile signs, security headers, language, rate limits, counters."""

import ipaddress
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext, ngettext

from kexiang.core import metrics
from kexiang.core.counting import counted
from kexiang.core.http import TITLES, problem_of
from kexiang.core.views import error_page
from kexiang.kernel.errors import TooMany

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("geolocation", "microphone", "payment", "usb", "midi", "accelerometer")
)
PROBES = ("/healthz", "/readyz", "/metrics")
# Signing in and up belongs to the public side; what a person changes later to the workbench.
CHINESE_ONLY = (
    "/work/",
    "/api/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/password/set/",
    "/accounts/phone/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
)
PUBLIC_THOUGH = ("/api/v1/docs", "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/")
ANONYMOUS_WRITES_PER_MINUTE = 60
READS_PER_MINUTE = 600
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class ClientAddressMiddleware:
    """``REMOTE_ADDR`` is the client's, also behind a reverse proxy of ``TRUSTED_PROXIES``.

    Without it all visitors behind the proxy would share one rate limit, and one attacker could
    lock everybody out. Anybody else's X-Forwarded-For is not believed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
            chain = request.headers.get("X-Forwarded-For", "").split(",")
            for address in reversed([part.strip() for part in chain]):
                if address not in settings.TRUSTED_PROXIES:
                    if _is_address(address):
                        request.META["REMOTE_ADDR"] = address
                    break
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class NoNulMiddleware:
    """No NUL gets to the database: PostgreSQL refuses it with an error, and nobody types it.

    In a question it counts as a blank, an address with it does not exist, and a form with it
    is refused with a sentence. JSON of the API is cleaned by its schemas.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\x00" in query:
            request.META["QUERY_STRING"] = query.replace("%00", "%20").replace("\x00", "%20")
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if "\x00" in request.path_info:
            raise Http404
        if request.method != "POST" or request.path_info.startswith("/api/"):
            return None
        pairs = request.POST.lists()
        if any("\x00" in text for name, values in pairs for text in (name, *values)):
            message = gettext("提交的文字里有看不见的控制字符(空字符),请返回上一页重新输入。")
            return error_page(request, 400, message)
        return None


class SecurityHeadersMiddleware:
    """A strict content policy on every answer, and the time each answer took."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.path not in PROBES:
            metrics.count(request.method or "", response.status_code, time.perf_counter() - started)
        return response


def speaks_both(path: str) -> bool:
    """Whether a page belongs to the public side, which has an English version."""
    return path in PUBLIC_THOUGH or not path.startswith(CHINESE_ONLY)


class LocaleMiddleware:
    """Chinese, unless a visitor of the public side chose English by ``?lang=en`` or cookie.

    The browser's Accept-Language is ignored: the office PC of a Chinese bureau often carries
    an English browser. Workbenches and the API always speak Chinese.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        code = self._language(request, asked)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        if speaks_both(request.path):
            patch_vary_headers(response, ("Cookie",))
            response.headers.setdefault("Content-Language", code)
        if asked in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=31_536_000,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    def _language(self, request: HttpRequest, asked: str) -> str:
        if not speaks_both(request.path):
            return settings.LANGUAGE_CODE
        known = dict(settings.LANGUAGES)
        chosen = asked or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen if chosen in known else settings.LANGUAGE_CODE


class RateLimitMiddleware:
    """60 anonymous writes and log-ins and 600 reads per client and minute (design.md §3).

    A client is a person where one is known and an address otherwise. Counting is by calendar
    minute in the cache that all processes share.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.RATE_LIMIT and request.path not in PROBES:
            error = self._refusal(request)
            if error is not None:
                return self._too_many(request, error)
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> TooMany | None:
        actor = getattr(request, "actor", None)
        known = actor is not None and actor.is_known
        if request.method in SAFE:
            kind, limit = "read", READS_PER_MINUTE
        elif known:
            return None
        else:
            kind, limit = "write", ANONYMOUS_WRITES_PER_MINUTE
        client = actor.uid if known and actor else request.META.get("REMOTE_ADDR", "")
        minute, second = divmod(int(time.time()), 60)
        key = f"rate:{kind}:{client}:{minute}"
        if counted(key, seconds=120) <= limit:
            return None
        wait = 60 - second
        return TooMany(
            gettext("操作过于频繁:每分钟最多%(limit)s次。") % {"limit": limit}
            + ngettext("请在%(n)s秒后再试。", "请在%(n)s秒后再试。", wait) % {"n": wait},
            wait,
        )

    def _too_many(self, request: HttpRequest, error: TooMany) -> HttpResponse:
        if request.path.startswith("/api/"):
            response: HttpResponse | None = problem_of(error)
            if response is not None:
                return response
        context = {"status": 429, "title": TITLES[429], "message": str(error), "problems": ()}
        response = render(request, "ui/error.html", context, status=429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
