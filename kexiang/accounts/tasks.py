from datetime import timedelta

from django.utils import timezone

from kexiang.accounts import services
from kexiang.core.jobs import scheduled


@scheduled("accounts.purge_unproven", every=timedelta(days=1))
def purge_unproven() -> int:
    """Forget sign-ups whose mobile number was never proven."""
    return services.purge_unproven(at=timezone.now())
