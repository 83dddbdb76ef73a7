"""``Idempotency-Key``: the same request twice is done once (design.md §3).

Key, caller and path are unique for seven days. The same body gets the first answer again,
another body 409. The row is written in the transaction of the act itself, so that of two
simultaneous requests one waits for the other, and a failed act leaves nothing behind.

A kept answer is given again only to the same person with the same grants and scopes, and only
while what it tells of may still be seen (``idempotent_while``).
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.decorators import decorate_view

from kexiang.core.http import problem
from kexiang.core.models import IdempotentRequest
from kexiang.kernel.actor import ANONYMOUS, Actor
from kexiang.kernel.errors import DomainError

KEEP = timedelta(days=7)
MAX_KEY = 128
# Answers about the caller rather than about the act: a later try may rightly differ.
NOT_KEPT = frozenset({401, 403, 429})

View = Callable[..., HttpResponse]
Check = Callable[[Any, dict[str, Any]], None]
"""Called with the request and the kept JSON answer; raises ``DomainError`` when the caller may
no longer see what it tells of."""


def _bad_key(key: str) -> bool:
    return not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable())


def _caller(request: HttpRequest) -> str:
    return hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(b"%s\n%s" % ((request.method or "").encode(), request.body)).hexdigest()


def rights(actor: Actor) -> str:
    """A digest of everything that decides what an actor may do and see."""
    grants = sorted((grant.role, grant.org, grant.region) for grant in actor.grants)
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return hashlib.sha256(json.dumps([actor.uid, grants, scopes]).encode()).hexdigest()


def _actor(request: HttpRequest) -> Actor:
    return getattr(request, "actor", ANONYMOUS)


def _row(request: HttpRequest, key: str, at: datetime) -> tuple[IdempotentRequest, bool]:
    """The locked row of this key, and whether this request made it."""
    names = {"caller": _caller(request), "path": request.path[:300], "key": key}
    IdempotentRequest.objects.filter(**names, created_at__lt=at - KEEP).delete()
    return IdempotentRequest.objects.select_for_update().get_or_create(
        **names,
        defaults={
            "body_sha256": _digest(request),
            "rights": rights(_actor(request)),
            "created_at": at,
        },
    )


def _replay(request: HttpRequest, row: IdempotentRequest, check: Check | None) -> HttpResponse:
    if row.body_sha256 != _digest(request):
        return problem(
            409,
            "这个 Idempotency-Key 在 7 天内已用于内容不同的请求,请换一个新的再提交。",
            code="idempotency_key_reused",
        )
    if row.rights != rights(_actor(request)):
        return problem(
            403,
            "这个请求已经办理过一次,之后您的角色或令牌权限有变化,原来的回答不再提供,也没有再次办理。"
            "请查询现状;确需再办时换一个新的 Idempotency-Key。",
            code="idempotency_rights_changed",
        )
    if check is not None and row.status < 300:
        try:
            check(request, json.loads(bytes(row.answer)))
        except DomainError:
            return problem(
                409,
                "这个请求已经办理过一次,但其中的内容已删除或您现在无权查看,原来的回答不再提供,"
                "也没有再次办理。",
                code="idempotency_answer_hidden",
            )
    answer = HttpResponse(
        bytes(row.answer), status=row.status, content_type=row.content_type or None
    )
    answer["Idempotent-Replayed"] = "true"
    return answer


def _once(
    view: View, check: Check | None, request: HttpRequest, key: str, args: Any, kwargs: Any
) -> HttpResponse:
    with transaction.atomic():
        row, is_new = _row(request, key, timezone.now())
        if not is_new:
            return _replay(request, row, check)
        answer = view(request, *args, **kwargs)
        if answer.status_code >= 500 or answer.status_code in NOT_KEPT:
            row.delete()
        else:
            row.status = answer.status_code
            row.content_type = answer.headers.get("Content-Type", "")
            row.answer = answer.content
            row.save(update_fields=["status", "content_type", "answer"])
        return answer


def _wrapped(check: Check | None) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = request.headers.get("Idempotency-Key")
            if key is None or "Authorization" not in request.headers:
                return view(request, *args, **kwargs)
            if _bad_key(key):
                return problem(
                    422,
                    "Idempotency-Key 应为 1–128 个可见 ASCII 字符,请检查后重试。",
                    code="invalid",
                    errors=[{"field": "Idempotency-Key", "message": "长度应为 1–128 个字符。"}],
                )
            return _once(view, check, request, key, args, kwargs)

        return wrapper

    return decorate


idempotent = decorate_view(_wrapped(None))
"""Put below ``@router.post(…)``: ``@idempotent``. Its 403, 409 and 422 must be declared."""


def idempotent_while(check: Check) -> Callable[..., Any]:
    """``idempotent`` whose kept answer of success is given again only while ``check`` passes."""
    return decorate_view(_wrapped(check))


def purge(*, at: datetime) -> int:
    """Forget keys older than seven days; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=at - KEEP).delete()[0]
