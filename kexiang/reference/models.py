"""Loaded packs: every version is kept, its rows never change (triggers of migration 0002)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PackStatus(models.TextChoices):
    CURRENT = "current", pgettext_lazy("pack", "现行")
    HISTORICAL = "historical", pgettext_lazy("pack", "历史")


class PackVersion(models.Model):
    """What one folder held when it was loaded; ``content_hash`` covers every file of it."""

    name = models.CharField(max_length=60)
    content_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=PackStatus.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    extends = models.CharField(max_length=60, blank=True)
    place = models.JSONField(default=dict)
    site = models.JSONField(default=dict)
    policies = models.JSONField(default=list)
    roles = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    words = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("政策包版本")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "content_hash"], name="reference_pack_once_loaded"
            ),
            models.CheckConstraint(
                condition=Q(status__in=PackStatus.values), name="reference_pack_known_status"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="reference_pack_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.content_hash[:8]})"


class PackSeries(models.Model):
    """Which version of a pack name is in use; at most one series is the active place."""

    name = models.CharField(max_length=60, unique=True)
    current = models.ForeignKey(PackVersion, on_delete=models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("政策包")
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="reference_one_active_pack"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PackActivation(models.Model):
    """Who put which version into use, and when. Only added to."""

    pack = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("政策包启用记录")

    def __str__(self) -> str:
        return f"{self.pack_id} {self.at:%Y-%m-%d}"


def _period(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True)
        | Q(valid_from__isnull=True)
        | Q(valid_to__gte=F("valid_from")),
        name=f"{table}_period",
    )


class CodeSystem(models.Model):
    """A code list of one pack version."""

    pack = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="systems")
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=40)
    source = models.CharField(max_length=300)
    mode = models.CharField(max_length=8)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("代码表")
        constraints = [
            models.UniqueConstraint(fields=["pack", "name"], name="reference_system_name"),
            models.CheckConstraint(
                condition=Q(mode__in=("extend", "replace")), name="reference_system_mode"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    """One meaning of a code during a period; a trigger refuses two on one day."""

    system = models.ForeignKey(CodeSystem, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200, blank=True)
    parent = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("代码")
        constraints = [
            models.UniqueConstraint(
                fields=["system", "code"],
                condition=Q(valid_to__isnull=True),
                name="reference_code_one_open",
            ),
            _period("reference_code"),
        ]
        indexes = [models.Index(fields=["system", "code"], name="reference_code_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Region(models.Model):
    """An administrative division or functional zone under one code during a period."""

    pack = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="regions")
    code = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=60)
    parent = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=5)
    position = models.PositiveIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("行政区划")
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "code"],
                condition=Q(valid_to__isnull=True),
                name="reference_region_one_open",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("admin", "zone")), name="reference_region_kind"
            ),
            _period("reference_region"),
        ]
        indexes = [models.Index(fields=["pack", "code"], name="reference_region_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RegionChange(models.Model):
    """What became of a code: renamed, recoded, merged or split."""

    pack = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="region_changes")
    old_code = models.CharField(max_length=6)
    new_code = models.CharField(max_length=6)
    kind = models.CharField(max_length=8)
    changed_on = models.DateField()
    is_main = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("区划变更")
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "old_code", "new_code", "changed_on"],
                name="reference_change_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("renamed", "recoded", "merged", "split")),
                name="reference_change_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class CalendarDay(models.Model):
    """A day whose working status differs from the weekday rule (holiday or make-up day)."""

    pack = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("工作日历")
        constraints = [models.UniqueConstraint(fields=["pack", "day"], name="reference_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Parameter(models.Model):
    """A dated value with the document it rests on; a trigger refuses two on one day."""

    pack = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="parameters")
    name = models.CharField(max_length=80)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    label = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)
    applies_to = models.JSONField(default=list)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("参数")
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "name", "valid_from"], name="reference_parameter_start"
            ),
            models.UniqueConstraint(
                fields=["pack", "name"],
                condition=Q(valid_to__isnull=True),
                name="reference_param_one_open",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="reference_parameter_source"),
            _period("reference_parameter"),
        ]

    def __str__(self) -> str:
        return self.name
