"""Moving a record: submit, approve, return, refuse, withdraw, take down, restore, cancel."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.models import PendingChange, Record
from kexiang.catalog.services import ground, parts, values, writing
from kexiang.catalog.types import Level, RecordAction, RecordState
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotFound, Problem
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

A = RecordAction
SYSTEM = Actor.system("workflow")


@transaction.atomic
def submit_record(*, actor: Actor, uid: str, at: datetime, version: int | None = None) -> Record:
    """Hand a draft, or the change of a published record, to the first office that checks.

    Raises ``Invalid`` with every fault of the entry, ``Conflict`` when it is not a draft,
    ``NotAllowed`` for others than the unit's own people.
    """
    record, change = ground.locked(actor, uid)
    spec, today = kinds.kind(record.kind), timezone.localdate(at)
    if change is None:
        policies.require(actor, A.SUBMIT, record)
        ground.check_version(record.version, version)
        values.require_complete(spec, record.attributes, actor=actor, today=today)
        parts.require_unused_numbers(record, spec)
        writing.keep_version(record, actor=actor, at=at)
    else:
        _require_change(actor, record, change)
        ground.check_version(change.version, version)
        values.require_complete(spec, change.values, actor=actor, today=today)
        ground.move(record, None, A.OPEN_CHANGE, actor=actor, at=at, level=Level.UNIT)
    _mark_submitted(record, change, actor, at)
    ground.move(record, change, A.SUBMIT, actor=actor, at=at, level=Level.UNIT)
    parts.refresh_flags(record, spec, change.values if change else record.attributes, at)
    _pass_unneeded(record, change, actor, at)
    return record


def _require_change(actor: Actor, record: Record, change: PendingChange) -> None:
    if record.state == RecordState.CHANGE_CHECK:
        raise Conflict(_("这条记录已有变更在审核中,请等待办结或先撤回。"))
    policies.require(actor, A.SUBMIT, record, change)
    if not change.changed and change.visibility == record.visibility:
        raise Invalid(_("没有改动任何内容,无需提交变更。"))


def _mark_submitted(
    record: Record, change: PendingChange | None, actor: Actor, at: datetime
) -> None:
    target: Record | PendingChange = record if change is None else change
    target.submitted_by, target.submitted_at = actor.uid, at
    target.save(update_fields=["submitted_by", "submitted_at"])


def _pass_unneeded(
    record: Record, change: PendingChange | None, actor: Actor, at: datetime
) -> None:
    """Walk over the steps this place does not have, and over the unit's own check when its
    administrator hands in himself: he has checked what he signs."""
    needed = ground.needed_steps(record, at)
    if policies.holds(actor, "unit_admin", record):
        needed -= {RecordState.UNIT_CHECK}
    moved: Record | PendingChange = record if change is None else change
    while moved.state in ground.REVIEW_STATES and moved.state not in needed:
        if ground.is_last_step(moved.state, needed):
            break
        ground.move(record, change, A.SKIP, actor=SYSTEM, at=at, level=Level.SYSTEM)


@transaction.atomic
def approve_record(
    *,
    actor: Actor,
    uid: str,
    at: datetime,
    secrecy_checked: bool = False,
    note: str = "",
    version: int | None = None,
) -> Record:
    """Approve the present step; the last one publishes and needs the secrecy check (AA-01).

    Raises ``NotAllowed`` for anyone but the office in charge, ``Conflict`` when the record is
    not (or no longer) waiting, ``Invalid`` when the reviewer of the last step did not declare
    to have checked secrecy.
    """
    record, change = ground.locked(actor, uid)
    policies.require(actor, A.APPROVE, record, change)
    ground.check_version(change.version if change else record.version, version)
    state = change.state if change is not None else record.state
    needed = ground.needed_steps(record, at)
    level = policies.LEVELS[RecordState(state)]
    if not ground.is_last_step(state, needed):
        ground.move(record, change, A.APPROVE, actor=actor, at=at, level=level, reason=note)
        _pass_after_approval(record, change, needed, at)
        return record
    if not secrecy_checked:
        raise Invalid(
            [
                Problem(
                    "secrecy_checked",
                    _("发布前须完成保密审查,请核对内容不涉密后勾选“已完成保密审查”。"),
                    label=_("保密审查"),
                )
            ]
        )
    _publish(record, change, actor=actor, at=at, level=level, note=note)
    return record


def publishes_next(record: Record, state: str, at: datetime) -> bool:
    """Whether approving in this review state publishes (the reviewer must tick secrecy)."""
    return ground.is_last_step(state, ground.needed_steps(record, at))


def _pass_after_approval(
    record: Record, change: PendingChange | None, needed: frozenset[str], at: datetime
) -> None:
    moved: Record | PendingChange = record if change is None else change
    while moved.state not in needed:
        ground.move(record, change, A.SKIP, actor=SYSTEM, at=at, level=Level.SYSTEM)


def _publish(
    record: Record,
    change: PendingChange | None,
    *,
    actor: Actor,
    at: datetime,
    level: Level,
    note: str,
) -> None:
    """Make the record, or the change of it, public; later steps of the table are walked over."""
    ground.touch(
        record,
        at,
        secrecy_by=actor.uid,
        secrecy_at=at,
        published_at=record.published_at or at,
        confirmed_at=at,
    )
    ground.move(record, change, A.APPROVE, actor=actor, at=at, level=level, reason=note)
    moved: Record | PendingChange = record if change is None else change
    while moved.state in ground.REVIEW_STATES:
        ground.move(record, change, A.SKIP, actor=SYSTEM, at=at, level=Level.SYSTEM)
    if change is not None:
        writing.apply_change(record, change, actor=actor, at=at)
        ground.move(record, None, A.CLOSE_CHANGE, actor=SYSTEM, at=at, level=Level.SYSTEM)
    ground.publish_to_search([record])
    parts.refresh_dependents(record, at)


@transaction.atomic
def return_record(
    *, actor: Actor, uid: str, at: datetime, reason: str, reason_code: str = "",
    version: int | None = None,
) -> Record:  # fmt: skip
    """Send back for correction; the number stays. ``reason`` is required (ux.md B2)."""
    return _decide(A.RETURN, actor, uid, at, reason, reason_code, version)


@transaction.atomic
def refuse_record(
    *, actor: Actor, uid: str, at: datetime, reason: str, reason_code: str = "",
    version: int | None = None,
) -> Record:  # fmt: skip
    """Refuse for good; ``reason`` is required. A refused change leaves the old version public."""
    return _decide(A.REFUSE, actor, uid, at, reason, reason_code, version)


def _decide(
    action: RecordAction,
    actor: Actor,
    uid: str,
    at: datetime,
    reason: str,
    reason_code: str,
    version: int | None,
) -> Record:
    record, change = ground.locked(actor, uid)
    policies.require(actor, action, record, change)
    ground.check_version(change.version if change else record.version, version)
    why = _reason(reason)
    _require_known_reason(reason_code)
    state = change.state if change is not None else record.state
    level = policies.LEVELS[RecordState(state)]
    words = {"reason": why, "reason_code": reason_code}
    ground.move(record, change, action, actor=actor, at=at, level=level, **words)
    if change is not None:
        _close(record, change, at, ends=action == A.REFUSE)
    return record


def _require_known_reason(code: str) -> None:
    if code and code not in {item.code for item in reference.codes("return_reason")}:
        message = _("没有这个原因类别,请从列表中选择。")
        raise Invalid([Problem("reason_code", message, label=_("原因类别"))])


def _close(record: Record, change: PendingChange, at: datetime, *, ends: bool) -> None:
    """A change is no longer under review: the record is plainly published again."""
    if ends:
        change.closed_at = at
        change.save(update_fields=["closed_at"])
    if record.state == RecordState.CHANGE_CHECK:
        ground.move(record, None, A.CLOSE_CHANGE, actor=SYSTEM, at=at, level=Level.SYSTEM)


def _reason(reason: str, field: str = "reason") -> str:
    text = reason.strip()
    if not text:
        raise Invalid([Problem(field, _("请写明原因,填报人会看到。"), label=_("原因"))])
    if len(text) > 500:
        raise Invalid([Problem(field, _("原因不能超过 500 字,请精简。"), label=_("原因"))])
    return text


@transaction.atomic
def withdraw_record(*, actor: Actor, uid: str, at: datetime) -> Record:
    """Take an entry (or the change of one) back before it is decided."""
    record, change = ground.locked(actor, uid)
    policies.require(actor, A.WITHDRAW, record, change)
    ground.move(record, change, A.WITHDRAW, actor=actor, at=at, level=Level.UNIT)
    if change is not None:
        _close(record, change, at, ends=True)
    return record


@transaction.atomic
def take_down_record(*, actor: Actor, uid: str, at: datetime, reason: str) -> Record:
    """Hide a published record for the time being; an open change of it ends."""
    record, change = ground.locked(actor, uid)
    policies.require(actor, A.TAKE_DOWN, record)
    why, level = _reason(reason), policies.review_level(actor, record)
    _end_change(record, change, at)
    ground.touch(record, at)
    ground.move(record, None, A.TAKE_DOWN, actor=actor, at=at, level=level, reason=why)
    record.taken_down_level = level
    record.save(update_fields=["taken_down_level"])
    ground.publish_to_search([record])
    return record


def _end_change(record: Record, change: PendingChange | None, at: datetime) -> None:
    if change is not None:
        ground.move(record, change, A.WITHDRAW, actor=SYSTEM, at=at, level=Level.SYSTEM)
        change.closed_at = at
        change.save(update_fields=["closed_at"])


@transaction.atomic
def restore_record(*, actor: Actor, uid: str, at: datetime) -> Record:
    """Put up again what was taken down; what the city took down, only the city restores."""
    record, _change = ground.locked(actor, uid)
    policies.require(actor, A.RESTORE, record)
    level = policies.review_level(actor, record)
    ground.touch(record, at, taken_down_level="")
    ground.move(record, None, A.RESTORE, actor=actor, at=at, level=level)
    ground.publish_to_search([record])
    return record


@transaction.atomic
def cancel_record(*, actor: Actor, uid: str, at: datetime, reason: str, document_no: str) -> Record:
    """End a record for good (报废, 调拨, 毁损) on the strength of a document."""
    record, change = ground.locked(actor, uid)
    policies.require(actor, A.CANCEL, record)
    why = _reason(reason)
    document = document_no.strip()
    if not document or len(document) > 80:
        raise Invalid(
            [
                Problem(
                    "document_no",
                    _("注销须填写报废、调拨或毁损文件的文号或名称(80 字以内)。"),
                    label=_("依据文件"),
                )
            ]
        )
    level = policies.review_level(actor, record)
    _end_change(record, change, at)
    ground.touch(record, at, taken_down_level="")
    words = {"reason": why, "document_no": document}
    ground.move(record, None, A.CANCEL, actor=actor, at=at, level=level, **words)
    ground.publish_to_search([record])
    return record


def refuse_secret() -> None:
    """The answer to “是否涉密或有特殊限制:是”: nothing is kept; what to do instead (A-24, AA-04).

    Always raises ``Invalid``; it takes no argument so that nothing of the item can reach a log.
    """
    raise Invalid(
        [
            Problem(
                "is_secret",
                _(
                    "涉密或有特殊限制的资源不上网,本次填写到此为止,未保存任何内容。"
                    "请只在“不纳入开放共享备案”中填报数量和金额,并由单位保密部门按规定管理。"
                ),
                label=_("是否涉密或有特殊限制"),
            )
        ]
    )


def act(
    action: str,
    *,
    actor: Actor,
    uid: str,
    at: datetime,
    reason: str = "",
    reason_code: str = "",
    document_no: str = "",
    secrecy_checked: bool = False,
    note: str = "",
    version: int | None = None,
) -> Record:
    """Do what a button or an address names; the words an action does not use are left out.

    Raises ``NotFound`` for an unknown action and whatever the action raises.
    """
    given = {
        "reason": reason,
        "reason_code": reason_code,
        "document_no": document_no,
        "secrecy_checked": secrecy_checked,
        "note": note,
        "version": version,
    }
    try:
        service, used = _ACTS[action]
    except KeyError:
        raise NotFound(_("没有这个操作。")) from None
    return service(actor=actor, uid=uid, at=at, **{name: given[name] for name in used})


_ACTS: dict[str, tuple[Callable[..., Record], tuple[str, ...]]] = {
    A.SUBMIT: (submit_record, ("version",)),
    A.APPROVE: (approve_record, ("secrecy_checked", "note", "version")),
    A.RETURN: (return_record, ("reason", "reason_code", "version")),
    A.REFUSE: (refuse_record, ("reason", "reason_code", "version")),
    A.WITHDRAW: (withdraw_record, ()),
    A.TAKE_DOWN: (take_down_record, ("reason",)),
    A.RESTORE: (restore_record, ()),
    A.CANCEL: (cancel_record, ("reason", "document_no")),
    "confirm": (writing.confirm_record, ()),
}
