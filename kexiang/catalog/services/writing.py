"""Entering and changing records: create, update, change of what is published, revisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Attribute
from kexiang.audit import services as audit
from kexiang.catalog import policies, rules
from kexiang.catalog.models import PendingChange, Record, Revision
from kexiang.catalog.services import ground, parts, values
from kexiang.catalog.services.columns import columns_of
from kexiang.catalog.types import RecordState, Visibility
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotFound, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

EMPTY_TITLE = "(未命名)"


@transaction.atomic
def create_record(
    *,
    actor: Actor,
    kind: str,
    owner: str,
    raw: Mapping[str, Any],
    at: datetime,
    visibility: str = Visibility.PUBLIC,
) -> Record:
    """Enter a resource as a draft of the organisation ``owner`` (uid).

    A draft may lack required fields, but what is given must be right: raises ``Invalid`` with
    every fault, ``NotAllowed`` for others than the owner's people (A-23: scientists too).
    The question whether the item is secret comes before this call (AA-01).
    """
    spec = kinds.offered(kind)
    organisation = accounts.organisation(actor, owner)
    policies.require_author(actor, organisation.uid)
    attributes = values.clean_draft(spec, raw, actor=actor, today=timezone.localdate(at))
    record = Record(
        kind=spec.code,
        number=ground.take_numbers(spec, timezone.localdate(at).year, 1)[0],
        owner=organisation,
        department=department_of(organisation.pk, at),
        state=RecordState.DRAFT,
        visibility=_visibility(visibility),
        created_by=actor.uid,
        created_at=at,
        updated_at=at,
        **_content(spec, attributes, organisation.region),
    )
    parts.require_unused_numbers(record, spec)
    with parts.guarded_numbers():
        record.save(force_insert=True)
    parts.sync_parts(record, spec, attributes, actor=actor)
    _revise(record, [], actor=actor, at=at)
    audit.record(
        kind="record.create",
        subject=f"record:{record.uid}",
        actor=actor.uid,
        at=at,
        data={"kind": spec.code, "owner": organisation.uid, "declared": "not_secret"},
    )
    return record


def department_of(organisation_id: int, at: datetime) -> str:
    """The uid of the superior department in force, or an empty string."""
    facts = accounts.attributes_at([organisation_id], on=timezone.localdate(at))
    return facts.get(organisation_id, {}).get(Attribute.DEPARTMENT, "")


def _visibility(value: str) -> str:
    if value not in Visibility.values:
        options = "、".join(str(label) for label in Visibility.labels)
        raise Invalid(
            [Problem("visibility", _("公开范围应为:%s。") % options, label=_("公开范围"))]
        )
    return value


def _content(spec: KindSpec, attributes: dict[str, Any], region: str) -> dict[str, Any]:
    """What follows from the attributes: typed columns, completeness, place."""
    columns = columns_of(spec, attributes)
    columns["title"] = columns["title"] or EMPTY_TITLE
    return {
        **columns,
        "attributes": attributes,
        "region": attributes.get("region") or region,
        "completeness": kinds.completeness(spec, attributes).percent,
    }


def _revise(
    record: Record, changed: list[str], *, actor: Actor, at: datetime, note: str = ""
) -> None:
    Revision.objects.create(
        record=record,
        number=record.version,
        title=record.title,
        values=record.attributes,
        changed=changed,
        state=record.state,
        by=actor.uid,
        at=at,
        note=note,
    )


@transaction.atomic
def update_record(
    *,
    actor: Actor,
    uid: str,
    raw: Mapping[str, Any],
    at: datetime,
    visibility: str | None = None,
    version: int | None = None,
    note: str = "",
) -> Record:
    """Write fields of a draft, or of the open change of a published record.

    Only the fields in ``raw`` change. Raises ``Conflict`` while the record is under review or
    when ``version`` is not the present one, ``Invalid`` with every fault.
    """
    record, change = ground.locked(actor, uid)
    policies.require_edit(actor, record, change)
    spec = kinds.kind(record.kind)
    current = change.values if change is not None else record.attributes
    ground.check_version(change.version if change is not None else record.version, version)
    merged = values.clean_update(spec, current, raw, actor=actor, today=timezone.localdate(at))
    seen = _visibility(visibility) if visibility is not None else None
    if record.is_shown:
        _write_change(record, change, merged, seen, actor=actor, at=at)
        return record
    changed = rules.changed_fields(_last_values(record), merged)
    if seen is not None and seen != record.visibility:
        changed = [*changed, "visibility"]
    if not changed and merged == record.attributes:
        return record
    _write(record, spec, merged, seen or record.visibility, actor=actor, at=at)
    _revise(record, changed, actor=actor, at=at, note=note)
    _journal(record, "record.update", changed, actor, at)
    return record


def _last_values(record: Record) -> dict[str, Any]:
    """The values of the last version; an autosaved draft may be ahead of it."""
    last = (
        Revision.objects.filter(record=record).order_by("-number").values_list("values", flat=True)
    )
    return last.first() or {}


def keep_version(record: Record, *, actor: Actor, at: datetime) -> None:
    """Make what was autosaved a version of its own before it goes to the offices.

    Numbers, links and files of it were not looked at while it was typed. Raises ``Invalid``.
    """
    changed = rules.changed_fields(_last_values(record), record.attributes)
    if changed:
        spec = kinds.kind(record.kind)
        _write(record, spec, record.attributes, record.visibility, actor=actor, at=at)
        _revise(record, changed, actor=actor, at=at)
        _journal(record, "record.update", changed, actor, at)


@transaction.atomic
def autosave_record(
    *, actor: Actor, uid: str, values_now: Mapping[str, Any], at: datetime
) -> Record:
    """Keep what stands in an open form, every few seconds: no version, no journal line.

    ``values_now`` are cleaned values of the whole form. The versions people see begin with
    the next saving by hand or the submission. Raises ``Conflict`` while under review.
    """
    record, change = ground.locked(actor, uid)
    policies.require_edit(actor, record, change)
    spec = kinds.kind(record.kind)
    if record.is_shown:
        if change is not None:
            change.values = dict(values_now)
            change.changed = rules.changed_fields(record.attributes, values_now)
            change.updated_at = at
            change.save(update_fields=["values", "changed", "updated_at"])
            parts.attach_change_files(record, spec, change.values, actor=actor)
        else:
            _write_change(record, None, dict(values_now), None, actor=actor, at=at)
        return record
    content = _content(spec, dict(values_now), record.owner.region)
    kept = {name: value for name, value in content.items() if name not in ("inner_no", "asset_no")}
    Record.objects.filter(pk=record.pk).update(**kept, updated_at=at)
    record.refresh_from_db()
    return record


def _write(
    record: Record,
    spec: KindSpec,
    attributes: dict[str, Any],
    visibility: str,
    *,
    actor: Actor,
    at: datetime,
    closes_change: bool = False,
) -> None:
    content = _content(spec, attributes, record.owner.region)
    for name, value in content.items():
        setattr(record, name, value)
    parts.require_unused_numbers(record, spec)
    with parts.guarded_numbers():
        ground.touch(
            record,
            at,
            visibility=visibility,
            department=department_of(record.owner_id, at),
            **content,
        )
    parts.sync_parts(record, spec, attributes, actor=actor, closes_change=closes_change)


def _journal(record: Record, kind: str, changed: list[str], actor: Actor, at: datetime) -> None:
    audit.record(
        kind=kind,
        subject=f"record:{record.uid}",
        actor=actor.uid,
        at=at,
        data={"version": record.version, "fields": changed},
    )


def _write_change(
    record: Record,
    change: PendingChange | None,
    merged: dict[str, Any],
    visibility: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep what the unit wants to change beside the published version."""
    changed = rules.changed_fields(record.attributes, merged)
    if change is None:
        change = PendingChange(
            record=record,
            visibility=record.visibility,
            base_version=record.version,
            version=0,
            created_by=actor.uid,
            created_at=at,
        )
    change.values, change.changed, change.updated_at = merged, changed, at
    change.visibility = visibility or change.visibility
    change.version += 1
    change.save()
    spec = kinds.kind(record.kind)
    parts.attach_change_files(record, spec, merged, actor=actor)
    _journal(record, "record.change", changed, actor, at)


