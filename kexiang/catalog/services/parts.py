"""What hangs on a record: its own numbers, links, extra columns, last day, marks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kexiang.catalog import queries
from kexiang.catalog.models import Record, RecordColumn, RecordFlag, RecordLink
from kexiang.catalog.services import ground
from kexiang.catalog.services.columns import columns_of, other_columns
from kexiang.catalog.types import CHANGE_FILES, FlagKind, RecordState, Visibility, files_subject
from kexiang.files import services as files
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec


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


@contextmanager
def guarded_numbers() -> Iterator[None]:
    """Raise ``Conflict`` when somebody took the same number between the check and the write."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "once" not in str(error) and "catalog_record" not in str(error):
            raise
        raise Conflict(
            _("内部编号或资产编号刚刚被另一条记录使用,请刷新后核对是否重复填报。")
        ) from error


def number_fields(spec: KindSpec) -> list[tuple[str, str]]:
    number = spec.role("number")
    pairs = [("inner_no", number.name)] if number is not None else []
    if spec.has("asset_no"):
        pairs.append(("asset_no", "asset_no"))
    return pairs


def sync_parts(
    record: Record,
    spec: KindSpec,
    attributes: Mapping[str, Any],
    *,
    actor: Actor,
    closes_change: bool = False,
) -> None:
    """Bring links, files, extra columns and the effective last day in line with the attributes."""
    attach_files(record, spec, attributes, actor=actor, closes_change=closes_change)
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


FILE_TYPES = ("image", "images", "file", "files")
AUDIENCES = ("public", "registered", "unit", "restricted")


def attach_files(
    record: Record,
    spec: KindSpec,
    attributes: Mapping[str, Any],
    *,
    actor: Actor,
    closes_change: bool = False,
) -> None:
    """Let the files named in the published version of a record belong to it.

    Each audience of fields has a subject of its own, so that a file is handed out to whoever
    may read the field that names it. ``closes_change`` also empties the subject of the open
    change: what was accepted moves over, the rest is let go. Raises ``NotAllowed`` for a file
    of somebody else.
    """
    shares = {
        files_subject(record.uid, audience): [
            uid
            for f in spec.fields
            if f.type in FILE_TYPES and f.visible == audience
            for uid in _many(attributes.get(f.name))
        ]
        for audience in AUDIENCES
    }
    if closes_change:
        shares[files_subject(record.uid, CHANGE_FILES)] = []
    if any(f.type in FILE_TYPES for f in spec.fields):
        files.attach_family(actor=actor, shares=shares, visibility=record.visibility)


def attach_change_files(
    record: Record, spec: KindSpec, values: Mapping[str, Any], *, actor: Actor
) -> None:
    """Keep the new files of an open change apart until it is accepted.

    Only the unit and, once it is handed in, the reviewing offices are given them
    (``queries.may_see_files``). Files the published version also names stay with that.
    """
    names = [f.name for f in spec.fields if f.type in FILE_TYPES]
    if not names:
        return
    published = {uid for name in names for uid in _many(record.attributes.get(name))}
    new = [uid for name in names for uid in _many(values.get(name)) if uid not in published]
    subject = files_subject(record.uid, CHANGE_FILES)
    files.attach(actor=actor, uids=new, subject=subject, visibility=Visibility.UNIT)


def release_files(record: Record, *, actor: Actor) -> None:
    """Let go of every file of a record that is being deleted."""
    shares: dict[str, list[str]] = {
        files_subject(record.uid, audience): [] for audience in (*AUDIENCES, CHANGE_FILES)
    }
    files.attach_family(actor=actor, shares=shares, visibility=Visibility.UNIT)


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


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
    dependents = Record.objects.filter(
        pk__in=RecordLink.objects.filter(target=record).values("source")
    ).select_for_update(of=("self",))
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
