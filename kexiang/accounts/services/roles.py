"""Giving and ending roles; the switcher."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kexiang.accounts import policies, queries, rules, sms
from kexiang.accounts.models import Membership, Organisation, Person
from kexiang.accounts.services import checks
from kexiang.accounts.services.checks import day_of, organisation_of, person_of
from kexiang.accounts.services.people import build_person, save_person
from kexiang.accounts.types import (
    FREE_ROLES,
    GRANTED_ROLES,
    REGION_ROLES,
    UNIT_ROLES,
    Role,
    RoleInfo,
)
from kexiang.audit import services as audit
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem

INVITATION_LIVES = timedelta(days=1)


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    person: str,
    role: str,
    at: datetime,
    organisation: str = "",
    region: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Give ``person`` (uid) a role for an organisation (uid), a region, or neither.

    ``starts_on`` defaults to today. Nobody gives himself a role, except the administrator of a
    unit one of his unit's roles (in a small unit he also keeps an instrument). Raises
    ``Invalid`` when role and scope do not fit, ``NotAllowed`` when the actor may not give it,
    ``Conflict`` when it is already in force or the three administrators' separation forbids it.
    """
    unit, code = _scope(role, organisation, region)
    policies.require_giver(
        actor, role, org=unit.uid if unit else "", region=unit.region if unit else code
    )
    if actor.uid == person and not (unit and unit.uid in actor.orgs_as(policies.UNIT_EDITORS)):
        raise NotAllowed(_("不能给自己授予角色,请由另一位有权限的人办理。"))
    starts_on = starts_on or day_of(at)
    if ends_on and ends_on < starts_on:
        raise Invalid([Problem("ends_on", _("截止日期不能早于开始日期。"), _("截止日期"))])
    holder = person_of(person, lock=True)
    _check_held(holder, role, unit, code, at)
    membership = Membership(
        person=holder,
        role=role,
        organisation=unit,
        region=code,
        starts_on=starts_on,
        ends_on=ends_on,
        given_by=actor.uid,
        created_at=at,
    )
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("此人已有这一角色,无需重复授予。")) from None
    _journal(membership, "role.granted", actor, at)
    return membership


def _scope(role: str, organisation: str, region: str) -> tuple[Organisation | None, str]:
    """The organisation or the region a role is held for; raises ``Invalid`` when they misfit."""
    if role not in GRANTED_ROLES:
        raise Invalid([Problem("role", _("没有这个角色,请从列表中选择。"), _("角色"))])
    if role in UNIT_ROLES:
        if not organisation or region:
            message = _("“%(role)s”须在某个单位内担任,请选择单位。") % {"role": Role(role).label}
            raise Invalid([Problem("organisation", message, _("单位"))])
        return organisation_of(organisation), ""
    if organisation:
        message = _("“%(role)s”不属于某个单位,请不要选择单位。") % {"role": Role(role).label}
        raise Invalid([Problem("organisation", message, _("单位"))])
    if role in REGION_ROLES:
        try:
            return None, checks.region(region)
        except ValueError as error:
            raise Invalid([Problem("region", str(error), _("地区"))]) from None
    if region and role in FREE_ROLES:
        message = _("“%(role)s”不分地区,请不要选择地区。") % {"role": Role(role).label}
        raise Invalid([Problem("region", message, _("地区"))])
    return None, ""


def _check_held(
    holder: Person, role: str, unit: Organisation | None, region: str, at: datetime
) -> None:
    """With the holder's row locked: no duplicate, no clash; an expired open row is ended."""
    today = day_of(at)
    opened = list(holder.memberships.filter(ended_at__isnull=True))
    live = [m for m in opened if m.ends_on is None or m.ends_on >= today]
    if reason := rules.clash_of_duties({m.role for m in live}, role):
        raise Conflict(reason)
    for membership in opened:
        same = (membership.role, membership.organisation_id, membership.region) == (
            role,
            unit.pk if unit else None,
            region,
        )
        if same and membership in live:
            raise Conflict(_("此人已有这一角色,无需重复授予。"))
        if same:
            Membership.objects.filter(pk=membership.pk).update(
                ended_at=at, ended_by="system:expiry"
            )


