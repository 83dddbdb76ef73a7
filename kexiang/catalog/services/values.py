"""What people give us, checked against the kind: drafts may be incomplete, submissions not."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.files import queries as files
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotFound, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldSpec, KindSpec


class ActorLookup:
    """The world as the rules of a kind ask about it, seen with the eyes of one actor.

    Answers are remembered, so that a file of 200,000 rows asks for each name once.
    """

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._base = kinds.lookup()
        self._organisations: dict[str, str | None] = {}
        self._records: dict[tuple[str, str], str | None] = {}
        self._files: dict[str, str | None] = {}

    def codes(self, system: str) -> Any:
        return self._base.codes(system)

    def region(self, text: str) -> str | None:
        found: str | None = self._base.region(text)
        return found

    def organisation(self, text: str) -> str | None:
        if text not in self._organisations:
            self._organisations[text] = self._find_organisation(text)
        return self._organisations[text]

    def _find_organisation(self, text: str) -> str | None:
        try:
            return accounts.organisation(self._actor, text).uid
        except NotFound:
            named = accounts.organisations(self._actor).filter(name=text)[:2]
            return named[0].uid if len(named) == 1 else None

    def record(self, kind: str, text: str) -> str | None:
        key = (kind, text)
        if key not in self._records:
            self._records[key] = self._find_record(kind, text)
        return self._records[key]

    def _find_record(self, kind: str, text: str) -> str | None:
        rows = Record.objects.filter(policies.visible(self._actor))
        if kind:
            rows = rows.filter(kind=kind)
        for name in ("uid", "number"):
            found = rows.filter(**{name: text}).values_list("uid", flat=True).first()
            if found:
                return found
        mine = rows.filter(inner_no=text, owner__uid__in=self._actor.orgs)
        found = list(mine.values_list("uid", flat=True)[:2])
        return found[0] if len(found) == 1 else None

    def file(self, text: str) -> str | None:
        if text not in self._files:
            try:
                self._files[text] = files.file(self._actor, text).uid
            except NotFound:
                self._files[text] = None
        return self._files[text]


def clean_draft(spec: KindSpec, raw: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The values of a draft. Raises ``Invalid`` for anything wrong, not for what is missing."""
    unknown = [name for name in raw if not spec.has(name)]
    if unknown:
        raise Invalid([_unknown(name, spec) for name in unknown])
    cleaned = kinds.clean(spec, raw, lookup=ActorLookup(actor), complete=False)
    if cleaned.problems:
        raise Invalid(cleaned.problems)
    return dict(cleaned.values)


def _unknown(name: str, spec: KindSpec) -> Problem:
    shown = str(name)[:40]
    message = _("%(kind)s没有名为“%(name)s”的字段,请对照 /api/v1/kinds/%(code)s 修改。") % {
        "kind": spec.label,
        "name": shown,
        "code": spec.code,
    }
    return Problem(shown, message)


def clean_update(
    spec: KindSpec, current: Mapping[str, Any], raw: Mapping[str, Any], *, actor: Actor
) -> dict[str, Any]:
    """``current`` with the fields of ``raw`` laid over it; ``None`` and "" empty a field."""
    kept = {name: value for name, value in current.items() if spec.has(name)}
    return clean_draft(spec, {**kept, **raw}, actor=actor)


def require_complete(
    spec: KindSpec, values: Mapping[str, Any], *, record: Record, actor: Actor
) -> None:
    """Raise ``Invalid`` with every fault that stands between a draft and its submission."""
    known = {name: value for name, value in values.items() if spec.has(name)}
    problems = list(kinds.clean(spec, known, lookup=ActorLookup(actor), complete=True).problems)
    if problems:
        raise Invalid(problems)


def label_of(spec: KindSpec, name: str) -> str:
    field: FieldSpec | None = spec.by_name.get(name)
    return str(field.label) if field is not None else name
