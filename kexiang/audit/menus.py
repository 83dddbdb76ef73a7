"""What the journal adds to the left menu of the workbench (slot ``workbench.menu``)."""

from django.utils.translation import gettext as _

from kexiang.audit import policies
from kexiang.core.context import MenuItem
from kexiang.kernel.actor import Actor


def menu(*, actor: Actor) -> list[MenuItem]:
    """操作日志 for those who may read it. No query."""
    if not actor.is_known or not policies.may_read(actor):
        return []
    return [MenuItem(_("操作日志"), "/work/journal/", "journal-text", position=40)]
