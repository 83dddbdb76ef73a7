"""Records of resources, their versions, changes, steps, links and marks."""

from django.db import models
from django.db.models import F, Q

from kexiang.catalog.types import ChangeState, FlagKind, Level, RecordState, Visibility
from kexiang.core.models import Stateful
from kexiang.kernel.ids import UID_LENGTH, new_uid

SHOWN = (RecordState.PUBLISHED, RecordState.CHANGE_CHECK)
ENDED = (RecordState.REFUSED, RecordState.CANCELLED)


class Record(Stateful):
    """One resource of any kind: common columns and validated attributes (design.md §1.1).

    ``number`` is the platform's own 编号; ``inner_no`` the owner's number of the thing and
    ``asset_no`` its number in the asset ledger. ``value_wan`` is the original value in 万元,
    ``price_fen`` the price for firms in fen, ``department`` the uid of the owner's superior
    department when the record was last written, hours are hours of the year reported.
    ``valid_until`` is the last day on which the public side shows the record. ``version``
    grows with every write. ``is_held`` hides rows of an all-or-nothing import until it ends.
    Attributes are never filtered or summed in SQL; what is, stands in a typed column.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid)
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=300)
    title_pinyin = models.CharField(max_length=120, blank=True)
    title_key = models.CharField(max_length=160, blank=True)
    owner = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, blank=True)
    department = models.CharField(max_length=UID_LENGTH, blank=True)
    state = models.CharField(max_length=24, choices=RecordState.choices, default=RecordState.DRAFT)
    visibility = models.CharField(
        max_length=12, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    attributes = models.JSONField(default=dict)

    year = models.SmallIntegerField(null=True)
    value_wan = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    price_fen = models.BigIntegerField(null=True)
    class_code = models.CharField(max_length=24, blank=True)
    inner_no = models.CharField(max_length=150, blank=True)
    asset_no = models.CharField(max_length=150, blank=True)
    model = models.CharField(max_length=120, blank=True)
    maker = models.CharField(max_length=120, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    funding_source = models.CharField(max_length=24, blank=True)
    open_state = models.CharField(max_length=24, blank=True)
    current_state = models.CharField(max_length=24, blank=True)
    lead_days = models.PositiveSmallIntegerField(null=True)
    commissioned_on = models.DateField(null=True)
    booked_on = models.DateField(null=True)
    run_hours = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    service_hours = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    external_hours = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    valid_until = models.DateField(null=True)

    completeness = models.SmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    is_held = models.BooleanField(default=False)
    created_by = models.CharField(max_length=40)
    submitted_by = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    secrecy_by = models.CharField(max_length=40, blank=True)
    secrecy_at = models.DateTimeField(null=True)
    taken_down_level = models.CharField(max_length=8, choices=Level.choices, blank=True)
    import_job = models.ForeignKey(
        "catalog.ImportJob", models.SET_NULL, null=True, related_name="+"
    )
    import_row = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "kind", "-updated_at"], name="catalog_record_of_owner"),
            models.Index(fields=["state", "kind", "-updated_at"], name="catalog_record_by_state"),
            models.Index(fields=["region", "state"], name="catalog_record_by_region"),
            models.Index(fields=["kind", "state", "region"], name="catalog_record_figures"),
            models.Index(
                fields=["department", "state"],
                condition=~Q(department=""),
                name="catalog_record_by_department",
            ),
            models.Index(fields=["kind", "class_code"], name="catalog_record_by_class"),
            models.Index(fields=["owner", "title_key"], name="catalog_record_by_title"),
            models.Index(
                fields=["valid_until"],
                condition=Q(valid_until__isnull=False),
                name="catalog_record_expiring",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RecordState.values), name="catalog_record_state_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="catalog_record_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(secrecy_by="", secrecy_at__isnull=True)
                | (~Q(secrecy_by="") & Q(secrecy_at__isnull=False)),
                name="catalog_record_secrecy_paired",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*SHOWN, RecordState.TAKEN_DOWN, RecordState.CANCELLED])
                | (Q(secrecy_at__isnull=False) & Q(published_at__isnull=False)),
                name="catalog_record_shown_checked",
            ),
            models.CheckConstraint(
                condition=Q(state=RecordState.TAKEN_DOWN) | Q(taken_down_level=""),
                name="catalog_record_down_has_level",
            ),
            models.CheckConstraint(
                condition=Q(completeness__gte=0, completeness__lte=100),
                name="catalog_record_complete_range",
            ),
            models.CheckConstraint(
                condition=Q(value_wan__isnull=True) | Q(value_wan__gte=0),
                name="catalog_record_value_positive",
            ),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=True) | Q(price_fen__gte=0),
                name="catalog_record_price_positive",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="catalog_record_version_counts"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(number=""), name="catalog_record_is_named"
            ),
            models.UniqueConstraint(
                fields=["owner", "kind", "inner_no"],
                condition=~Q(inner_no="") & ~Q(state__in=ENDED),
                name="catalog_record_inner_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "kind", "asset_no"],
                condition=~Q(asset_no="") & ~Q(state__in=ENDED),
                name="catalog_record_asset_once",
            ),
            models.UniqueConstraint(
                fields=["import_job", "import_row"],
                condition=Q(import_job__isnull=False),
                name="catalog_record_row_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_shown(self) -> bool:
        """Whether a version of it is published right now."""
        return self.state in SHOWN

    @property
    def was_shown(self) -> bool:
        return self.published_at is not None


class Revision(models.Model):
    """One version of a record as it was written. A trigger refuses every update."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    values = models.JSONField()
    changed = models.JSONField(default=list)
    state = models.CharField(max_length=24)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="catalog_revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.number}"


