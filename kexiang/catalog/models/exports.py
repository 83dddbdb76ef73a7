"""Long exports: made in the background, fetched when they are ready."""

from django.db import models
from django.db.models import Q

from kexiang.catalog.types import ExportState
from kexiang.core.models import Stateful
from kexiang.kernel.ids import UID_LENGTH, new_uid


class ExportJob(Stateful):
    """A list that somebody asked for as a file.

    ``wanted`` are the filters (``queries.RecordFilter`` by name), ``form`` is ``xlsx``, ``csv``,
    ``jsonl`` or ``print``. Only who asked may fetch it; the file goes after seven days.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid)
    state = models.CharField(
        max_length=24, choices=ExportState.choices, default=ExportState.WAITING
    )
    form = models.CharField(max_length=8)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=120, blank=True)
    wanted = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=400, blank=True)
    message = models.CharField(max_length=300, blank=True)
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_by", "-id"], name="catalog_export_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="catalog_export_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.form}"
