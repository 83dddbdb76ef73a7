"""Records as an actor may see them: lists with filters, one record, versions, steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.catalog import policies, rules
from kexiang.catalog.models import PendingChange, Record, RecordStep, Revision
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.gone import raise_if_gone
from kexiang.catalog.types import (
    CHANGE_FILES,
    ChangeState,
    FieldDiff,
    Group,
    RecordState,
    Value,
)
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound
from kexiang.kernel.ids import is_uid
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference

SORTS: Mapping[str, tuple[str, ...]] = {
    "updated": ("-updated_at", "-id"),
    "-updated": ("updated_at", "id"),
    "pinyin": ("title_pinyin", "id"),
    "-pinyin": ("-title_pinyin", "-id"),
    "number": ("number",),
    "-number": ("-number",),
    "value": ("-value_wan", "-id"),
    "-value": ("value_wan", "id"),
    "completeness": ("completeness", "-id"),
    "-completeness": ("-completeness", "-id"),
    "submitted": ("submitted_at", "id"),
}
STALE_DAYS = 180
PUBLIC_REACH = ("public", "registered")
# Audience of a file's field → the reaches that read it (``policies.reach``).
READERS: Mapping[str, tuple[str, ...]] = {
    "": ("public", "registered", "unit", "restricted"),
    "registered": ("registered", "unit", "restricted"),
    "unit": ("unit", "restricted"),
}


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a list is narrowed to. ``mine`` keeps to the units the actor enters for.

    ``state`` is a state of a record, ``shown`` (published, also while a change is under review)
    or ``waiting`` (with any office); ``by`` the uid of who began the entry.

    ``fresh`` is ``stale`` or ``fresh``; ``complete`` ``low`` (< 60), ``middle`` or ``high``
    (≥ 85); ``today`` the business date that staleness counts from.
    """

    q: str = ""
    kind: str = ""
    state: str = ""
    owner: str = ""
    by: str = ""
    region: str = ""
    complete: str = ""
    fresh: str = ""
    flagged: bool = False
    expiring: bool = False
    mine: bool = False
    today: date | None = None
    sort: str = "updated"
    updated_after: datetime | None = None


COMPLETE = {
    "low": Q(completeness__lt=60),
    "middle": Q(completeness__gte=60, completeness__lt=85),
    "high": Q(completeness__gte=85),
}


def stale_days() -> int:
    """After how many days without change or confirmation a record counts as stale (pack)."""
    return int(reference.parameter("record.stale_days", default=STALE_DAYS))


def is_stale_q(today: date) -> Q:
    """Published records nobody has changed or confirmed for too long."""
    limit = today - timedelta(days=stale_days())
    return Q(state__in=rules.SHOWN) & (
        Q(confirmed_at__isnull=True) | Q(confirmed_at__date__lt=limit)
    )


def expiring_q(today: date) -> Q:
    """Published records whose last day lies within thirty days, or has passed."""
    return Q(state__in=rules.SHOWN, valid_until__lte=today + timedelta(days=30))


STATES = {
    "shown": Q(state__in=rules.SHOWN),
    "waiting": Q(state__in=rules.WAITING),
}


def state_q(actor: Actor, state: str) -> Q:
    """The records of a state as figures and lists count them.

    A published record whose change came back is with its unit again, like one that came back.
    """
    if state == RecordState.RETURNED:
        back = PendingChange.objects.filter(state=ChangeState.RETURNED, closed_at__isnull=True)
        changed = Q(state__in=rules.SHOWN, pk__in=back.values("record"))
        return Q(state=state) | (changed & policies.inside(actor))
    return STATES.get(state) or Q(state=state)


def records(actor: Actor, wanted: RecordFilter = RecordFilter()) -> QuerySet[Record]:
    """The records the actor may see, narrowed and sorted; owner joined."""
    rows = Record.objects.filter(policies.visible(actor)).select_related("owner")
    if wanted.mine:
        rows = rows.filter(owner__uid__in=policies.owners(actor) or actor.orgs)
    exact = {"kind": wanted.kind, "owner__uid": wanted.owner, "created_by": wanted.by}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.state:
        rows = rows.filter(state_q(actor, wanted.state))
    if wanted.region:
        rows = rows.filter(region__startswith=policies.region_prefix(wanted.region))
    if wanted.complete in COMPLETE:
        rows = rows.filter(COMPLETE[wanted.complete])
    if wanted.fresh and wanted.today:
        stale = is_stale_q(wanted.today)
        rows = rows.filter(stale if wanted.fresh == "stale" else ~stale)
    if wanted.flagged:
        rows = rows.filter(pk__in=Record.objects.filter(flags__isnull=False).values("pk"))
    if wanted.expiring and wanted.today:
        rows = rows.filter(expiring_q(wanted.today))
    if wanted.updated_after:
        rows = rows.filter(updated_at__gt=wanted.updated_after)
    for word in wanted.q.split()[:6]:
        rows = rows.filter(_word(actor, word))
    return rows.order_by(*SORTS.get(wanted.sort, SORTS["updated"]))


