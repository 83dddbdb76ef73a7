"""API tokens: shown once, kept as a hash, checked at every call."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.accounts import policies, queries
from kexiang.accounts.models import ApiToken
from kexiang.accounts.services.checks import day_of, person_of
from kexiang.accounts.types import Issued, Scope
from kexiang.audit import services as audit
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotAllowed, NotAuthenticated, NotFound, Problem

USED_EVERY = timedelta(minutes=1)
LONGEST = timedelta(days=366)
MOST = 20


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    actor: Actor,
    person: str,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    at: datetime,
) -> Issued:
    """Issue a token for oneself; ``secret`` is told this once.

    Raises ``NotAllowed`` for anybody else (the system may, for the demo), ``Invalid`` for an
    unknown scope, a missing name, or an end beyond 366 days.
    """
    policies.require_known(actor)
    if (actor.uid != person or actor.scopes is not None) and not actor.is_system:
        raise NotAllowed(_("令牌只能由本人登录后在“消息与设置”中创建。"))
    holder = person_of(person, lock=True)
    wanted = sorted(set(scopes))
    _check(name, wanted, expires_at, at)
    if holder.tokens.filter(revoked_at__isnull=True, expires_at__gt=at).count() >= MOST:
        raise Invalid(_("有效令牌已达 20 个,请先停用不再使用的令牌。"))
    secret = f"kx_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        person=holder,
        name=name.strip()[:64],
        prefix=secret[:9],
        digest=digest(secret),
        scopes=" ".join(wanted),
        created_at=at,
        expires_at=expires_at,
    )
    _journal(token, holder.uid, "token.created", actor, at)
    return Issued(token, secret)


def _check(name: str, scopes: list[str], expires_at: datetime, at: datetime) -> None:
    problems = []
    if not name.strip():
        problems.append(Problem("name", _("请填写用途,便于日后辨认。"), _("用途")))
    if not scopes or not set(scopes) <= set(Scope.values):
        problems.append(Problem("scopes", _("请至少选择一项权限。"), _("权限")))
    if not at < expires_at <= at + LONGEST:
        problems.append(Problem("expires_at", _("有效期最长一年。"), _("有效期")))
    if problems:
        raise Invalid(problems)


@transaction.atomic
def revoke_token(*, actor: Actor, uid: str, at: datetime) -> ApiToken:
    """Stop a token for good: by its owner, or by those who may lock accounts."""
    policies.require_known(actor)
    token = ApiToken.objects.select_related("person").filter(uid=uid).first()
    if token is None or (token.person.uid != actor.uid and not policies.may_lock(actor)):
        raise NotFound(_("没有找到这个令牌。"))
    if not token.revoked_at:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        _journal(token, token.person.uid, "token.revoked", actor, at)
    return token


def use_token(*, secret: str, at: datetime) -> Actor:
    """The actor behind a bearer token, with all its person's grants and the token's scopes.

    Two queries; ``last_used_at`` is written at most once a minute. Raises
    ``NotAuthenticated`` when the token is unknown, expired or revoked, or its person locked.
    """
    token = ApiToken.objects.select_related("person").filter(digest=digest(secret)).first()
    if token is None or token.revoked_at or not token.person.is_active:
        raise NotAuthenticated(_("令牌无效或已停用,请在“消息与设置 › 接口令牌”中重新创建。"))
    if token.expires_at <= at:
        raise NotAuthenticated(_("令牌已过期,请在“消息与设置 › 接口令牌”中重新创建。"))
    if not token.last_used_at or at - token.last_used_at >= USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    grants = queries.grants_of(token.person, today=day_of(at))
    return Actor(token.person.uid, grants, frozenset(token.scopes.split()))


def _journal(token: ApiToken, person: str, kind: str, actor: Actor, at: datetime) -> None:
    data = {"token": token.uid, "scopes": token.scopes.split()}
    audit.record(kind=kind, subject=f"person:{person}", actor=actor.uid, at=at, data=data)
