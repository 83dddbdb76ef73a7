"""What the catalogue adds to the left menu of each role (ux.md B4.2)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kexiang.catalog import policies
from kexiang.core.context import MenuItem
from kexiang.kernel.actor import Actor

REVIEWERS = frozenset({"unit_admin", "county_officer", "dept_officer", "bureau_admin"})


RECORDS = {
    "unit_admin": gettext_lazy("仪器与中心"),
    "instrument_keeper": gettext_lazy("仪器"),
    "bureau_admin": gettext_lazy("入网与名录"),
    "county_officer": gettext_lazy("本地单位与企业"),
    "dept_officer": gettext_lazy("所属单位"),
    "sme_admin": gettext_lazy("企业资源"),
}
QUEUES = {
    "county_officer": gettext_lazy("入网初审"),
    "unit_admin": gettext_lazy("名录审核"),
}


def _label(words: dict[str, Any], actor: Actor, default: str) -> Any:
    return next((label for role, label in words.items() if role in actor.roles), default)


def items(*, actor: Actor) -> list[MenuItem]:
    """Entries by role; no query."""
    found = []
    enters = bool(policies.owners(actor))
    oversees = bool(actor.roles & (REVIEWERS | {"bureau_leader", "auditor", "unit_leader"}))
    if actor.roles & REVIEWERS:
        label = _label(QUEUES, actor, _("待审核"))
        found.append(MenuItem(label, "/work/review/", "check2-square", position=10))
    if enters or oversees:
        label = _label(RECORDS, actor, _("资源记录"))
        found.append(MenuItem(label, "/work/records/", "card-list", position=20))
    if enters or "bureau_admin" in actor.roles:
        found.append(MenuItem(_("批量导入"), "/work/imports/", "cloud-arrow-up", position=30))
    return found
