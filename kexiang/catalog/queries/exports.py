"""Exports of an actor: nobody else's are told."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kexiang.catalog.models import ExportJob
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound


def export_jobs(actor: Actor) -> QuerySet[ExportJob]:
    """One's own exports, newest first."""
    if not actor.uid:
        return ExportJob.objects.none()
    return ExportJob.objects.filter(created_by=actor.uid).order_by("-id")


def export_job(actor: Actor, uid: str) -> ExportJob:
    """One export of one's own; raises ``NotFound``."""
    found = export_jobs(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这个导出,可能已过七天保存期。请重新导出。"))
    return found
