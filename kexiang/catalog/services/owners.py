"""When a unit changes, its records follow: 主管部门 and place decide who reviews and who sees."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Attribute
from kexiang.audit import services as audit
from kexiang.catalog import rules
from kexiang.catalog.models import Record
from kexiang.catalog.services import ground
from kexiang.core import jobs
from kexiang.kernel.actor import Actor

BATCH = 500
SYSTEM = Actor.system("owners")


def owner_changed(*, organisation: str, after: datetime | None) -> None:
    """Let the records of an organisation (uid) follow its change, in the caller's transaction.

    ``after`` is the moment from which a change in the future counts. Fills the slot
    ``accounts.organisation_changed``.
    """
    jobs.enqueue_named("catalog.follow_owner", after=after, uid=organisation)


def follow_owner(*, uid: str, at: datetime) -> int:
    """Bring department, place and index entries of a unit's records up to date; returns how many.

    Batch by batch, each a transaction that reads the unit anew, so that of two changes the
    later one stands whatever order they are followed in. Idempotent: a killed run is run again.
    Raises ``NotFound`` for an unknown unit.
    """
    accounts.organisation(SYSTEM, uid)
    done, last = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Record.objects.select_for_update(of=("self",))
                .filter(owner__uid=uid, pk__gt=last)
                .order_by("pk")[:BATCH]
            )
            if not rows:
                return done
            _follow(rows, uid, at)
        last = rows[-1].pk
        done += len(rows)
        jobs.progress(done)


def _follow(rows: Sequence[Record], uid: str, at: datetime) -> None:
    unit = accounts.organisation(SYSTEM, uid)
    facts = accounts.attributes_at([unit.pk], on=timezone.localdate(at))
    department = facts.get(unit.pk, {}).get(Attribute.DEPARTMENT, "")
    moved = []
    for row in rows:
        region = row.attributes.get("region") or unit.region
        if (row.department, row.region) != (department, region):
            row.department, row.region, row.updated_at = department, region, at
            row.version += 1
            moved.append(row)
    if moved:
        columns = ["department", "region", "version", "updated_at"]
        Record.objects.bulk_update(moved, columns, batch_size=BATCH)
        audit.record(
            kind="record.follow_owner",
            subject=f"organisation:{uid}",
            actor=SYSTEM.uid,
            at=at,
            data={"records": [row.uid for row in moved]},
        )
    # Also those that stayed: the index holds the name of the unit.
    ground.enqueue_many([row for row in rows if row.state in rules.SHOWN and not row.is_held])
