"""Who may see and change people, organisations and roles."""

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.accounts.rules import GIVES
from kexiang.accounts.types import REGION_ROLES, UNIT_ROLES, Attribute, Role
from kexiang.kernel.actor import Actor, Grant, region_covers
from kexiang.kernel.errors import NotAllowed, NotAuthenticated

NOTHING = Q(pk__in=[])
OFFICERS = frozenset({Role.BUREAU_ADMIN, Role.COUNTY_OFFICER})
UNIT_GIVEN = UNIT_ROLES - {Role.DEPT_OFFICER, Role.ASSESSOR}
STEERING = frozenset({Attribute.AFFILIATION, Attribute.DEPARTMENT})
UNIT_EDITORS = frozenset({Role.UNIT_ADMIN, Role.SME_ADMIN})


def require_known(actor: Actor) -> None:
    """Raise ``NotAuthenticated`` for nobody."""
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录。"))


def may_give(actor: Actor, role: str, *, org: str = "", region: str = "") -> bool:
    """Whether ``actor`` may give or end ``role`` for an organisation and its region."""
    return actor.is_system or any(
        role in GIVES.get(grant.role, frozenset()) and _reaches(grant, role, org, region)
        for grant in actor.grants
    )


def _reaches(grant: Grant, role: str, org: str, region: str) -> bool:
    if grant.role == Role.SYSADMIN:
        return True
    if grant.org:
        return grant.org == org
    if not region:
        return role == Role.EXPERT  # the only role an officer gives that is held nowhere
    return region_covers(grant.region, region)


def require_giver(actor: Actor, role: str, *, org: str = "", region: str = "") -> None:
    """Raise ``NotAuthenticated`` or ``NotAllowed`` unless ``actor`` may give ``role`` there."""
    require_known(actor)
    if not may_give(actor, role, org=org, region=region):
        raise refusal_to_give(role)


def refusal_to_give(role: str) -> NotAllowed:
    """Why somebody may not give or end ``role``, and who may."""
    return NotAllowed(
        _(
            "您当前的角色不能办理“%(role)s”的授权。单位内的角色由本单位管理员办理,"
            "县区与单位管理员由市科技局业务科室办理,其他角色请联系系统管理员。"
        )
        % {"role": Role(role).label}
    )


def officer_regions(actor: Actor) -> frozenset[str]:
    return actor.regions_as(OFFICERS)


def covers(actor: Actor, region: str) -> bool:
    return any(region_covers(outer, region) for outer in officer_regions(actor))


def may_open_organisation(actor: Actor, region: str) -> bool:
    return actor.is_system or actor.has(Role.SYSADMIN) or covers(actor, region)


def may_edit_organisation(actor: Actor, uid: str, region: str) -> bool:
    return may_open_organisation(actor, region) or uid in actor.orgs_as(UNIT_EDITORS)


def may_set_fact(actor: Actor, attribute: str, uid: str, region: str) -> bool:
    """隶属关系 and 主管部门 decide who checks a unit's entries: not the unit's own business."""
    if attribute in STEERING:
        return may_open_organisation(actor, region)
    return may_edit_organisation(actor, uid, region)


def require_setter(actor: Actor, attribute: str, uid: str, region: str) -> None:
    """Raise ``NotAllowed`` unless ``actor`` may set this dated fact of the unit."""
    if may_set_fact(actor, attribute, uid, region):
        return
    if attribute in STEERING:
        raise NotAllowed(_("隶属关系和主管部门决定由谁审核,由科技主管部门核对后修改,请与其联系。"))
    raise NotAllowed(_("单位信息由本单位管理员或其科技主管部门维护。"))


def may_manage_people(actor: Actor) -> bool:
    return actor.is_system or actor.has(Role.SYSADMIN)


def may_lock(actor: Actor) -> bool:
    return may_manage_people(actor) or actor.has(Role.SECADMIN)


def visible_organisations(actor: Actor) -> Q:
    """Public units for everybody; the others for their members, officers above, system admins."""
    if actor.is_system or actor.has(Role.SYSADMIN):
        return Q()
    rule = Q(is_public=True) | Q(uid__in=actor.orgs)
    for region in actor.regions_as(REGION_ROLES):
        rule |= Q(region__startswith=region_prefix(region))
    return rule


def visible_people(actor: Actor) -> Q:
    """Oneself, the people of one's own units, of one's region for officers, all for sysadmin."""
    if actor.is_system or actor.has(Role.SYSADMIN) or actor.has(Role.SECADMIN):
        return Q()
    rule = Q(uid=actor.uid) if actor.uid else NOTHING
    open_role = {"memberships__ended_at__isnull": True}
    if units := actor.orgs_as(UNIT_EDITORS):
        rule |= Q(memberships__organisation__uid__in=units, **open_role)
    for region in officer_regions(actor):
        prefix = region_prefix(region)
        rule |= Q(memberships__organisation__region__startswith=prefix, **open_role)
        rule |= Q(memberships__region__startswith=prefix, **open_role)
    return rule


def region_prefix(region: str) -> str:
    """The prefix that ``region_covers`` compares: ``1404`` for ``140400``."""
    prefix = region
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return prefix
