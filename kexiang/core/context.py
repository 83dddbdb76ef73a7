"""What every page shows around its content. Lazy: a page that shows none of it asks nothing.

``core`` knows no business noun. Names, navigation, menu and roles come through slots:

* ``site.place`` – callable() → :class:`Place` (names of the installation, from the pack)
* ``site.navigation`` – callable() → list[:class:`MenuItem`] of the public main navigation
* ``workbench.menu`` – callable(actor=…) → list[:class:`MenuItem`] (ux.md B4.2; 8 are shown)
* ``workbench.roles`` – callable(request=…) → list[:class:`RoleChoice`], the switcher's entries
* ``workbench.todo_count`` – callable(actor=…, at=…) → int
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from kexiang.core.providers import providers
from kexiang.kernel.actor import ANONYMOUS, Actor

THEMES = ("light", "dark", "eye")
SIZES = ("normal", "large")
THEME_COOKIE = "kx_theme"
SIZE_COOKIE = "kx_size"
MENU_LENGTH = 8
STARTS = ("/", "/work/", "")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of a menu; ``position`` orders entries of several contexts, small first."""

    label: Any
    url: str
    icon: str = ""
    position: int = 100
    count: int | None = None
    children: tuple["MenuItem", ...] = ()

    def is_current(self, path: str) -> bool:
        """Whether a page belongs to this entry: its own address, or one below it.

        The first page of the workbench has nothing below it; 本单位 leads to /organisations/….
        """
        if path == self.url:
            return True
        return self.url not in STARTS and path.startswith(self.url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """One line of the role and unit switcher; ``value`` is posted to ``url``."""

    label: str
    value: str
    url: str
    current: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The names of this installation and what its footer must print; empty ones are hidden."""

    name: str = "科技资源开放共享网络管理服务平台"
    short: str = "科技资源共享"
    city: str = ""
    host: str = ""
    operator: str = ""
    site_code: str = ""
    icp: str = ""
    police: str = ""
    phones: tuple[tuple[str, str], ...] = ()
    hours: str = ""
    links: tuple[tuple[str, str], ...] = field(default=())


class Site:
    """Template variable ``site``."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def actor(self) -> Actor:
        return getattr(self._request, "actor", ANONYMOUS)

    @property
    def path(self) -> str:
        return self._request.path

    @property
    def full_path(self) -> str:
        return self._request.get_full_path()

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO)

    @property
    def training(self) -> bool:
        return bool(settings.TRAINING)

    @property
    def login_url(self) -> str:
        return settings.LOGIN_URL

    @property
    def theme(self) -> str:
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    @property
    def size(self) -> str:
        chosen = self._request.COOKIES.get(SIZE_COOKIE, "")
        return chosen if chosen in SIZES else "normal"

    @cached_property
    def place(self) -> Place:
        return next((provider() for provider in providers("site.place")), Place())

    @cached_property
    def navigation(self) -> Sequence[MenuItem]:
        items = [item for provider in providers("site.navigation") for item in provider()]
        return sorted(items, key=lambda item: item.position)

    @cached_property
    def menu(self) -> Sequence[MenuItem]:
        """The left menu of the workbench for the current role."""
        items = [i for provider in providers("workbench.menu") for i in provider(actor=self.actor)]
        return sorted(items, key=lambda item: item.position)[:MENU_LENGTH]

    @cached_property
    def current_url(self) -> str:
        """The menu entry whose address is the longest prefix of this page's."""
        items = [*self.menu, *self.navigation]
        found = [item.url for item in items if item.is_current(self.path)]
        return max(found, key=len, default="")

    @cached_property
    def roles(self) -> Sequence[RoleChoice]:
        return [
            r for provider in providers("workbench.roles") for r in provider(request=self._request)
        ]

    @cached_property
    def role(self) -> RoleChoice | None:
        return next((choice for choice in self.roles if choice.current), None)

    @cached_property
    def todo_count(self) -> int:
        at = timezone.now()
        counts = providers("workbench.todo_count")
        return sum(provider(actor=self.actor, at=at) for provider in counts)


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind ``site`` and ``today``."""
    return {"site": Site(request), "today": timezone.localdate()}