class PendingChange(Stateful):
    """What a unit wants to change in a published record. At most one is open per record.

    ``base_version`` is the version of the record the author saw; ``values`` are the complete
    attributes after the change and ``changed`` the names of the fields that differ.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid)
    record = models.ForeignKey(Record, models.CASCADE, related_name="changes")
    state = models.CharField(max_length=24, choices=ChangeState.choices, default=ChangeState.DRAFT)
    visibility = models.CharField(max_length=12, choices=Visibility.choices)
    values = models.JSONField()
    changed = models.JSONField(default=list)
    base_version = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    created_by = models.CharField(max_length=40)
    submitted_by = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "submitted_at"], name="catalog_change_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ChangeState.values), name="catalog_change_state_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="catalog_change_audience_known"
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(closed_at__isnull=True),
                name="catalog_change_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.uid


class RecordStep(models.Model):
    """Who moved a record (or its change) when, from where to where, and why. Immutable.

    The journal keeps the same act without the words: reasons are texts and stay here.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="steps")
    change = models.ForeignKey(PendingChange, models.CASCADE, null=True, related_name="steps")
    action = models.CharField(max_length=16)
    source = models.CharField(max_length=24)
    target = models.CharField(max_length=24)
    level = models.CharField(max_length=8, choices=Level.choices)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    reason_code = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    document_no = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["record", "-id"], name="catalog_step_of_record")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(action__in=["return", "refuse", "take_down", "cancel"])
                | ~Q(reason=""),
                name="catalog_step_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(action="cancel") | ~Q(document_no=""),
                name="catalog_step_has_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.action}"


class RecordLink(models.Model):
    """A record named in a field of another: an accreditation or instrument behind a test item."""

    source = models.ForeignKey(Record, models.CASCADE, related_name="links")
    target = models.ForeignKey(Record, models.CASCADE, related_name="backlinks")
    field = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "field", "target"], name="catalog_link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="catalog_link_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.field} {self.target_id}"


class RecordColumn(models.Model):
    """A field marked ``column = true`` for which ``Record`` has no column of its own.

    Under the name ``standard`` it holds every standard number of a record, folded; under
    ``succession`` the numbers it names as replacing or replaced.

    A kind that a pack adds can so be filtered and summed without a migration. Exactly one of
    ``number``, ``day`` and ``text`` carries the value, by the type of the field.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="columns")
    name = models.CharField(max_length=64)
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    day = models.DateField(null=True)
    text = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["name", "number"], name="catalog_column_by_number"),
            models.Index(fields=["name", "day"], name="catalog_column_by_day"),
            models.Index(fields=["name", "text"], name="catalog_column_by_text"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "name", "text"], name="catalog_column_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.name}"


class RecordFlag(models.Model):
    """A mark for the reviewer: a suspicious word or a likely duplicate. It never blocks."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=16, choices=FlagKind.choices)
    field = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=120)
    suggestion = models.CharField(max_length=120, blank=True)
    other = models.ForeignKey(Record, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["record", "kind"], name="catalog_flag_of_record")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FlagKind.values), name="catalog_flag_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"


class SequenceCounter(models.Model):
    """The last serial given out under a name; numbers are never given twice."""

    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
