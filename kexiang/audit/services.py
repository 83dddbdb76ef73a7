"""Writes of the journal: record, advance, seal, and the check of the whole chain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from kexiang.audit import anchor, rules
from kexiang.audit.models import Event, Head
from kexiang.audit.types import JOURNAL, Entry
from kexiang.audit.types import Fault as Fault
from kexiang.audit.types import Report as Report
from kexiang.audit.verification import check, digest_of
from kexiang.core.models import Stateful
from kexiang.kernel.errors import Conflict
from kexiang.kernel.ids import new_uid
from kexiang.kernel.lifecycle import A, Lifecycle, S

BATCH = 1000
SEAL_SQL = (
    "UPDATE audit_event SET seal_no = %s, prev_hash = %s, hash = %s"
    " WHERE id = %s AND seal_no IS NULL"
)


def record(
    *,
    kind: str,
    subject: str,
    actor: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    stream: str = JOURNAL,
) -> Event:
    """Write one journal line in the caller's transaction.

    ``kind`` is ``context.verb``, ``subject`` ``noun:uid``, ``actor`` a uid (``system:name``
    for jobs). Raises ``ValueError`` when ``data`` holds texts, floats or telephone numbers.
    """
    event = _event(Entry(kind, subject, actor, at, data or {}, stream))
    event.save(force_insert=True)
    return event


def record_many(entries: Iterable[Entry]) -> int:
    """Journal a bulk act, one line per entry; returns how many."""
    events = [_event(entry) for entry in entries]
    Event.objects.bulk_create(events, batch_size=BATCH)
    return len(events)


def _event(entry: Entry) -> Event:
    if not (entry.kind and entry.subject and entry.actor and entry.stream):
        raise ValueError("a journal line needs kind, subject, actor and stream")
    rules.refuse_texts(entry.data)
    return Event(
        stream=entry.stream,
        kind=entry.kind,
        subject=entry.subject,
        actor=entry.actor,
        at=entry.at,
        data=dict(entry.data),
    )


@transaction.atomic
def advance(
    obj: Stateful, lifecycle: Lifecycle[S, A], action: A, *, actor: str, at: datetime, **data: Any
) -> Event:
    """Move ``obj`` along its lifecycle and journal the move.

    The only function in the code base that writes a ``state`` column. Raises ``Conflict``
    when the table has no such step or when somebody moved the object since it was read.
    """
    source = obj.state
    target = lifecycle.step(source, action).target
    moved = type(obj)._base_manager.filter(pk=obj.pk, state=source).update(state=target)
    if not moved:
        raise Conflict("已有人先处理了这一项,请刷新后再试。")
    event = record(
        kind=f"{lifecycle.name}.{action}",
        subject=f"{lifecycle.name}:{getattr(obj, 'uid', obj.pk)}",
        actor=actor,
        at=at,
        data={"from": str(source), "to": str(target), **data},
    )
    obj.state = target
    return event


@transaction.atomic
def advance_many(
    objs: Sequence[Stateful],
    lifecycle: Lifecycle[S, A],
    action: A,
    *,
    actor: str,
    at: datetime,
    data: Mapping[str, Any],
) -> None:
    """``advance`` for many objects of one table and one state; one journal line each.

    Raises ``Conflict``, and moves none of them, when somebody moved one since they were read.
    """
    source = objs[0].state
    target = lifecycle.step(source, action).target
    pks = [obj.pk for obj in objs if obj.state == source]
    moved = type(objs[0])._base_manager.filter(pk__in=pks, state=source).update(state=target)
    if moved != len(objs):
        raise Conflict("已有人先处理了其中一项,请刷新后再试。")
    words = {"from": str(source), "to": str(target), **data}
    record_many(
        Entry(
            f"{lifecycle.name}.{action}",
            f"{lifecycle.name}:{getattr(obj, 'uid', obj.pk)}",
            actor,
            at,
            words,
        )
        for obj in objs
    )
    for obj in objs:
        obj.state = target


def seal(*, limit: int = 5000) -> int:
    """Chain committed, unsealed rows of every stream and anchor the heads; returns how many.

    The job worker calls it every 2 s. ``limit`` bounds the rows per stream and call.
    """
    unsealed = Event.objects.filter(seal_no__isnull=True).order_by()
    streams = set(unsealed.values_list("stream", flat=True).distinct())
    sealed = sum(_seal_stream(stream, limit) for stream in sorted(streams))
    transaction.on_commit(_drop_anchors)
    return sealed


def _drop_anchors() -> None:
    for mark in _heads():
        anchor.drop(mark, holds=_chain_holds)


def _heads() -> list[anchor.Mark]:
    heads = Head.objects.filter(seal_no__gt=0).order_by("stream")
    return [anchor.Mark(head.stream, head.journal, head.seal_no, head.hash) for head in heads]


@transaction.atomic
def _seal_stream(stream: str, limit: int) -> int:
    Head.objects.get_or_create(
        stream=stream, defaults={"journal": new_uid(), "hash": rules.GENESIS}
    )
    head = Head.objects.select_for_update().get(stream=stream)
    rows = []
    for event in Event.objects.filter(stream=stream, seal_no__isnull=True).order_by("id")[:limit]:
        head.seal_no += 1
        previous, head.hash = head.hash, digest_of(event, head.seal_no, head.hash)
        rows.append((head.seal_no, previous, head.hash, event.pk))
    with connection.cursor() as cursor:
        cursor.executemany(SEAL_SQL, rows)
    head.save(update_fields=["seal_no", "hash"])
    return len(rows)


def _chain_holds(mark: anchor.Mark) -> bool:
    rows = Event.objects.filter(stream=mark.stream, seal_no=mark.seal_no)
    return rows.values_list("hash", flat=True).first() == mark.hash


def verify() -> Report:
    """Seal what is committed, then recompute every chain and compare it with its anchors.

    Finds any altered, removed, reordered or inserted row and names it; finds a cut-off tail
    by the anchor beside the database and a missing trigger by its name.
    """
    while seal(limit=BATCH):
        pass
    return check()


def accept_heads(*, actor: str, at: datetime) -> None:
    """Take the database as it stands for the truth from here on; journalled.

    For the moment after a restore, when the anchor beside the database is newer than the
    database. Everything before is still checked row by row.
    """
    record(kind="audit.accept_heads", subject="audit:anchor", actor=actor, at=at)
    streams = Event.objects.filter(seal_no__isnull=True).order_by().values_list("stream", flat=True)
    for stream in sorted(set(streams.distinct())):
        while _seal_stream(stream, BATCH):
            pass
    anchor.replace(_heads())
