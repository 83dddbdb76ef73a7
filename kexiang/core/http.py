"""The only place where domain errors become HTTP, for pages and for the API alike."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy
from django_htmx.middleware import HtmxDetails

from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import (
    Conflict,
    DomainError,
    Gone,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooMany,
    Unavailable,
)

STATUS: dict[type[Exception], int] = {
    NotAuthenticated: 401,
    NotAllowed: 403,
    Gone: 410,
    NotFound: 404,
    ObjectDoesNotExist: 404,
    Http404: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
    DomainError: 422,
}
TITLES: dict[int, Any] = {
    400: gettext_lazy("请求格式有误"),
    401: gettext_lazy("请先登录"),
    403: gettext_lazy("不能进行此操作"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不支持的方法"),
    409: gettext_lazy("与当前状态冲突"),
    410: gettext_lazy("已撤下"),
    422: gettext_lazy("填写有误"),
    429: gettext_lazy("操作过于频繁"),
    500: gettext_lazy("系统出现问题"),
    503: gettext_lazy("服务正在启动"),
}


class ActorRequest(HttpRequest):
    """A request that has passed the actor middleware."""

    actor: Actor
    htmx: HtmxDetails


def status_of(error: Exception) -> int | None:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), None)


def message_of(error: Exception) -> str:
    if isinstance(error, DomainError):
        return str(error)
    return gettext("没有找到您要的内容,可能已下架或网址有误。")


def problem(status: int, detail: str, *, code: str = "", **more: Any) -> JsonResponse:
    """An RFC 9457 problem document with a Chinese ``detail``."""
    body = {
        "type": f"urn:kexiang:problem:{code or status}",
        "title": str(TITLES.get(status) or gettext("请求未能完成")),
        "status": status,
        "detail": detail,
        **more,
    }
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def problem_of(error: Exception) -> JsonResponse | None:
    """The problem document for a domain error, or ``None`` when it is not one."""
    status = status_of(error)
    if status is None:
        return None
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more["errors"] = [
            {"field": p.where, "label": p.label, "row": p.row, "message": p.message}
            for p in error.problems
        ]
    response = problem(
        status, message_of(error), code=str(getattr(error, "code", "not_found")), **more
    )
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    if status == 503:
        response["Retry-After"] = "5"
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


class DomainErrorMiddleware:
    """Turns a domain error raised by a view into a page (or a problem document under /api/)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        status = status_of(error)
        if status is None:
            return None
        if request.path.startswith("/api/"):
            return problem_of(error)
        if status == 401 and request.method in ("GET", "HEAD"):
            login = f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}"
            return redirect(login)
        context = {
            "status": status,
            "title": TITLES.get(status, ""),
            "message": message_of(error),
            "problems": getattr(error, "problems", ()),
        }
        return render(request, "ui/error.html", context, status=status)
