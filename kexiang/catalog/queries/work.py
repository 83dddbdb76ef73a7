"""The workbench: queues of the offices, to-dos, figures. Constant queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.lifecycle import AUTHORS
from kexiang.catalog.models import ImportJob, PendingChange, Record
from kexiang.catalog.queries.quality import UnitQuality, office_quality, unit_quality
from kexiang.catalog.queries.reading import (
    RecordFilter,
    expiring_q,
    is_stale_q,
    records,
    state_q,
    with_open_changes,
)
from kexiang.catalog.types import ChangeState, Figure, ImportState, RecordState
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

CHECK_DAYS = 5


def in_charge(actor: Actor) -> Q:
    """Records (or changes of them) on which this actor decides now."""
    waiting = Q(pk__in=[])
    for state, who in _charges(actor):
        own = (
            Q(state=state) & ~Q(submitted_by=actor.uid) if state != "unit_check" else Q(state=state)
        )
        changed = PendingChange.objects.filter(state=state, closed_at__isnull=True)
        if state != "unit_check":
            changed = changed.exclude(submitted_by=actor.uid)
        pending = Q(state=RecordState.CHANGE_CHECK, pk__in=changed.values("record"))
        waiting |= who & (own | pending)
    return waiting


def _charges(actor: Actor) -> Sequence[tuple[str, Q]]:
    """State and scope of everything the actor's roles put him in charge of."""
    charges: list[tuple[str, Q]] = []
    units = actor.orgs_as({"unit_admin"})
    if units:
        charges.append((RecordState.UNIT_CHECK, Q(owner__uid__in=units)))
    departments = actor.orgs_as({"dept_officer"})
    if departments:
        charges.append((RecordState.DEPT_CHECK, Q(department__in=departments)))
    for code in actor.regions_as({"county_officer"}):
        place = Q(region__startswith=policies.region_prefix(code), department="")
        charges.append((RecordState.DEPT_CHECK, place))
    for code in actor.regions_as({"bureau_admin"}):
        place = Q(region__startswith=policies.region_prefix(code))
        charges += [(RecordState.CITY_CHECK, place), (RecordState.DEPT_CHECK, place)]
    return charges


def review_queue(actor: Actor, wanted: RecordFilter) -> QuerySet[Record]:
    """What waits for a decision of this actor's office; ``submitted`` puts the oldest first.

    A change waits since it was handed in, not since the record first was.
    """
    rows = with_open_changes(records(actor, wanted).filter(in_charge(actor))).annotate(
        flag_count=Count("flags"), since=_since()
    )
    return rows.order_by("since", "id") if wanted.sort == "submitted" else rows


def _since() -> Coalesce:
    opened = PendingChange.objects.filter(record=OuterRef("pk"), closed_at__isnull=True)
    return Coalesce(Subquery(opened.values("submitted_at")[:1]), F("submitted_at"))


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line of the queue: since when it waits, until when it should be done."""

    record: Record
    kind_label: str
    is_change: bool
    state: str
    state_label: str
    version: int
    submitted_at: datetime | None
    due: date | None
    flag_count: int


def queue_items(rows: Sequence[Record]) -> list[QueueItem]:
    """Lines for rows of ``review_queue``; no query of their own."""
    days = int(reference.parameter("record.check_days", default=CHECK_DAYS))
    labels = {spec.code: str(spec.short or spec.label) for spec in kinds.kinds()}
    return [_queue_item(row, days, labels) for row in rows]


def _queue_item(row: Any, days: int, labels: dict[str, str]) -> QueueItem:
    change = row.open_changes[0] if row.is_shown and row.open_changes else None
    moved = change if change is not None else row
    choices = ChangeState if change is not None else RecordState
    since = moved.submitted_at
    due = reference.workdays_add(timezone.localdate(since), days) if since else None
    return QueueItem(
        record=row,
        kind_label=labels.get(row.kind, row.kind),
        is_change=change is not None,
        state=moved.state,
        state_label=str(choices(moved.state).label),
        version=moved.version,
        submitted_at=since,
        due=due,
        flag_count=row.flag_count,
    )


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A to-do as the workbench shows it."""

    title: str
    count: int
    url: str
    due: date | None = None
    kind: str = "record"


