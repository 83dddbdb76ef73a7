"""Job entry points of the catalogue."""

from django.utils import timezone

from kexiang.accounts import queries as accounts
from kexiang.catalog import services
from kexiang.core.jobs import job
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


def _actor(person: str) -> Actor:
    system = Actor.system("import")
    if not is_uid(person):
        return system
    found = accounts.person(system, person)
    return Actor(person, accounts.grants_of(found, today=timezone.localdate()))
