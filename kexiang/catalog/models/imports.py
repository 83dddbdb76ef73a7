"""Imports: the job with its checkpoint, and the faults of its file."""

from django.db import models
from django.db.models import Q

from kexiang.catalog.types import (
    FaultSort,
    ImportMode,
    ImportState,
    PhotoOutcome,
    RecordState,
    Visibility,
)
from kexiang.core.models import Stateful
from kexiang.kernel.ids import UID_LENGTH, new_uid


class ImportJob(Stateful):
    """One file of one kind for one owner, with progress, checkpoint and result.

    ``row_done`` is the last row of the file that the current pass has dealt with; it is written
    in the transaction that writes the rows, so a killed import resumes behind it. ``rows_*``
    count the current pass. ``target_state`` is the state new records start in. ``mapping`` says
    how the file is read (see ``services.imports.reading``), ``preset`` which known form it has.
    ``is_lenient`` keeps rows that lack required fields as drafts to be completed later, counted
    in ``rows_open``. ``photos_*`` is the zip of photos that came with it.
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
    preset = models.CharField(max_length=40, blank=True, default="")
    is_lenient = models.BooleanField(default=False)
    photos_path = models.CharField(max_length=400, blank=True, default="")
    photos_name = models.CharField(max_length=200, blank=True, default="")
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
    rows_open = models.PositiveIntegerField(default=0)
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
    """One fault in a row of the file, in a sentence for the person who mends it.

    ``sort`` says what kind of fault it is, so that a page can count instead of listing.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=120, blank=True)
    message = models.CharField(max_length=300)
    sort = models.CharField(max_length=12, choices=FaultSort.choices, default=FaultSort.VALUE)

    class Meta:
        indexes = [models.Index(fields=["job", "row"], name="catalog_fault_of_job")]

    def __str__(self) -> str:
        return f"{self.row} {self.label}"


class HeadingMemory(models.Model):
    """How a unit (or a person without one) last mapped a sheet with these very heads.

    ``scope`` is ``org:<uid>`` or ``person:<uid>``; ``heads_key`` the digest of the folded heads.
    ``columns`` is head → field (empty: left out on purpose), ``units`` and ``constants`` by field.
    """

    scope = models.CharField(max_length=40)
    kind = models.CharField(max_length=32)
    heads_key = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    units = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    preset = models.CharField(max_length=40, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "kind", "heads_key"], name="catalog_heading_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.kind}"


class ImportPhoto(models.Model):
    """One picture of the zip: to which row or record its name leads, and what became of it.

    ``key`` is the number read from its name, ``row`` the row of the sheet and ``record`` the uid
    of an existing record with that number; ``file`` the uid under which it was stored.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="photos")
    entry = models.CharField(max_length=400)
    name = models.CharField(max_length=300)
    key = models.CharField(max_length=150)
    outcome = models.CharField(max_length=12, choices=PhotoOutcome.choices)
    row = models.PositiveIntegerField(null=True)
    record = models.CharField(max_length=UID_LENGTH, blank=True)
    file = models.CharField(max_length=UID_LENGTH, blank=True)
    message = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["job", "row"], name="catalog_photo_of_row")]
        constraints = [
            models.UniqueConstraint(fields=["job", "entry"], name="catalog_photo_once"),
        ]

    def __str__(self) -> str:
        return self.name
