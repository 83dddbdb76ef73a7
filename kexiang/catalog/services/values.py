"""What people give us, checked against the kind: drafts may be incomplete, submissions not."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.files import queries as files
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotFound
from kexiang.kinds import queries as kinds
from kexiang.kinds.queries import Cleaner, Lookup
from kexiang.kinds.types import KindSpec

SHOWN_NAMESAKES = 3


def lookup_for(actor: Actor) -> Lookup:
    """The world as the rules of a kind ask about it, seen with the eyes of one actor.

    Answers are remembered, so that a file of 200,000 rows asks for each name once.
    """

    @cache
    def organisation(text: str) -> str | None:
        try:
            return accounts.organisation(actor, text).uid
        except NotFound:
            named = list(accounts.organisations(actor).filter(name=text)[:2])
        if len(named) > 1:
            raise kinds.Unclear(_("对应不止一个单位,请改填统一社会信用代码。"))
        return named[0].uid if named else None

    @cache
    def record(kind: str, text: str) -> str | None:
        return _record(actor, kind, text)

    @cache
    def file(text: str) -> str | None:
        try:
            return files.file(actor, text).uid
        except NotFound:
            return None

    return kinds.lookup(organisation=organisation, record=record, file=file)


def _record(actor: Actor, kind: str, text: str) -> str | None:
    """The uid of a record by uid, number (also with the title behind it), inner number or title.

    What the actor's own units have comes before what others have. Raises ``Unclear``.
    """
    rows = Record.objects.filter(policies.visible(actor))
    if kind:
        rows = rows.filter(kind=kind)
    head = text.split(maxsplit=1)[0] if text.strip() else text
    exact = rows.filter(Q(uid=text) | Q(number__in={text, head})).values_list("uid", flat=True)
    if found := exact.first():
        return found
    mine = rows.filter(owner__uid__in=actor.orgs)
    for same in (mine.filter(inner_no=text), mine.filter(title=text), rows.filter(title=text)):
        named = list(same.order_by("number").values_list("uid", "number")[: SHOWN_NAMESAKES + 1])
        if len(named) > 1:
            raise kinds.Unclear(_namesakes([number for _uid, number in named]))
        if named:
            return named[0][0]
    return None


def _namesakes(numbers: list[str]) -> str:
    listed = "、".join(numbers[:SHOWN_NAMESAKES])
    more = _("等") if len(numbers) > SHOWN_NAMESAKES else ""
    return _("对应不止一条记录(%(numbers)s%(more)s),请改填其中一个编号。") % {
        "numbers": listed,
        "more": more,
    }


def clean_draft(
    spec: KindSpec, raw: Mapping[str, Any], *, actor: Actor, today: date
) -> dict[str, Any]:
    """The values of a draft. Raises ``Invalid`` for anything wrong, not for what is missing."""
    cleaned = Cleaner(spec, lookup_for(actor), today=today).clean(raw)
    if cleaned.faults:
        raise Invalid(cleaned.faults)
    return cleaned.values


def clean_update(
    spec: KindSpec,
    current: Mapping[str, Any],
    raw: Mapping[str, Any],
    *,
    actor: Actor,
    today: date,
) -> dict[str, Any]:
    """``current`` with the fields of ``raw`` laid over it; ``None`` and "" empty a field."""
    kept = {name: value for name, value in current.items() if spec.has(name)}
    return clean_draft(spec, {**kept, **raw}, actor=actor, today=today)


def require_complete(
    spec: KindSpec, values: Mapping[str, Any], *, actor: Actor, today: date
) -> None:
    """Raise ``Invalid`` with every fault that stands between a draft and its submission."""
    known = {name: value for name, value in values.items() if spec.has(name)}
    cleaned = Cleaner(spec, lookup_for(actor), today=today).clean(known)
    if not cleaned.is_good:
        raise Invalid(cleaned.problems)