def apply_change(record: Record, change: PendingChange, *, actor: Actor, at: datetime) -> None:
    """Make an accepted change the published version; the caller has locked and approved."""
    spec = kinds.kind(record.kind)
    changed = rules.changed_fields(record.attributes, change.values)
    _write(record, spec, change.values, change.visibility, actor=actor, at=at, closes_change=True)
    _revise(record, changed, actor=actor, at=at)
    change.closed_at = at
    change.save(update_fields=["closed_at"])


@transaction.atomic
def restore_revision(*, actor: Actor, uid: str, number: int, at: datetime) -> Record:
    """Write the values of an earlier version again, as a new version (or a change for review)."""
    record, _change = ground.locked(actor, uid)
    revision = Revision.objects.filter(record=record, number=number).first()
    if revision is None:
        raise NotFound(_("没有第 %d 版,请从历史版本列表中选择。") % number)
    current = _change.values if _change is not None else record.attributes
    gone = {name: None for name in current if name not in revision.values}
    note = _("恢复到第 %d 版") % number
    return update_record(actor=actor, uid=uid, raw={**revision.values, **gone}, at=at, note=note)


@transaction.atomic
def confirm_record(*, actor: Actor, uid: str, at: datetime) -> Record:
    """Declare that a published record is still right: it counts as fresh from now on (X-04)."""
    record, _change = ground.locked(actor, uid)
    policies.require_known(actor)
    policies.require_manage(actor, record)
    if not record.is_shown:
        raise Conflict(_("只有已发布的记录需要确认。"))
    ground.touch(record, at, confirmed_at=at)
    _journal(record, "record.confirm", [], actor, at)
    ground.publish_to_search([record])
    return record


