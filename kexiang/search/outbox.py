"""Reading the outbox in commit order, and forgetting what every index has taken in."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from kexiang.search.models import Outbox, OutboxPruned
from kexiang.search.port import Checkpoint

BATCH = 1000
KEPT = timedelta(hours=24)  # behind the checkpoint: for a rebuild meanwhile, or a way back


def current_xid() -> int:
    """The number of this transaction on PostgreSQL, 0 elsewhere."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def _horizon() -> int | None:
    """Transactions below this number have all ended (PostgreSQL)."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _behind(checkpoint: Checkpoint) -> Q:
    return Q(xid__gt=checkpoint.xid) | Q(xid=checkpoint.xid, seq__gt=checkpoint.seq)


def pending(checkpoint: Checkpoint, limit: int = BATCH) -> Sequence[Outbox]:
    """The next changes behind ``checkpoint`` that are final."""
    rows = Outbox.objects.filter(_behind(checkpoint)).order_by("xid", "seq")
    horizon = _horizon()  # read before the rows: a later snapshot can only know more
    if horizon is not None:
        rows = rows.filter(xid__lt=horizon)
    return list(rows[:limit])


def latest() -> Checkpoint:
    """The place from which a build that begins now must replay."""
    horizon = _horizon()
    rows = Outbox.objects.all() if horizon is None else Outbox.objects.filter(xid__lt=horizon)
    row = rows.order_by("-xid", "-seq").first()
    if row is not None:
        return Checkpoint(row.xid, row.seq)
    return Checkpoint(0 if horizon is None else horizon - 1, 0)


def lag(checkpoint: Checkpoint) -> int:
    """How many changes are waiting."""
    return Outbox.objects.filter(_behind(checkpoint)).count()


def place_of(seq: int) -> Checkpoint | None:
    """Where a change stands in commit order; ``None`` when it is long taken in."""
    row = Outbox.objects.filter(seq=seq).values_list("xid", "seq").first()
    return Checkpoint(*row) if row else None


def newest() -> Checkpoint | None:
    """The last change ever written, final or not; ``None`` before the first."""
    row = Outbox.objects.order_by("-xid", "-seq").values_list("xid", "seq").first()
    return Checkpoint(*row) if row else None


def is_behind(checkpoint: Checkpoint) -> bool:
    """Whether ``checkpoint`` is ahead of this database: it was restored from a backup, or
    moved to another cluster, whose transactions count anew."""
    horizon = _horizon()
    if horizon is not None and checkpoint.xid > horizon:
        return True
    last = newest() or Checkpoint()
    return checkpoint.seq > 0 and not last.covers(checkpoint.xid, checkpoint.seq)


def reaches_back_to(checkpoint: Checkpoint) -> bool:
    """Whether nothing behind ``checkpoint`` has been forgotten yet."""
    forgotten = OutboxPruned.objects.values_list("xid", "seq").first()
    return forgotten is None or checkpoint.covers(*forgotten)


@transaction.atomic
def prune(checkpoint: Checkpoint) -> int:
    """Forget changes taken in more than a day ago, but always keep the newest row.

    The newest row stays so that the end of the line is known.
    """
    last = newest()
    if last is None:
        return 0
    old = Outbox.objects.filter(at__lt=Now() - KEPT).exclude(_behind(checkpoint))
    old = old.exclude(seq=last.seq)
    end = old.order_by("-xid", "-seq").values_list("xid", "seq").first()
    if end is None:
        return 0
    OutboxPruned.objects.update_or_create(id=1, defaults={"xid": end[0], "seq": end[1]})
    return old.delete()[0]
