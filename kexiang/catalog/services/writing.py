"""Entering and changing records: create, update, change of what is published, revisions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Attribute
from kexiang.audit import services as audit
from kexiang.catalog import policies, queries, rules
from kexiang.catalog.models import (
    PendingChange,
    Record,
    RecordColumn,
    RecordFlag,
    RecordLink,
    Revision,
)
from kexiang.catalog.services import ground, values
from kexiang.catalog.services.columns import columns_of, other_columns
from kexiang.catalog.types import FlagKind, RecordState, Visibility
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
    spec = kinds.kind(kind)
    organisation = accounts.organisation(actor, owner)
    policies.require_enter(actor, organisation.uid, organisation.region)
    attributes = values.clean_draft(
        spec, raw, actor=actor, today=timezone.localdate(at)
    )
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
    require_unused_numbers(record, spec)
    record.save(force_insert=True)
    _sync_parts(record, spec, attributes)
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


def require_unused_numbers(record: Record, spec: KindSpec) -> None:
    """Raise ``Invalid`` when the owner already has such a number (domain.md §3.3 innerId)."""
    mine = Record.objects.filter(owner=record.owner, kind=record.kind).exclude(
        state__in=[RecordState.REFUSED, RecordState.CANCELLED]
    )
    problems = []
    for column, name in number_fields(spec):
        value = getattr(record, column)
        if not value:
            continue
        other = mine.filter(**{column: value}).exclude(uid=record.uid).first()
        if other is not None:
            label = spec.field(name).label
            message = _("%(label)s“%(value)s”在本单位已用于 %(number)s(%(title)s),请核对。") % {
                "label": label,
                "value": value,
                "number": other.number,
                "title": other.title,
            }
            problems.append(Problem(name, message, label=label))
    if problems:
        raise Invalid(problems)


def number_fields(spec: KindSpec) -> list[tuple[str, str]]:
    number = spec.role("number")
    pairs = [("inner_no", number.name)] if number is not None else []
    if spec.has("asset_no"):
        pairs.append(("asset_no", "asset_no"))
    return pairs


def _sync_parts(record: Record, spec: KindSpec, attributes: Mapping[str, Any]) -> None:
    """Bring links, extra columns and the effective last day in line with the attributes."""
    RecordColumn.objects.filter(record=record).delete()
    extra = other_columns(spec, attributes)
    for row in extra:
        row.record = record
    RecordColumn.objects.bulk_create(extra)
    targets = _sync_links(record, spec, attributes)
    expiry = effective_expiry(columns_of(spec, attributes)["valid_until"], targets)
    if expiry != record.valid_until:
        record.valid_until = expiry
        Record.objects.filter(pk=record.pk).update(valid_until=expiry)


def _sync_links(record: Record, spec: KindSpec, attributes: Mapping[str, Any]) -> list[Record]:
    wanted = link_uids(spec, attributes)
    targets = {
        target.uid: target
        for target in Record.objects.filter(uid__in={uid for _name, uid in wanted})
    }
    RecordLink.objects.filter(source=record).delete()
    links = {
        (name, uid): RecordLink(source=record, target=targets[uid], field=name)
        for name, uid in wanted
        if uid in targets and uid != record.uid
    }
    RecordLink.objects.bulk_create(links.values())
    return list(targets.values())


def link_uids(spec: KindSpec, attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, uid) of every record named in the attributes."""
    found = []
    for field in spec.fields:
        if field.type in ("record", "records"):
            value = attributes.get(field.name) or []
            found += [(field.name, uid) for uid in ([value] if isinstance(value, str) else value)]
    return found


def effective_expiry(own: date | None, targets: list[Record]) -> date | None:
    """The last day a record may be shown: its own, and that of what it rests on.

    A test item with several certificates lives as long as the last of them (ux.md D3).
    """
    ends = [t.valid_until for t in targets if kinds.kind(t.kind).role("expires") is not None]
    known = [end for end in ends if end is not None]
    rests_on = max(known) if known and len(known) == len(ends) else None
    days = [day for day in (own, rests_on) if day is not None]
    return min(days) if days else None