def todos(*, actor: Actor, at: datetime) -> list[WorkItem]:
    """What waits in the catalogue for this actor, with the earliest day it is due."""
    today = timezone.localdate(at)
    found = []
    if _charges(actor):
        found.append(_reviews(actor))
    mine = actor.orgs_as(AUTHORS)
    if mine:
        found += _entries(actor, mine, today)
        found.append(_imports(actor))
    return [item for item in found if item.count]


def _reviews(actor: Actor) -> WorkItem:
    rows = records(actor).filter(in_charge(actor))
    count = rows.count()
    waiting = rows.annotate(since=_since()).order_by("since")
    first = waiting.values_list("since", flat=True).first() if count else None
    days = int(reference.parameter("record.check_days", default=CHECK_DAYS))
    due = reference.workdays_add(timezone.localdate(first), days) if first else None
    return WorkItem(_("待审核的资源记录"), count, "/work/review/", due)


def _entries(actor: Actor, owners: frozenset[str], today: date) -> list[WorkItem]:
    rows = Record.objects.filter(policies.visible(actor), owner__uid__in=owners)
    if actor.roles <= policies.OWN_ONLY:
        rows = rows.filter(created_by=actor.uid)
    counts = rows.aggregate(
        returned=Count("pk", filter=state_q(actor, RecordState.RETURNED)),
        drafts=Count("pk", filter=Q(state=RecordState.DRAFT)),
        stale=Count("pk", filter=is_stale_q(today)),
        expiring=Count("pk", filter=expiring_q(today)),
    )
    base = "/work/records/?by=me&" if actor.roles <= policies.OWN_ONLY else "/work/records/?"
    return [
        WorkItem(_("退回修改的记录"), counts["returned"], f"{base}state=returned"),
        WorkItem(_("未提交的草稿"), counts["drafts"], f"{base}state=draft"),
        WorkItem(_("久未更新、需要确认的记录"), counts["stale"], f"{base}fresh=stale"),
        WorkItem(_("30天内到期的资质与检测项目"), counts["expiring"], f"{base}expiring=1"),
    ]


def _imports(actor: Actor) -> WorkItem:
    rows = ImportJob.objects.filter(policies.imports(actor), state=ImportState.CHECKED)
    return WorkItem(_("已校验、待确认的导入"), rows.count(), "/work/imports/")


OFFICES = frozenset(
    {"bureau_admin", "bureau_leader", "county_officer", "dept_officer", "auditor", "unit_leader"}
)


def work_figures(*, actor: Actor, at: datetime) -> list[Figure]:
    """How the entries of the unit, or of the area an office answers for, stand (ux.md B4.1, B5)."""
    today = timezone.localdate(at)
    owners = policies.owners(actor)
    if owners:
        quality = unit_quality(actor, owners, today)
        scope = _("本单位在平台登记的资源记录")
    elif actor.roles & OFFICES:
        quality = office_quality(actor, today)
        scope = _("您的职责范围内可以查看的资源记录")
    else:
        return []
    return _quality_figures(quality, scope, today)


def _quality_figures(quality: UnitQuality, scope: str, today: date) -> list[Figure]:
    url = "/work/records/"
    weighted = _("各记录已填字段按权重折算的百分比的平均")
    by_completeness = "?sort=completeness"
    shown = _("对外展示的记录,含变更审核中的")
    waiting = _("在单位、主管部门或市级审核环节的记录,含变更审核中的")
    old = _("已发布记录中超过规定天数未修改或确认的")
    rows = [
        ("records", _("登记资源"), quality.total, _("条"), scope, ""),
        ("published", _("已发布"), quality.published, _("条"), shown, "?state=shown"),
        ("waiting", _("审核中"), quality.waiting, _("条"), waiting, "?state=waiting"),
        ("returned", _("退回修改"), quality.returned, _("条"), scope, "?state=returned"),
        ("completeness", _("平均完整度"), quality.completeness, "%", weighted, by_completeness),
        ("stale", _("久未更新"), quality.stale, _("条"), old, "?fresh=stale"),
    ]
    return [
        Figure(name, label, value, unit, today, basis, f"{url}{tail}")
        for name, label, value, unit, basis, tail in rows
    ]
