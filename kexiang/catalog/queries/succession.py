"""What replaces what: the chain of editions of standards and policy documents (E-04, AB-01).

A kind names the parts in its roles: ``number`` and the tables ``replaces`` and ``replaced_by``.
The chain is followed by number in both directions and over editions nobody has registered, so
one record that tells the truth is enough.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.catalog import policies, rules
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.offers import standards_of
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

COLUMN = "succession"
LONGEST = 12  # editions: real chains have two to five
_ROUNDS = 6
OVER = frozenset({"replaced", "abolished", "repealed", "lapsed"})


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition in a chain; ``url`` is empty when it is not registered here."""

    number: str
    title: str = ""
    state: str = ""
    state_label: str = ""
    since: str = ""
    url: str = ""
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class Superseded:
    """A standard cited by a record that no longer stands; ``heirs`` replace it."""

    number: str
    text: str
    heirs: Sequence[Edition]


@dataclass(slots=True)
class _Web:
    """Editions by folded number, and for each the numbers that replace it."""

    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Record] = field(default_factory=dict)
    heirs: dict[str, set[str]] = field(default_factory=dict)

    def add(self, number: str) -> str:
        key = rules.folded(number)
        self.names.setdefault(key, number)
        return key

    def take(self, spec: KindSpec, row: Record) -> None:
        own, older, newer = numbers_of(spec, row.attributes)
        if not own:
            return
        key = self.add(own)
        self.rows.setdefault(key, row)
        for number in older:
            self.heirs.setdefault(self.add(number), set()).add(key)
        for number in newer:
            self.heirs.setdefault(key, set()).add(self.add(number))

    def last(self, key: str, seen: frozenset[str] = frozenset()) -> list[str]:
        """The editions at the end of the chain that begins at ``key``; a ring ends nowhere."""
        nexts = [k for k in sorted(self.heirs.get(key, ())) if k not in seen and k != key]
        if not nexts:
            return [key]
        found: dict[str, None] = {}
        for one in nexts:
            found.update(dict.fromkeys(self.last(one, seen | {key})))
        return list(found)

    def depth(self, key: str, seen: frozenset[str] = frozenset()) -> int:
        """How many editions stand behind ``key``; the newest has none."""
        nexts = [k for k in self.heirs.get(key, ()) if k not in seen and k != key]
        return 1 + max(self.depth(k, seen | {key}) for k in nexts) if nexts else 0


def numbers_of(spec: KindSpec, values: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    """Own number, numbers it replaces, numbers that replace it; nothing for other kinds."""
    older, newer = spec.role("replaces"), spec.role("replaced_by")
    own = spec.role("number")
    if own is None or older is None or newer is None:
        return "", [], []

    def listed(table: Any) -> list[str]:
        column = table.fields[0].name
        return [str(r[column]) for r in values.get(table.name) or [] if r.get(column)]

    return str(values.get(own.name) or ""), listed(older), listed(newer)


def related_numbers(spec: KindSpec, values: Mapping[str, Any]) -> list[str]:
    """Folded numbers a record names as its elders and heirs, for the column of that name."""
    _own, older, newer = numbers_of(spec, values)
    return sorted({rules.folded(number)[:150] for number in (*older, *newer)})


def editions(actor: Actor, row: Record, today: date) -> list[Edition]:
    """The chain a record stands in, oldest first; empty when it stands alone."""
    spec = kinds.kind(row.kind)
    own, older, newer = numbers_of(spec, row.attributes)
    if not own and not older and not newer:
        return []
    web = _Web()
    web.take(spec, row)
    _grow(web, actor, spec, today, start=[own, *older, *newer])
    here = rules.folded(own)
    web.rows[here] = row
    if len(web.names) < 2:
        return []
    ordered = sorted(web.names, key=lambda key: (-web.depth(key), web.names[key]))
    return [_edition(spec, web, key, is_this=key == here) for key in ordered][-LONGEST:]


def superseded(
    actor: Actor, spec: KindSpec, values: Mapping[str, Any], today: date
) -> list[Superseded]:
    """Standards a test item or scope cites that are replaced or abolished, each with its heirs."""
    cited = [] if spec.role("replaces") else standards_of(spec, dict(values))
    found = []
    for registry in kinds.kinds():
        if not cited or not registry.role("replaces") or not registry.role("standard"):
            continue
        web = _Web()
        _grow(web, actor, registry, today, start=cited)
        found += [w for n in dict.fromkeys(cited) if (w := _warning(registry, web, n)) is not None]
    return found


def _warning(spec: KindSpec, web: _Web, number: str) -> Superseded | None:
    key = rules.folded(number)
    row = web.rows.get(key)
    heirs = [_edition(spec, web, one) for one in web.last(key) if one != key]
    if not heirs and (row is None or row.current_state not in OVER):
        return None
    if heirs:
        names = _("、").join(edition.number for edition in heirs)
        text = _("%(old)s 已被 %(new)s 代替。") % {"old": number, "new": names}
    else:
        text = _("%(old)s 已废止。") % {"old": number}
    return Superseded(number, text, heirs)


def _grow(web: _Web, actor: Actor, spec: KindSpec, today: date, *, start: Iterable[str]) -> None:
    """Read what is registered around the numbers, and around those found, a few rounds long."""
    visible = Record.objects.filter(
        policies.visible(actor), policies.on_public_side(today), kind=spec.code
    )
    wanted = {web.add(number) for number in start if number}
    asked: set[str] = set()
    for _round in range(_ROUNDS):
        fresh = sorted(wanted - asked)[: LONGEST * 4]
        if not fresh:
            return
        asked |= set(fresh)
        exact = Q(inner_no__in=[web.names[key] for key in fresh])
        named = Q(columns__name=COLUMN, columns__text__in=[key[:150] for key in fresh])
        for row in visible.filter(exact | named).distinct().order_by("id")[: LONGEST * 4]:
            web.take(spec, row)
        wanted |= set(web.names)


def _edition(spec: KindSpec, web: _Web, key: str, *, is_this: bool = False) -> Edition:
    row = web.rows.get(key)
    if row is None:
        over = key in web.heirs
        label = _("被代替") if over else _("未收录")
        return Edition(web.names[key], "", "replaced" if over else "", label, is_this=is_this)
    state, year = spec.role("state"), spec.role("year")
    return Edition(
        number=web.names[key],
        title=row.title,
        state=row.current_state,
        state_label=wording.text_of(state, row.attributes.get(state.name)) if state else "",
        since=str(row.attributes.get(year.name) or "") if year else "",
        url=wording.address(row.kind, row.uid),
        is_this=is_this,
    )
