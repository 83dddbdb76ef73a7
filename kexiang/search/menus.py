"""What search adds to the left menu of the workbench (slot ``workbench.menu``)."""

from django.utils.translation import gettext as _

from kexiang.core.context import MenuItem
from kexiang.kernel.actor import Actor


def menu(*, actor: Actor) -> list[MenuItem]:
    """我的收藏检索 for everybody with an account. No query."""
    if not actor.is_known:
        return []
    return [MenuItem(_("我的收藏检索"), "/work/searches/", "star", position=85)]