@transaction.atomic
def end_role(*, actor: Actor, membership: int, at: datetime) -> Membership:
    """End a role today: by those who may give it, or by its holder.

    Raises ``Conflict`` when it has ended already, and ``NotAllowed`` when a unit would lose
    its last administrator by its own hand (ux.md E12).
    """
    policies.require_known(actor)
    row = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "person")
        .filter(pk=membership)
        .first()
    )
    if row is None:
        raise NotFound(_("没有找到这条角色记录。"))
    unit = row.organisation
    may = policies.may_give(
        actor,
        row.role,
        org=unit.uid if unit else "",
        region=unit.region if unit else row.region,
    )
    if not may and actor.uid != row.person.uid:
        raise policies.refusal_to_give(row.role)
    if row.ended_at:
        raise Conflict(_("这一角色已经结束,请刷新后查看。"))
    _keep_an_administrator(actor, row)
    today = day_of(at)
    row.ends_on = max(row.starts_on, min(row.ends_on or today, today))
    row.ended_at, row.ended_by = at, actor.uid
    row.save(update_fields=["ends_on", "ended_at", "ended_by"])
    _journal(row, "role.ended", actor, at)
    return row


def _keep_an_administrator(actor: Actor, row: Membership) -> None:
    above = actor.is_system or actor.has(Role.SYSADMIN) or actor.has(Role.BUREAU_ADMIN)
    if row.role != Role.UNIT_ADMIN or above:
        return
    others = Membership.objects.filter(
        organisation=row.organisation, role=Role.UNIT_ADMIN, ended_at__isnull=True
    ).exclude(pk=row.pk)
    if not others.exists():
        raise NotAllowed(
            _("这是本单位唯一的单位管理员。请先为另一人授予“单位管理员”(AB角),再结束此角色。")
        )


@transaction.atomic
def invite_member(
    *,
    actor: Actor,
    organisation: str,
    mobile: str,
    name: str,
    role: str,
    at: datetime,
    ends_on: date | None = None,
) -> Membership:
    """Give a role of one's unit to whoever owns ``mobile``; opens an account when there is none.

    The answer is the same for known and unknown numbers. The invited person is told by SMS
    and signs in by a code. Raises like ``grant_role``.
    """
    unit, _region = _scope(role, organisation, "")
    assert unit is not None  # noqa: S101 -- _scope raised for roles without organisation
    policies.require_giver(actor, role, org=unit.uid, region=unit.region)
    try:
        number = rules.mobile(mobile)
    except ValueError as error:
        raise Invalid([Problem("mobile", str(error), _("手机号"))]) from None
    holder = Person.objects.filter(mobile=number, closed_at__isnull=True).first()
    if holder is None:
        built = build_person(name=name, username="", mobile=number, email="", password=None, at=at)
        holder = save_person(built, by=actor.uid, at=at)
    membership = grant_role(
        actor=actor, person=holder.uid, role=role, organisation=unit.uid, at=at, ends_on=ends_on
    )
    text = _("%(unit)s已为您开通“%(role)s”,请用本手机号和短信验证码登录平台。") % {
        "unit": unit.name,
        "role": Role(role).label,
    }
    sms.post(number, text, at=at, lives=INVITATION_LIVES)
    return membership


def end_roles_of_organisation(*, actor: Actor, organisation: Organisation, at: datetime) -> int:
    """End every open role in an organisation that is being closed; returns how many."""
    rows = Membership.objects.filter(organisation=organisation, ended_at__isnull=True)
    return rows.update(ended_at=at, ended_by=actor.uid)


def choose_role(*, actor_uid: str, membership: int, at: datetime) -> RoleInfo:
    """The role picked in the switcher, when it is in force and the person's own.

    Raises ``NotFound`` otherwise. Nothing is stored but the session's choice.
    """
    row = (
        Membership.objects.filter(
            queries.in_force(day_of(at)), pk=membership, person__uid=actor_uid
        )
        .select_related("organisation")
        .first()
    )
    if row is None:
        raise NotFound(_("您没有这一角色,或它已到期。请从右上角重新选择。"))
    return queries.role_info(row)


def _journal(row: Membership, kind: str, actor: Actor, at: datetime) -> None:
    data = {
        "role": row.role,
        "organisation": row.organisation.uid if row.organisation else "",
        "region": row.region,
        "membership": row.pk,
    }
    audit.record(kind=kind, subject=f"person:{row.person.uid}", actor=actor.uid, at=at, data=data)
