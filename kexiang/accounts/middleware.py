"""Turns a session or a bearer token into ``request.actor`` and ``request.account``."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from kexiang.accounts import queries, services
from kexiang.accounts.types import Account
from kexiang.core.http import ActorRequest, problem_of
from kexiang.kernel.actor import ANONYMOUS, Actor
from kexiang.kernel.errors import NotAuthenticated

API = "/api/"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ROLE_KEY = "role"


class AccountRequest(ActorRequest):
    """A request that also knows the account behind its session (not behind a token)."""

    account: Account


class ActorMiddleware:
    """Under ``/api/`` a token decides, and for unsafe methods nothing else does.

    Session and database are read only when somebody asks for the actor; anonymous requests
    cost no query, signed-in ones at most two (person, memberships).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AccountRequest) -> HttpResponse:
        try:
            request.actor = self._actor(request)
        except NotAuthenticated as error:
            answer = problem_of(error)
            assert answer is not None  # noqa: S101 -- NotAuthenticated is mapped to 401
            return answer
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Pages of allauth name their host ``site``, which would hide the name of the place."""
        if response.context_data:
            response.context_data.pop("site", None)
        return response

    def _actor(self, request: AccountRequest) -> Actor:
        request.account = cast(Account, SimpleLazyObject(lambda: _account(request)))
        if request.path.startswith(API):
            header = request.headers.get("Authorization", "")
            if header:
                return _token_actor(header)
            if request.method not in SAFE:
                return ANONYMOUS
        return cast(Actor, SimpleLazyObject(lambda: queries.actor_of(request.account)))


def _account(request: AccountRequest) -> Account:
    user = request.user
    if not user.is_authenticated:
        return Account()
    return queries.account(user, chosen=request.session.get(ROLE_KEY), today=timezone.localdate())


def _token_actor(header: str) -> Actor:
    """Raises ``NotAuthenticated`` for anything but a valid, unexpired bearer token."""
    kind, _space, secret = header.partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise NotAuthenticated(_("Authorization 请写成“Bearer 令牌”。令牌在“消息与设置”中创建。"))
    return services.use_token(secret=secret.strip(), at=timezone.now())
