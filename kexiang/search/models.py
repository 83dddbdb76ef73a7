"""The outbox, and who is writing the index."""

from django.db import models
from django.db.models.functions import Now

from kexiang.kernel.ids import UID_LENGTH


class Outbox(models.Model):
    """One change to be taken into the index, written in the transaction of the change.

    ``xid`` is the transaction number on PostgreSQL and 0 on SQLite, whose writers wait for
    each other. Rows are read in the order (xid, seq), and on PostgreSQL only those of
    transactions older than every one still running: a lower number that commits late is
    never skipped.
    """

    class Op(models.TextChoices):
        UPSERT = "upsert", "更新"
        DELETE = "delete", "删除"

    seq = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(default=0)
    source = models.CharField(max_length=32)
    uid = models.CharField(max_length=UID_LENGTH + 38)
    version = models.BigIntegerField(default=0)
    op = models.CharField(max_length=8, choices=Op.choices)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "search_outbox"
        indexes = [models.Index(fields=["xid", "seq"], name="search_outbox_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(op__in=["upsert", "delete"]), name="search_outbox_known_op"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.op} {self.source}:{self.uid}"


class OutboxPruned(models.Model):
    """The last change that was forgotten: an index behind it cannot catch up any more."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    xid = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)

    class Meta:
        db_table = "search_outbox_pruned"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="search_pruned_single_row")
        ]

    def __str__(self) -> str:
        return f"{self.xid}/{self.seq}"


class IndexerLease(models.Model):
    """Which process keeps which index folder up to date, and how far it is.

    ``place`` is host and folder. The lease is taken together with a file lock that dies with
    its process; the row tells ``doctor`` and the other hosts.
    """

    place = models.CharField(max_length=255, primary_key=True)
    pid = models.IntegerField()
    index_name = models.CharField(max_length=80)
    xid = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "search_indexer_lease"

    def __str__(self) -> str:
        return f"{self.place} {self.index_name} {self.seq}"
