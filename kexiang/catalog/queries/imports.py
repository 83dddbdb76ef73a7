"""Imports as an actor may see them."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.models import ImportFault, ImportJob
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound


def import_jobs(actor: Actor) -> QuerySet[ImportJob]:
    """The imports the actor may see, newest first."""
    rows = ImportJob.objects.filter(policies.imports(actor)).select_related("owner")
    return rows.order_by("-id")


def import_job(actor: Actor, uid: str) -> ImportJob:
    """One import; raises ``NotFound``."""
    found = import_jobs(actor).filter(uid=uid).first() if uid.isprintable() else None
    if found is None:
        raise NotFound(_("没有找到这次导入,可能已清理,或属于其他单位。"))
    return found


def import_faults(job: ImportJob) -> QuerySet[ImportFault]:
    """The faults of its last pass by row."""
    return ImportFault.objects.filter(job=job).order_by("row", "pk")
