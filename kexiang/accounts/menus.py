"""What accounts adds to the left menu of the workbench (slot ``workbench.menu``)."""

from django.utils.translation import gettext as _

from kexiang.accounts import policies
from kexiang.core.context import MenuItem
from kexiang.kernel.actor import Actor


def menu(*, actor: Actor) -> list[MenuItem]:
    """单位, 账号 and 消息与设置, as far as the actor's role reaches. No query."""
    if not actor.is_known:
        return []
    items = [MenuItem(_("消息与设置"), "/work/profile/", "gear", position=90)]
    if policies.may_lock(actor):
        items.append(MenuItem(_("用户与角色"), "/work/people/", "people", position=20))
    if policies.officer_regions(actor) or policies.may_manage_people(actor):
        items.append(MenuItem(_("单位"), "/work/organisations/", "building", position=30))
    elif actor.orgs_as(policies.UNIT_EDITORS):
        items.append(MenuItem(_("本单位"), "/work/organisation/", "building", position=60))
    return items
