"""The journal: append-only, sealed into a hash chain per stream.

Rows are written unsealed inside the writer's transaction; ``services.seal`` chains committed
rows afterwards, so that no writer ever waits for the chain (design.md §1.5). Triggers
(``guards.py``) let an UPDATE fill the seal columns once and refuse every other change.
"""

from django.db import models
from django.db.models import Q

from kexiang.audit.types import JOURNAL


class Event(models.Model):
    stream = models.CharField(max_length=32, default=JOURNAL)
    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    seal_no = models.PositiveBigIntegerField(null=True)
    prev_hash = models.CharField(max_length=64, null=True)
    hash = models.CharField(max_length=64, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_event_subject"),
            models.Index(fields=["kind", "id"], name="audit_event_kind"),
            models.Index(fields=["actor", "id"], name="audit_event_actor"),
            models.Index(fields=["at"], name="audit_event_at"),
            models.Index(
                fields=["stream", "id"],
                condition=Q(seal_no__isnull=True),
                name="audit_event_unsealed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seal_no"], name="audit_event_seal_once"),
            models.CheckConstraint(
                condition=Q(seal_no__isnull=True, prev_hash__isnull=True, hash__isnull=True)
                | Q(seal_no__gt=0, prev_hash__isnull=False, hash__isnull=False),
                name="audit_event_seal_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Head(models.Model):
    """The end of a stream's chain; locked by the sealer, cross-checked by ``verify``.

    ``journal`` names this chain for good, so that the anchor of another database is noticed.
    """

    stream = models.CharField(max_length=32, unique=True)
    journal = models.CharField(max_length=26)
    seal_no = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.stream} {self.seal_no}"
