from datetime import timedelta

from django.utils import timezone

from kexiang.core.jobs import scheduled
from kexiang.search import services


@scheduled("search.tell_saved", every=timedelta(hours=1))
def tell_saved() -> int:
    """Tell people what is new for the searches they keep, each at its own frequency."""
    return services.tell_due(at=timezone.now())