@transaction.atomic
def set_current_state(*, actor: Actor, uid: str, value: str, at: datetime) -> Record:
    """Tell how a resource stands right now (可预约, 故障停机 …): at once, without a review.

    Raises ``Invalid`` for a kind without such a field or an unknown code.
    """
    record, _change = ground.locked(actor, uid)
    policies.require_known(actor)
    policies.require_manage(actor, record)
    spec = kinds.kind(record.kind)
    field = spec.role("state")
    if field is None or not record.is_shown:
        raise Conflict(_("这条记录没有可随时更新的当前状态。"))
    merged = values.clean_update(
        spec,
        record.attributes,
        {field.name: value},
        actor=actor,
        today=timezone.localdate(at),
    )
    changed = rules.changed_fields(record.attributes, merged)
    if changed:
        _write(record, spec, merged, record.visibility, actor=actor, at=at)
        _revise(record, changed, actor=actor, at=at, note=_("更新当前状态"))
        _journal(record, "record.current_state", changed, actor, at)
        ground.publish_to_search([record])
    return record


@transaction.atomic
def delete_draft(*, actor: Actor, uid: str, at: datetime) -> None:
    """Drop an entry that never was public; what was public is cancelled with a document."""
    record, _change = ground.locked(actor, uid)
    policies.require_known(actor)
    policies.require_manage(actor, record)
    if record.was_shown or record.state not in policies.EDITABLE:
        raise Conflict(_("只有未发布过的草稿、退回和已撤回的记录可以删除。"))
    _journal(record, "record.delete", [], actor, at)
    parts.release_files(record, actor=actor)
    record.delete()


@transaction.atomic
def discard_change(*, actor: Actor, uid: str, at: datetime) -> Record:
    """Drop the unsubmitted change of a published record."""
    record, change = ground.locked(actor, uid)
    policies.require_known(actor)
    policies.require_manage(actor, record)
    if change is None or change.state not in policies.CHANGE_EDITABLE:
        raise Conflict(_("没有可放弃的变更,审核中的请先撤回。"))
    change.closed_at = at
    change.save(update_fields=["closed_at"])
    _journal(record, "record.discard_change", change.changed, actor, at)
    return record
