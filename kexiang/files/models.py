from django.db import models

from kexiang.files.types import FileVisibility, Purpose
from kexiang.kernel.ids import UID_LENGTH, new_uid


class Blob(models.Model):
    """One content on disk, named by its SHA-256. Several files may share it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    extension = models.CharField(max_length=8)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "files_blob"

    def __str__(self) -> str:
        return self.sha256[:12]


class StoredFile(models.Model):
    """A file somebody gave us: its name, owner, and the subject that decides who may see it.

    ``subject`` is ``"record:<uid>"`` and the like, empty until the form that uploaded it is
    saved; such files vanish after a week. ``source_sha256`` is the hash of what was uploaded,
    which differs from the blob's for pictures, because these are encoded anew.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid, editable=False)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="files")
    source_sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    visibility = models.CharField(max_length=12, choices=FileVisibility.choices)
    owner_org = models.CharField(max_length=UID_LENGTH, blank=True, default="")
    subject = models.CharField(max_length=80, blank=True, default="")
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "files_stored_file"
        indexes = [
            models.Index(fields=["subject"], name="files_stored_file_subject"),
            models.Index(
                fields=["created_at"],
                name="files_stored_file_loose",
                condition=models.Q(subject=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(visibility__in=FileVisibility.values),
                name="files_stored_file_visibility",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="files_stored_file_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.name}"
