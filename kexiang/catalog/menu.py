"""What the catalogue adds to the left menu of each role (ux.md B4.2)."""

from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.core.context import MenuItem
from kexiang.kernel.actor import Actor

REVIEWERS = frozenset({"unit_admin", "county_officer", "dept_officer", "bureau_admin"})


def items(*, actor: Actor) -> list[MenuItem]:
    """Entries by role; no query."""
    found = []
    enters = bool(policies.owners(actor))
    oversees = bool(actor.roles & (REVIEWERS | {"bureau_leader", "auditor", "unit_leader"}))
    if actor.roles & REVIEWERS:
        found.append(MenuItem(_("待审核"), "/work/review/", "check2-square", position=10))
    if enters or oversees:
        found.append(MenuItem(_("仪器与资源"), "/work/records/", "card-list", position=20))
    if enters or "bureau_admin" in actor.roles:
        found.append(MenuItem(_("批量导入"), "/work/imports/", "cloud-arrow-up", position=30))
    return found
