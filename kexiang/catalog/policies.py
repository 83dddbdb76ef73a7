"""Who may see, write and decide: the roles of the ``lifecycle`` tables get their scope here."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kexiang.accounts.types import OVERSEERS, Scope
from kexiang.catalog import rules
from kexiang.catalog.lifecycle import AUTHORS, CHANGE, RECORD
from kexiang.catalog.models import ImportJob, PendingChange, Record
from kexiang.catalog.types import ChangeState, Level, RecordAction, RecordState, Visibility
from kexiang.kernel.actor import Actor, region_covers
from kexiang.kernel.errors import Conflict, NotAllowed, NotAuthenticated
from kexiang.search import queries as search

# A scientist brings in single resources; what colleagues entered is not theirs to change.
OWN_ONLY = frozenset({"researcher", "pi"})
LEVELS = {
    RecordState.UNIT_CHECK: Level.UNIT,
    RecordState.DEPT_CHECK: Level.DEPT,
    RecordState.CITY_CHECK: Level.CITY,
}
EDITABLE = frozenset({RecordState.DRAFT, RecordState.RETURNED, RecordState.WITHDRAWN})
CHANGE_EDITABLE = frozenset({ChangeState.DRAFT, ChangeState.RETURNED})
REVIEWS = frozenset({RecordAction.APPROVE, RecordAction.RETURN, RecordAction.REFUSE})
INSIDERS = frozenset({"unit_admin", "unit_leader", "instrument_keeper"})


def audience(record: Any) -> frozenset[str]:
    """The tokens of those who may see the record (or a lean row); the owner must be loaded."""
    return rules.audience(
        state=record.state,
        visibility=record.visibility,
        owner=record.owner.uid,
        region=record.region,
        department=record.department,
        is_held=record.is_held,
    )


def may_see(actor: Actor, record: Any) -> bool:
    """The predicate behind ``visible``."""
    return actor.is_system or not audience(record).isdisjoint(search.audience(actor))


def visible(actor: Actor) -> Q:
    """The records an actor may know of. The same rule as ``audience`` (parity test)."""
    if actor.is_system:
        return Q()
    reach = Q(pk__in=[])
    for token in search.audience(actor):
        reach |= _reach(token)
    return Q(is_held=False) & reach


def _reach(token: str) -> Q:
    head, _colon, rest = token.partition(":")
    if token == "public":  # noqa: S105 -- an audience, not a password
        return Q(state__in=rules.SHOWN, visibility=Visibility.PUBLIC)
    if token == "registered":  # noqa: S105 -- an audience
        seen = (Visibility.PUBLIC, Visibility.REGISTERED)
        return Q(state__in=rules.SHOWN, visibility__in=seen)
    if head == "org":
        return Q(owner__uid=rest)
    outside = ~Q(state__in=rules.INTERNAL)
    if head == "dept":
        return Q(department=rest) & outside
    if head == "region":
        return Q(region__startswith=region_prefix(rest)) & outside
    return Q(pk__in=[])


def region_prefix(code: str) -> str:
    """The digits that all regions under ``code`` begin with: 140400 → 1404."""
    prefix = code
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return prefix


def on_public_side(today: date) -> Q:
    """What the public side shows at all: published, unrestricted, not expired."""
    return (
        Q(state__in=rules.SHOWN, is_held=False)
        & ~Q(visibility=Visibility.RESTRICTED)
        & (Q(valid_until__isnull=True) | Q(valid_until__gte=today))
    )


def reach(actor: Actor, record: Record) -> str:
    """Up to which field visibility the actor reads this record (X-06, AA-02)."""
    org = record.owner.uid
    if actor.is_system or any(holds(actor, role, record) for role in (*INSIDERS, "bureau_admin")):
        return "restricted"
    if org in actor.orgs or _is_officer(actor, record):
        return "unit"
    return "registered" if actor.is_known else "public"


def inside(actor: Actor) -> Q:
    """The rows of which the actor reads more than the public: ``reach`` is "unit" at least."""
    if actor.is_system:
        return Q()
    rows = Q(owner__uid__in=actor.orgs) | Q(department__in=actor.orgs_as({"dept_officer"}))
    for code in actor.regions_as(OVERSEERS):
        rows |= Q(region__startswith=region_prefix(code))
    return rows


def _is_officer(actor: Actor, record: Record) -> bool:
    if record.department and actor.has("dept_officer", org=record.department):
        return True
    return any(region_covers(code, record.region) for code in actor.regions_as(OVERSEERS))


def holds(actor: Actor, role: str, record: Record) -> bool:
    """Whether the actor holds ``role`` in the scope in which it matters for this record."""
    if role == "system":
        return actor.is_system
    if role == "dept_officer":
        return bool(record.department) and actor.has(role, org=record.department)
    if role == "county_officer":
        # The county acts for those whom no department of the city answers for.
        return not record.department and _covers(actor, role, record)
    if role == "bureau_admin":
        return _covers(actor, role, record)
    if role in OWN_ONLY:
        return actor.has(role, org=record.owner.uid) and record.created_by == actor.uid
    return actor.has(role, org=record.owner.uid)


def _covers(actor: Actor, role: str, record: Record) -> bool:
    return any(region_covers(code, record.region) for code in actor.regions_as({role}))


def roles_for(
    action: RecordAction, record: Record, change: PendingChange | None = None
) -> frozenset[str]:
    """The roles the table names for this act now; raises ``Conflict`` when there is no step."""
    if change is not None:
        return CHANGE.step(change.state, action).by
    return RECORD.step(record.state, action).by


def may(
    actor: Actor, action: RecordAction, record: Record, change: PendingChange | None = None
) -> bool:
    """Whether the actor may do this now: role, scope, and the two rules a table cannot say."""
    try:
        wanted = roles_for(action, record, change)
    except Conflict:
        return False
    if not any(holds(actor, role, record) for role in wanted):
        return False
    return not _own_review(actor, action, record, change) and not _above(actor, action, record)


def _own_review(
    actor: Actor, action: RecordAction, record: Record, change: PendingChange | None
) -> bool:
    """Nobody decides above the unit on what he handed in himself."""
    state = change.state if change is not None else record.state
    by = change.submitted_by if change is not None else record.submitted_by
    return (
        action in REVIEWS
        and state in (RecordState.DEPT_CHECK, RecordState.CITY_CHECK)
        and by == actor.uid
        and not actor.is_system
    )


def _above(actor: Actor, action: RecordAction, record: Record) -> bool:
    """What the city took down, the unit cannot put up again."""
    return (
        action == RecordAction.RESTORE
        and record.taken_down_level == Level.CITY
        and not holds(actor, "bureau_admin", record)
        and not actor.is_system
    )


def require(
    actor: Actor, action: RecordAction, record: Record, change: PendingChange | None = None
) -> None:
    """Raise ``NotAuthenticated``, ``Conflict`` (no such step) or ``NotAllowed`` with the reason."""
    require_known(actor)
    wanted = roles_for(action, record, change)
    if may(actor, action, record, change):
        return
    if _own_review(actor, action, record, change):
        raise NotAllowed(_("这条记录是您本人提交的,须由其他审核人办理(审核与填报分离)。"))
    if _above(actor, action, record):
        raise NotAllowed(_("这条记录由市科技局下架,请联系市科技局恢复。"))
    raise NotAllowed(
        _("“%(action)s”由%(who)s办理,您当前的角色不能办理。可在右上角切换角色,或联系他们。")
        % {"action": action.label, "who": role_words(wanted)}
    )


def role_words(roles: frozenset[str]) -> str:
    """The roles of a step as people call them."""
    names = {
        "unit_admin": _("单位管理员"),
        "instrument_keeper": _("仪器负责人"),
        "researcher": _("填报人"),
        "sme_admin": _("企业用户"),
        "dept_officer": _("行业主管部门"),
        "county_officer": _("县(市、区)科技主管部门"),
        "bureau_admin": _("市科技局业务科室"),
    }
    return "、".join(label for role, label in names.items() if role in roles) or _("系统")


def require_known(actor: Actor, scope: str = Scope.RECORDS_WRITE) -> None:
    """Raise ``NotAuthenticated`` for visitors, ``NotAllowed`` for a token without the scope."""
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,或在 Authorization 中提供有效的令牌。"))
    if not actor.may_use(scope):
        raise NotAllowed(
            _("这个令牌没有 %(scope)s 权限。请在“消息与设置”中重新创建令牌并勾选它。")
            % {"scope": scope}
        )


def owners(actor: Actor) -> frozenset[str]:
    """Uids of the organisations for which the actor may enter resources."""
    return actor.orgs_as(AUTHORS)


def may_enter(actor: Actor, owner: str, region: str) -> bool:
    """Whether the actor may enter a resource for this owner (uid and region code)."""
    if actor.is_system or owner in owners(actor):
        return True
    return any(region_covers(code, region) for code in actor.regions_as({"bureau_admin"}))


def require_enter(actor: Actor, owner: str, region: str) -> None:
    require_known(actor)
    if not may_enter(actor, owner, region):
        raise _not_an_author()


def require_author(actor: Actor, owner: str) -> None:
    """A draft belongs to its unit: who could not go on with it does not begin it."""
    require_known(actor)
    if not actor.is_system and owner not in owners(actor):
        raise _not_an_author()


def _not_an_author() -> NotAllowed:
    return NotAllowed(_("您不是该单位的填报人员,不能为它填报资源。请联系该单位的单位管理员开通。"))


def may_edit(actor: Actor, record: Record, change: PendingChange | None = None) -> bool:
    """Whether the actor may write now: a draft, or a (new) change to what is published."""
    if not (actor.is_system or any(holds(actor, role, record) for role in AUTHORS)):
        return False
    if record.state in EDITABLE:
        return True
    if record.state not in rules.SHOWN:
        return False
    return change is None or change.state in CHANGE_EDITABLE


def require_edit(actor: Actor, record: Record, change: PendingChange | None = None) -> None:
    require_known(actor)
    if not (actor.is_system or any(holds(actor, role, record) for role in AUTHORS)):
        raise NotAllowed(
            _("只有本单位的单位管理员、仪器负责人或填报人可以修改。发现错误可点“我要纠错”。")
        )
    if not may_edit(actor, record, change):
        raise Conflict(
            _("当前状态“%(state)s”不能修改。审核中的请先撤回,已终结的请新建。")
            % {"state": RecordState(record.state).label}
        )


def may_manage(actor: Actor, record: Record) -> bool:
    """Whether the actor belongs to those who enter this record at all, in any state."""
    return actor.is_system or any(holds(actor, role, record) for role in AUTHORS)


def require_manage(actor: Actor, record: Record) -> None:
    """Raise ``NotAllowed`` for others than those who enter this record."""
    if not may_manage(actor, record):
        raise NotAllowed(_("只有本单位的单位管理员、仪器负责人或填报人可以办理,请联系该单位。"))


def review_level(actor: Actor, record: Record) -> Level:
    """In which office the actor acts on this record."""
    if actor.is_system:
        return Level.SYSTEM
    if holds(actor, "bureau_admin", record):
        return Level.CITY
    if holds(actor, "dept_officer", record) or holds(actor, "county_officer", record):
        return Level.DEPT
    return Level.UNIT


def imports(actor: Actor) -> Q:
    """The imports an actor may see: his own, those of units he administers, of his region."""
    if actor.is_system:
        return Q()
    reach_of = Q(created_by=actor.uid) if actor.is_known else Q(pk__in=[])
    reach_of |= Q(owner__uid__in=actor.orgs_as({"unit_admin"}))
    for code in actor.regions_as({"bureau_admin"}):
        reach_of |= Q(owner__region__startswith=region_prefix(code))
    return reach_of


def require_import(actor: Actor, job: ImportJob) -> None:
    """Raise ``NotAllowed`` unless the actor may go on with this import."""
    require_known(actor, Scope.IMPORTS_WRITE)
    if job.owner is not None and not may_enter(actor, job.owner.uid, job.owner.region):
        raise NotAllowed(_("这次导入属于其他单位,请由该单位的单位管理员办理。"))
    if job.publishes and not (actor.is_system or actor.regions_as({"bureau_admin"})):
        raise NotAllowed(_("这次导入直接发布,由市科技局业务科室办理。"))


def require_own_check(actor: Actor, job: ImportJob) -> None:
    """Rows become public under the name of who checked their secrecy: nobody else's hand."""
    if job.publishes and not actor.is_system and actor.uid != job.secrecy_by:
        raise NotAllowed(_("这次导入直接发布,只能由承担保密审查的本人核对列和导入。"))
