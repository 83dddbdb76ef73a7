"""How good an entry is: suspicious words, likely duplicates, duty to share, age, completeness."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _

from kexiang.catalog import policies, rules
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.reading import is_stale_q, state_q
from kexiang.catalog.types import Mark, RecordState
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldScore, KindSpec
from kexiang.reference import queries as reference
from kexiang.reference.types import ThresholdHit

CANDIDATES = 60
SHOWN_SUSPECTS = 5


def marks(spec: KindSpec, values: Mapping[str, Any]) -> list[Mark]:
    """Listed error words in the texts that others will read; they never block."""
    words = [rules.Word(w.word, w.suggestion) for w in reference.error_words()]
    found = []
    for field in spec.fields:
        if field.visible not in ("public", "registered") or not values.get(field.name):
            continue
        text = wording.plain_text(field, values[field.name])
        for word, excerpt in rules.find_words(text, words):
            found.append(Mark(field.name, str(field.label), word.word, word.suggestion, excerpt))
    return found


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record that is likely the same thing, with the reason in words."""

    record_id: int
    uid: str
    number: str
    title: str
    model: str
    inner_no: str
    asset_no: str
    state: str
    state_label: str
    reason: str


def duplicates(
    actor: Actor, *, kind: str, owner: str, values: Mapping[str, Any], exclude: str = ""
) -> list[Suspect]:
    """Likely duplicates of an entry within its unit, for showing side by side while typing.

    Answers for units the actor enters for or oversees; others get nothing.
    """
    spec = kinds.kind(kind)
    visible = Record.objects.filter(policies.visible(actor), owner__uid=owner)
    first = visible.values_list("owner_id", flat=True).first()
    if first is None:
        return []
    return suspects(owner_id=first, spec=spec, attributes=values, exclude=exclude)


def suspects(
    *, owner_id: int, spec: KindSpec, attributes: Mapping[str, Any], exclude: str = ""
) -> list[Suspect]:
    """Records of the same owner and kind with the same number or nearly the same name and model."""
    title = str(attributes.get(spec.title_field) or "")
    if not title:
        return []
    model = _text(spec, "model", attributes)
    key = rules.title_key(title, model)
    inner, asset = _text(spec, "number", attributes), str(attributes.get("asset_no") or "")
    same = Q(title_key__startswith=key[:2])
    same |= Q(inner_no=inner) if inner else Q()
    same |= Q(asset_no=asset) if asset else Q()
    same |= Q(model=model) if model else Q()
    rows = (
        Record.objects.filter(same, owner_id=owner_id, kind=spec.code)
        .exclude(uid=exclude)
        .exclude(state__in=[RecordState.REFUSED, RecordState.CANCELLED])
        .order_by("-id")[:CANDIDATES]
    )
    found = [
        (row, reason) for row in rows if (reason := _reason(row, key, inner, asset)) is not None
    ]
    return [suspect(row, reason) for row, reason in found[:SHOWN_SUSPECTS]]


def _text(spec: KindSpec, role: str, attributes: Mapping[str, Any]) -> str:
    played = spec.role(role)
    value = attributes.get(played.name) if played is not None else ""
    return str((value[0] if isinstance(value, list) and value else value) or "")


def _reason(row: Record, key: str, inner: str, asset: str) -> str | None:
    if asset and row.asset_no == asset:
        return _("资产编号相同")
    if inner and row.inner_no == inner:
        return _("内部编号相同")
    own_model, other_model = key.partition("|")[2], row.title_key.partition("|")[2]
    if own_model and other_model and own_model != other_model:
        return None
    alike = rules.likeness(key, row.title_key)
    if alike >= rules.LIKENESS:
        return _("名称与型号相近") if own_model else _("名称相近")
    return None


def suspect(row: Record, reason: str) -> Suspect:
    """A record as it stands beside the one it looks like."""
    return Suspect(
        row.pk, row.uid, row.number, row.title, row.model, row.inner_no, row.asset_no,
        row.state, str(RecordState(row.state).label), reason,
    )  # fmt: skip


def duty(spec: KindSpec, values: Mapping[str, Any], at: datetime | date) -> list[ThresholdHit]:
    """One resource against every sharing threshold in force, each with its reason (A-02, A-03).

    Empty for kinds without such a duty or while source or value are not filled in.
    """
    played = spec.role("value")
    source = values.get("funding_source")
    if not spec.duty or played is None or not source or values.get(played.name) in (None, ""):
        return []
    try:
        amount = Decimal(str(values[played.name]))
    except InvalidOperation:
        return []
    wan = amount if played.money_unit == "万元" else amount / 10_000
    return reference.must_share(str(source), wan, at)


def score(row: Record) -> FieldScore:
    """Completeness of a record with the fields still missing."""
    return kinds.completeness(kinds.kind(row.kind), row.attributes)


@dataclass(frozen=True, slots=True)
class UnitQuality:
    """Completeness and freshness of what one unit has entered (ux.md B5, 单位管理员 S1)."""

    total: int
    published: int
    waiting: int
    returned: int
    stale: int
    expired: int
    completeness: int


def unit_quality(actor: Actor, owners: Iterable[str], today: date) -> UnitQuality:
    """The state of the entries of some units in one query; only what the actor may see."""
    rows = Record.objects.filter(policies.visible(actor), owner__uid__in=list(owners))
    return _quality(actor, rows, today)


def office_quality(actor: Actor, today: date) -> UnitQuality:
    """The same over everything the actor may see: what an office answers for; one query."""
    return _quality(actor, Record.objects.filter(policies.visible(actor)), today)


def _quality(actor: Actor, rows: QuerySet[Record], today: date) -> UnitQuality:
    shown = state_q(actor, "shown")
    answer = rows.aggregate(
        total=Count("pk"),
        published=Count("pk", filter=shown),
        waiting=Count("pk", filter=state_q(actor, "waiting")),
        returned=Count("pk", filter=state_q(actor, RecordState.RETURNED)),
        stale=Count("pk", filter=is_stale_q(today)),
        expired=Count("pk", filter=shown & Q(valid_until__lt=today)),
        mean=Avg("completeness"),
    )
    mean = answer.pop("mean")
    return UnitQuality(**answer, completeness=round(mean or 0))
