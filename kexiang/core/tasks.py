from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from kexiang.core import idempotency, outgoing
from kexiang.core.jobs import EXPRESS, job, scheduled
from kexiang.core.models import JobRun

KEEP_DONE = timedelta(days=14)


@scheduled("core.purge", every=timedelta(days=1))
def purge() -> int:
    """Forget old idempotency keys, expired messages, jobs that succeeded over two weeks ago."""
    at = timezone.now()
    old = DBTaskResult.objects.successful().filter(finished_at__lt=at - KEEP_DONE)
    JobRun.objects.filter(task__in=old.values("pk")).delete()
    return idempotency.purge(at=at) + outgoing.purge(at=at) + old.delete()[0]


@job("core.deliver", queue=EXPRESS)
def deliver(uid: str) -> bool:
    """Hand a waiting text message or mail to its provider."""
    return outgoing.deliver(uid=uid, at=timezone.now())