def kinds_used(actor: Actor) -> dict[str, int]:
    """How many records of each kind the units have for which the actor enters."""
    rows = Record.objects.filter(policies.visible(actor), owner__uid__in=policies.owners(actor))
    return dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))


def sum_of_values(rows: QuerySet[Record]) -> Decimal | None:
    """The original values of all rows of a list added up (万元); ``None`` when none is known."""
    total: Decimal | None = rows.order_by().aggregate(total=Sum("value_wan"))["total"]
    return total


def _word(actor: Actor, word: str) -> Q:
    """A word of the list's search box: name, pinyin, numbers or model.

    Asset numbers are the unit's own: others must not be able to guess them piece by piece.
    """
    folded = rules.folded(word)
    found = Q(title__icontains=word) | Q(number__iexact=word) | Q(inner_no__icontains=word)
    found |= Q(model__icontains=word) | (Q(asset_no__icontains=word) & policies.inside(actor))
    if folded.isascii() and folded:
        found |= Q(title_pinyin__startswith=folded)
    return found


def record(actor: Actor, uid: str) -> Record:
    """One record by uid or number; raises ``NotFound`` when the actor may not know of it.

    ``Gone``, a ``NotFound``, tells that it was public once.
    """
    named = {"uid": uid} if is_uid(uid) else {"number": uid.strip()}
    row = None
    if uid.isprintable():
        rows = Record.objects.filter(policies.visible(actor), **named)
        row = rows.select_related("owner").first()
    if row is None:
        if uid.isprintable():
            raise_if_gone(actor, named)
        raise NotFound(
            _("没有找到这条记录,可能已下架、尚未发布,或网址有误。可以回到检索页重新查找。")
        )
    return row


def public_record(actor: Actor, uid: str, today: date) -> Record:
    """One record as the public side shows it; the owner's people see theirs in any state."""
    row = record(actor, uid)
    gone = rules.is_expired(row.valid_until, today) or not row.is_shown
    if gone and policies.reach(actor, row) in PUBLIC_REACH:
        raise NotFound(_("这条记录已超过有效期或已下架,不再对外展示。可以回到检索页查找同类资源。"))
    return row


def open_change(row: Record) -> PendingChange | None:
    """The change of a record that is being written or reviewed."""
    return PendingChange.objects.filter(record=row, closed_at__isnull=True).first()


def change_for(actor: Actor, row: Record) -> PendingChange | None:
    """The open change as far as the actor may know of it.

    For the unit always; for the offices as soon as the unit has let it go; for nobody else.
    """
    change = open_change(row)
    if change is None or actor.is_system or row.owner.uid in actor.orgs:
        return change
    hidden = change.state in rules.INTERNAL or policies.reach(actor, row) in PUBLIC_REACH
    return None if hidden else change


