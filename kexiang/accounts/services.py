"""Writes: people, organisations, roles, tokens. Each checks, changes and journals at once."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.accounts import queries
from kexiang.accounts.models import ApiToken
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAuthenticated

USED_EVERY = timedelta(minutes=1)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


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
    grants = queries.grants_of(token.person, today=at.astimezone().date())
    return Actor(token.person.uid, grants, frozenset(token.scopes.split()))
