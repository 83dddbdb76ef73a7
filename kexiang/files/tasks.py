from datetime import timedelta

from django.utils import timezone

from kexiang.core.jobs import scheduled
from kexiang.files import services


@scheduled("files.clean", every=timedelta(days=1))
def clean() -> int:
    """Delete uploads nobody attached and contents nobody uses."""
    return services.clean(at=timezone.now())
