"""Job entry points of the catalogue."""

from datetime import timedelta

from django.utils import timezone

from kexiang.accounts import queries as accounts
from kexiang.catalog import services
from kexiang.core.jobs import job, scheduled
from kexiang.kernel.actor import Actor
from kexiang.kernel.ids import is_uid


@job("catalog.work_import")
def work_import(uid: str, person: str) -> str:
    """Go on with an import on behalf of the person (uid) who started the step."""
    return str(services.work_import(actor=_actor(person), uid=uid, at=timezone.now()).state)


@job("catalog.follow_owner")
def follow_owner(uid: str) -> int:
    """Let the records of a unit follow its new department, place or name."""
    return services.follow_owner(uid=uid, at=timezone.now())


@job("catalog.make_export")
def make_export(uid: str, person: str) -> str:
    """Make the file of a long export with the rights of the person (uid) who asked."""
    return str(services.work_export(actor=_actor(person), uid=uid, at=timezone.now()).state)


@scheduled("catalog.clean_files", every=timedelta(days=1))
def clean_files() -> int:
    """Drop exports and imported sheets whose time is over."""
    return services.clean_files(at=timezone.now())


def _actor(person: str) -> Actor:
    system = Actor.system("import")
    if not is_uid(person):
        return system
    found = accounts.person(system, person)
    return Actor(person, accounts.grants_of(found, today=timezone.localdate()))
