"""Imports: the job with its checkpoint, and the faults of its file."""

from django.db import models
from django.db.models import Q

from kexiang.catalog.types import ImportMode, ImportState, RecordState, Visibility
from kexiang.core.models import Stateful
from kexiang.kernel.ids import UID_LENGTH, new_uid


class ImportJob(Stateful):
    """One file of one kind for one owner, with progress, checkpoint and result.

    ``row_done`` is the last row of the file that the current pass has dealt with; it is written
    in the transaction that writes the rows, so a killed import resumes behind it. ``rows_*``
    count the current pass. ``target_state`` is the state new records start in.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid)
    kind = models.CharField(max_length=32)
    owner = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=24, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    mode = models.CharField(
        max_length=16, choices=ImportMode.choices, default=ImportMode.ALL_OR_NOTHING
    )
    file_name = models.CharField(max_length=200)
    path = models.CharField(max_length=400)
    sha256 = models.CharField(max_length=64, blank=True)
    sheet = models.CharField(max_length=80, blank=True)
    heads = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    visibility = models.CharField(
        max_length=12, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    target_state = models.CharField(max_length=24, default=RecordState.DRAFT)
    secrecy_by = models.CharField(max_length=40, blank=True)
    secrecy_at = models.DateTimeField(null=True)
    rows_total = models.PositiveIntegerField(default=0)
    row_done = models.PositiveIntegerField(default=0)
    rows_good = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="catalog_import_of_owner"),
            models.Index(fields=["created_by", "-id"], name="catalog_import_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="catalog_import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=ImportMode.values), name="catalog_import_mode_known"
            ),
            models.CheckConstraint(
                condition=~Q(target_state=RecordState.PUBLISHED)
                | (~Q(secrecy_by="") & Q(secrecy_at__isnull=False)),
                name="catalog_import_is_checked",
            ),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def publishes(self) -> bool:
        return self.target_state == RecordState.PUBLISHED


class ImportFault(models.Model):
    """One fault in a row of the file, in a sentence for the person who mends it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=120, blank=True)
    message = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["job", "row"], name="catalog_fault_of_job")]

    def __str__(self) -> str:
        return f"{self.row} {self.label}"