def with_open_changes(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Prefetch the open change of each row as ``open_changes`` (a list of at most one)."""
    pending = PendingChange.objects.filter(closed_at__isnull=True)
    return rows.prefetch_related(Prefetch("changes", queryset=pending, to_attr="open_changes"))


def record_view(actor: Actor, row: Record, values: Mapping[str, Any] | None = None) -> list[Group]:
    """The page of a record: groups of labelled values, only what this actor may read.

    ``values`` shows another version of the same record (a revision or a change).
    """
    spec = kinds.kind(row.kind)
    shown = row.attributes if values is None else values
    allowed = {f.name: f for f in spec.visible_fields(policies.reach(actor, row))}
    names = wording.names_for([(list(allowed.values()), shown)], policies.visible(actor))
    groups = []
    for group, members in spec.grouped:
        found = [
            value
            for f in members
            if f.name in allowed
            and (value := wording.value_of(allowed[f.name], shown.get(f.name), names))
        ]
        if found:
            groups.append(Group(group.label, found))
    return groups


def readable_values(
    actor: Actor, row: Record, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The attributes the actor may read, for the API and exports (X-06).

    ``values`` are those of another version of the same record (a revision or a change).
    """
    spec = kinds.kind(row.kind)
    allowed = {f.name: f for f in spec.visible_fields(policies.reach(actor, row))}
    shown = row.attributes if values is None else values
    return {
        name: narrowed_value(allowed[name], value)
        for name, value in shown.items()
        if name in allowed
    }


def narrowed_value(field: FieldSpec, value: Any) -> Any:
    """A table without the columns that are not for this reader."""
    if field.type != "table" or not isinstance(value, list):
        return value
    names = {sub.name for sub in field.fields}
    return [{key: cell for key, cell in line.items() if key in names} for line in value]


def all_values(row: Record, spec: KindSpec) -> Sequence[Value]:
    """Every filled field in words, for those who manage the record."""
    names = wording.names_for([(spec.fields, row.attributes)], Q())
    found = (wording.value_of(f, row.attributes.get(f.name), names) for f in spec.fields)
    return [value for value in found if value is not None]


def revisions(actor: Actor, row: Record) -> QuerySet[Revision]:
    """The versions of a record, newest first; only for its unit and the offices."""
    if policies.reach(actor, row) in PUBLIC_REACH:
        return Revision.objects.none()
    return Revision.objects.filter(record=row).order_by("-number")


def revision(actor: Actor, row: Record, number: int) -> Revision:
    found = revisions(actor, row).filter(number=number).first()
    if found is None:
        raise NotFound(_("没有第 %d 版,请从历史版本列表中选择。") % number)
    return found


def previous_revision(actor: Actor, row: Record, number: int) -> Revision | None:
    return revisions(actor, row).filter(number__lt=number).first()


def differences(
    actor: Actor, row: Record, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[FieldDiff]:
    """Two versions field by field, in words, for the fields the actor may read."""
    spec = kinds.kind(row.kind)
    allowed = {f.name: f for f in spec.visible_fields(policies.reach(actor, row))}
    fields = [allowed[name] for name in rules.changed_fields(old, new) if name in allowed]
    names = wording.names_for([(fields, old), (fields, new)], policies.visible(actor))
    found = []
    for f in fields:
        before, after = (_shown(f, side.get(f.name), names) for side in (old, new))
        added, removed = rules.text_diff(before, after)
        pieces = rules.marked_diff(before, after)
        found.append(FieldDiff(f.name, str(f.label), before, after, added, removed, *pieces))
    return found


def _shown(spec: Any, value: Any, names: wording.Names) -> str:
    text = wording.text_of(spec, value, names)
    if not text and value:
        count = len(value) if isinstance(value, list) else 1
        return _("%d 个文件") % count
    unit = spec.money_unit
    return f"{text} {unit}" if text and unit else text


def steps(actor: Actor, row: Record) -> QuerySet[RecordStep]:
    """Who did what and why, newest first; the public sees none of it."""
    if policies.reach(actor, row) in PUBLIC_REACH:
        return RecordStep.objects.none()
    return RecordStep.objects.filter(record=row).order_by("-id")


def last_reason(row: Record) -> RecordStep | None:
    """Why the record was last returned, refused or taken down."""
    wanted = ("return", "refuse", "take_down", "cancel")
    return RecordStep.objects.filter(record=row, action__in=wanted).order_by("-id").first()


def linked_from(actor: Actor, row: Record, today: date) -> QuerySet[Record]:
    """Published records that name this one (the test items behind which an instrument stands)."""
    return (
        Record.objects.filter(policies.visible(actor), policies.on_public_side(today))
        .filter(links__target=row)
        .select_related("owner")
        .distinct()
        .order_by("kind", F("price_fen").asc(nulls_last=True), "id")
    )


def state_label(state: str) -> str:
    return str(RecordState(state).label)


def may_see_files(*, actor: Actor, subject: str) -> bool | None:
    """Whether the files under a subject may be handed out; ``None``: not a record's files.

    Files follow the fields that name them: whoever reads the record up to that audience is
    given them. Those of an unaccepted change follow the change (``types.files_subject``), those
    of a record behind its last day stay with the unit and the offices.
    """
    kind, _colon, rest = subject.partition(":")
    if kind != "record":
        return None
    uid, _colon, audience = rest.partition(":")
    row = Record.objects.filter(policies.visible(actor), uid=uid).select_related("owner").first()
    if row is None:
        return False
    if audience == CHANGE_FILES:
        return row.owner.uid in actor.orgs or change_for(actor, row) is not None
    reach = policies.reach(actor, row)
    if reach in PUBLIC_REACH and rules.is_expired(row.valid_until, timezone.localdate()):
        return False
    return reach in READERS.get(audience, ("restricted",))
