from django.db import models

from kexiang.kernel.ids import UID_LENGTH, new_uid


class Stateful(models.Model):
    """A row that moves along a lifecycle. Only ``audit.services.advance`` writes ``state``."""

    state = models.CharField(max_length=24)

    class Meta:
        abstract = True


class JobRun(models.Model):
    """The living side of a queued job: who works on it, its last heartbeat, how far it is."""

    task = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=64)
    beat_at = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "core_job_run"
        indexes = [models.Index(fields=["beat_at"], name="core_job_run_beat")]

    def __str__(self) -> str:
        return f"{self.task} {self.done}/{self.total}"


class JobSchedule(models.Model):
    """When a repeated job is due next. The guarded update of ``next_at`` elects one worker."""

    name = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True, default="")
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "core_job_schedule"

    def __str__(self) -> str:
        return self.name


class IdempotentRequest(models.Model):
    """The answer given to an ``Idempotency-Key``, kept for seven days (design.md §3).

    ``rights`` is the digest of who asked and with which grants and scopes.
    """

    caller = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=128)
    body_sha256 = models.CharField(max_length=64)
    rights = models.CharField(max_length=64, blank=True, default="")
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True, default="")
    answer = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "core_idempotent_request"
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "path", "key"], name="core_idempotent_request_once"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="core_idempotent_request_age")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"


class OutgoingMessage(models.Model):
    """A text message or mail that waits to leave; deleted as soon as it is handed over.

    ``content`` is what its sender needs (``core/outgoing.py``); it may hold a log-in code, so
    it lives no longer than ``expires_at`` and never stands in a job's arguments.
    """

    uid = models.CharField(max_length=UID_LENGTH, unique=True, default=new_uid)
    channel = models.CharField(max_length=16)
    content = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "core_outgoing_message"
        indexes = [models.Index(fields=["expires_at"], name="core_outgoing_message_ends")]

    def __str__(self) -> str:
        return f"{self.channel} {self.uid}"
