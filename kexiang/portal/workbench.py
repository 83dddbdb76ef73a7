"""The shell of every role's workbench: menu, switcher, to-dos and figures from all contexts.

Slots read here (the callables answer in constant queries):

* ``workbench.todos`` – callable(actor=…, at=…) → list of :class:`Todo`
* ``workbench.figures`` – callable(actor=…, at=…) → list of objects with ``label``, ``value``,
  ``unit``, ``as_of``, ``definition`` and ``url``
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from kexiang.core.context import MenuItem, RoleChoice
from kexiang.core.http import ActorRequest
from kexiang.core.providers import providers
from kexiang.kernel.actor import Actor

SWITCH_URL = "/work/role/"


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for this actor; ``due`` is a business date or ``None``."""

    title: str
    count: int
    url: str
    due: date | None = None
    kind: str = ""


def _as_todo(item: Any) -> Todo:
    """Contexts below the portal return their own type with these attributes, or a mapping."""
    if isinstance(item, dict):
        return Todo(**{key: item[key] for key in Todo.__slots__ if key in item})
    return Todo(
        title=str(item.title),
        count=int(item.count),
        url=str(item.url),
        due=getattr(item, "due", None),
        kind=str(getattr(item, "kind", "")),
    )


def todos(*, actor: Actor, at: datetime) -> list[Todo]:
    """What waits, soonest due first, then what has most items."""
    found = [
        _as_todo(item)
        for provider in providers("workbench.todos")
        for item in provider(actor=actor, at=at)
    ]
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or date.max, -todo.count))


def todo_count(*, actor: Actor, at: datetime) -> int:
    return sum(todo.count for todo in todos(actor=actor, at=at))


def figures(*, actor: Actor, at: datetime) -> Sequence[Any]:
    return [
        figure
        for provider in providers("workbench.figures")
        for figure in provider(actor=actor, at=at)
    ]


FAVOURITES = "/work/favourites/"
LABELLERS = frozenset({"instrument_keeper", "unit_admin"})


def menu(*, actor: Actor) -> list[MenuItem]:
    """The entry every workbench begins with, and what the public pages keep for a person."""
    if not actor.is_known:
        return []
    found = [MenuItem(_("我的待办"), "/work/", "list-check", position=0)]
    if actor.roles & LABELLERS:
        found.append(MenuItem(_("打印标签"), "/work/labels/", "qr-code", position=70))
    found.append(MenuItem(_("我的收藏"), FAVOURITES, "star", position=80))
    return found


def roles(*, request: ActorRequest) -> list[RoleChoice]:
    """The memberships of the signed-in person, for the switcher in the top bar."""
    account = getattr(request, "account", None)
    if account is None or not account.is_known:
        return []
    current = account.current.id if account.current else None
    return [
        RoleChoice(
            label=role.label,
            value=str(role.id),
            url=SWITCH_URL,
            current=role.id == current,
            unit=role.organisation,
        )
        for role in account.roles
    ]
