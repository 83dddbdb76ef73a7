"""The outbox, who is writing the index, and the questions people keep."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kexiang.kernel.ids import UID_LENGTH, new_uid


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


class SavedSearch(models.Model):
    """A question somebody keeps, told to him again when new records answer it (A-22).

    ``question`` are the parameters of the results page as an address has them. ``seen_from`` is
    the moment from which records count as new; ``due_at`` when it is asked next.
    """

    class Frequency(models.TextChoices):
        DAILY = "daily", _("每天")
        WEEKLY = "weekly", _("每周")
        NEVER = "never", _("不提醒")

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid, editable=False)
    person = models.CharField(max_length=UID_LENGTH)
    name = models.CharField(max_length=60)
    question = models.CharField(max_length=1000)
    frequency = models.CharField(max_length=8, choices=Frequency.choices)
    is_paused = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    seen_from = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        db_table = "search_saved"
        ordering = ("-id",)
        indexes = [models.Index(fields=["due_at"], name="search_saved_due")]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="search_saved_name_once"),
            models.CheckConstraint(
                condition=models.Q(frequency__in=["daily", "weekly", "never"]),
                name="search_saved_frequency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedHit(models.Model):
    """A record that was told for a saved search: once, whatever happens to it later."""

    saved = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="hits")
    key = models.CharField(max_length=100)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "search_saved_hit"
        constraints = [
            models.UniqueConstraint(fields=["saved", "key"], name="search_saved_told_once")
        ]

    def __str__(self) -> str:
        return self.key
