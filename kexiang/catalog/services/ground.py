"""What every write of the catalogue shares: locking, the step log, search, numbers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Attribute
from kexiang.audit.services import advance
from kexiang.catalog import policies, rules
from kexiang.catalog.lifecycle import CHANGE, RECORD
from kexiang.catalog.models import PendingChange, Record, RecordStep, SequenceCounter
from kexiang.catalog.types import Level, RecordAction, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, NotFound
from kexiang.kinds.types import KindSpec
from kexiang.reference import queries as reference
from kexiang.search import services as search

SOURCE = "record"
REVIEW_STATES = ("unit_check", "dept_check", "city_check")


def locked(actor: Actor, uid: str) -> tuple[Record, PendingChange | None]:
    """The record, locked for this transaction, and its open change.

    Raises ``NotFound`` when there is none or the actor may not know of it.
    """
    record = (
        Record.objects.select_for_update(of=("self",))
        .select_related("owner")
        .filter(policies.visible(actor), uid=uid)
        .first()
    )
    if record is None:
        raise NotFound(_("没有找到这条记录,可能已删除,或您无权查看。请核对编号。"))
    return record, PendingChange.objects.filter(record=record, closed_at__isnull=True).first()


def check_version(current: int, version: int | None) -> None:
    """Raise ``Conflict`` when the caller looked at another version than the present one."""
    if version is not None and version != current:
        raise Conflict(_("内容在您打开之后已被他人修改,请刷新页面核对后再办理。"))


def move(
    record: Record,
    change: PendingChange | None,
    action: RecordAction,
    *,
    actor: Actor,
    at: datetime,
    level: Level,
    **words: str,
) -> None:
    """Advance the record (or its change) and write down who, when and why.

    ``words`` are ``reason``, ``reason_code`` and ``document_no``; the journal gets the codes only.
    """
    moved: Record | PendingChange = record if change is None else change
    source = moved.state
    facts: dict[str, Any] = {"version": record.version}
    if words.get("reason_code"):
        facts["reason_code"] = words["reason_code"]
    if change is None:
        advance(record, RECORD, action, actor=actor.uid, at=at, **facts)
    else:
        advance(change, CHANGE, action, actor=actor.uid, at=at, record=record.uid, **facts)
    RecordStep.objects.create(
        record=record,
        change=change,
        action=action,
        source=source,
        target=moved.state,
        level=level,
        by=actor.uid,
        at=at,
        **words,
    )


def needed_steps(record: Record, at: datetime) -> frozenset[str]:
    """The review states that run for the record's owner, by the pack in force."""
    facts = accounts.attributes_at([record.owner_id], on=timezone.localdate(at))
    affiliation = facts.get(record.owner_id, {}).get(Attribute.AFFILIATION, "")
    configured = reference.record_steps(affiliation)
    return rules.needed_steps(configured, has_department=bool(record.department))


def is_last_step(state: str, needed: frozenset[str]) -> bool:
    """Whether approval in ``state`` publishes."""
    rest = REVIEW_STATES[REVIEW_STATES.index(state) + 1 :]
    return not needed.intersection(rest)


def touch(record: Record, at: datetime, **columns: Any) -> None:
    """Write columns (never ``state``) of a locked record and count the version up."""
    record.version += 1
    record.updated_at = at
    values = {**columns, "version": record.version, "updated_at": at}
    for name, value in columns.items():
        setattr(record, name, value)
    Record.objects.filter(pk=record.pk).update(**values)


def publish_to_search(records: Iterable[Record]) -> int:
    """Tell the indexer about records, in the transaction of their change; returns the last seq."""
    last = 0
    for record in records:
        indexed = rules.is_indexed(
            state=record.state, visibility=record.visibility, is_held=record.is_held
        )
        operation = "upsert" if indexed else "delete"
        last = search.enqueue(source=SOURCE, uid=record.uid, version=record.version, op=operation)
    return last


def enqueue_many(records: Sequence[Record], op: str = "upsert") -> None:
    """Tell the indexer about many records that are all shown (or all gone)."""
    changes = [
        (record.uid, record.version)
        for record in records
        if op == "delete" or record.visibility != Visibility.RESTRICTED
    ]
    search.enqueue_many(source=SOURCE, changes=changes, op=op)


def number_prefix(spec: KindSpec) -> str:
    """The letters of a kind in record numbers: 仪器 → YQ."""
    letters = lazy_pinyin(spec.short or spec.label, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(letters).upper()[:6] or spec.code.upper()[:6]


@transaction.atomic
def take_numbers(spec: KindSpec, year: int, count: int) -> list[str]:
    """The next ``count`` record numbers of a kind in a year; gaps are possible, doubles not."""
    prefix = number_prefix(spec)
    name = f"{prefix}-{year}"
    SequenceCounter.objects.get_or_create(name=name)
    SequenceCounter.objects.filter(name=name).update(value=F("value") + count)
    last = SequenceCounter.objects.get(name=name).value
    return [rules.record_number(prefix, year, last - count + n + 1) for n in range(count)]