def refresh_dependents(record: Record, at: datetime) -> None:
    """Records that rest on this one (test items on a certificate) take over its last day."""
    if kinds.kind(record.kind).role("expires") is None:
        return
    dependents = Record.objects.filter(links__target=record).distinct().select_for_update()
    touched = []
    for dependent in dependents.select_related("owner"):
        spec = kinds.kind(dependent.kind)
        own = columns_of(spec, dependent.attributes)["valid_until"]
        targets = Record.objects.filter(backlinks__source=dependent)
        expiry = effective_expiry(own, list(targets))
        if expiry != dependent.valid_until:
            ground.touch(dependent, at, valid_until=expiry)
            touched.append(dependent)
    ground.publish_to_search(touched)


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
    merged = values.clean_update(
        spec, current, raw, actor=actor, today=timezone.localdate(at)
    )
    seen = _visibility(visibility) if visibility is not None else None
    if record.is_shown:
        _write_change(record, change, merged, seen, actor=actor, at=at)
        return record
    changed = rules.changed_fields(record.attributes, merged)
    if not changed and seen in (None, record.visibility):
        return record
    if seen is not None and seen != record.visibility:
        changed = [*changed, "visibility"]
    _write(record, spec, merged, seen or record.visibility, at)
    _revise(record, changed, actor=actor, at=at, note=note)
    _journal(record, "record.update", changed, actor, at)
    return record


def _write(
    record: Record, spec: KindSpec, attributes: dict[str, Any], visibility: str, at: datetime
) -> None:
    content = _content(spec, attributes, record.owner.region)
    for name, value in content.items():
        setattr(record, name, value)
    require_unused_numbers(record, spec)
    ground.touch(
        record,
        at,
        visibility=visibility,
        department=department_of(record.owner_id, at),
        **content,
    )
    _sync_parts(record, spec, attributes)


def _journal(
    record: Record, kind: str, changed: list[str], actor: Actor, at: datetime
) -> None:
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
    _journal(record, "record.change", changed, actor, at)


def apply_change(record: Record, change: PendingChange, *, actor: Actor, at: datetime) -> None:
    """Make an accepted change the published version; the caller has locked and approved."""
    spec = kinds.kind(record.kind)
    changed = rules.changed_fields(record.attributes, change.values)
    _write(record, spec, change.values, change.visibility, at)
    _revise(record, changed, actor=actor, at=at)
    change.closed_at = at
    change.save(update_fields=["closed_at"])


@transaction.atomic
def restore_revision(
    *, actor: Actor, uid: str, number: int, at: datetime
) -> Record:
    """Write the values of an earlier version again, as a new version (or a change for review)."""
    record, _change = ground.locked(actor, uid)
    revision = Revision.objects.filter(record=record, number=number).first()
    if revision is None:
        raise NotFound(_("没有第 %d 版,请从历史版本列表中选择。") % number)
    current = _change.values if _change is not None else record.attributes
    gone = {name: None for name in current if name not in revision.values}
    note = _("恢复到第 %d 版") % number
    return update_record(
        actor=actor, uid=uid, raw={**revision.values, **gone}, at=at, note=note
    )


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
        _write(record, spec, merged, record.visibility, at)
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


def refresh_flags(
    record: Record, spec: KindSpec, attributes: Mapping[str, Any], at: datetime
) -> None:
    """Mark suspicious words and likely duplicates for the reviewer; nothing is blocked."""
    flags = [
        RecordFlag(
            record=record,
            kind=FlagKind.ERROR_WORD,
            field=mark.field,
            text=mark.word[:120],
            suggestion=mark.suggestion[:120],
            at=at,
        )
        for mark in queries.marks(spec, attributes)
    ]
    flags += [
        RecordFlag(
            record=record,
            kind=FlagKind.DUPLICATE,
            text=suspect.reason[:120],
            other_id=suspect.record_id,
            at=at,
        )
        for suspect in queries.suspects(
            owner_id=record.owner_id, spec=spec, attributes=attributes, exclude=record.uid
        )
    ]
    RecordFlag.objects.filter(record=record).delete()
    RecordFlag.objects.bulk_create(flags)
