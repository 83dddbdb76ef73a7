"""Reads: who somebody is, what an organisation is at a date, who may know a name."""

import contextlib
from collections.abc import Iterable
from datetime import date

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from kexiang.accounts import policies, rules
from kexiang.accounts.models import (
    ApiToken,
    DemoAccount,
    DemoPlace,
    Membership,
    Organisation,
    OrganisationAttribute,
    Person,
)
from kexiang.accounts.types import (
    CODE_SYSTEMS,
    Account,
    Attribute,
    DemoAccountInfo,
    OrganisationInfo,
    Role,
    RoleInfo,
)
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import NotFound
from kexiang.reference import queries as reference


def in_force(day: date, prefix: str = "") -> Q:
    """Memberships in force on ``day``, for a queryset that reaches them through ``prefix``."""
    return Q(**{f"{prefix}ended_at__isnull": True, f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    )


def account(person: Person, *, chosen: object, today: date) -> Account:
    """The account of a signed-in person; ``chosen`` is the membership picked in the switcher.

    One query. An unknown or ended choice falls back to the first role.
    """
    roles = tuple(role_info(m) for m in _memberships(person, today))
    current = next((role for role in roles if role.id == chosen), roles[0] if roles else None)
    return Account(person.uid, person.name or person.username, roles, current)


def _memberships(person: Person, today: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(in_force(today), person_id=person.pk)
    return rows.select_related("organisation").order_by("id")


def mobile_ends_with(person: str, tail: str) -> bool:
    """Whether ``tail`` are the last four digits of the proven mobile number of a person (uid).

    Whoever asks must count the wrong answers: four digits can be found by trying.
    """
    if len(tail) != 4 or not (tail.isascii() and tail.isdigit()) or not person:
        return False
    return Person.objects.filter(uid=person, is_active=True, mobile__endswith=tail).exists()


def role_info(membership: Membership) -> RoleInfo:
    organisation = membership.organisation
    return RoleInfo(
        id=membership.pk,
        role=membership.role,
        label=role_label(membership.role),
        organisation=organisation.name if organisation else "",
        organisation_uid=organisation.uid if organisation else "",
        region=membership.region,
        place=organisation.name if organisation else reference.region_name(membership.region),
        starts_on=membership.starts_on,
        ends_on=membership.ends_on,
    )


def role_label(role: str) -> str:
    """What people call a role; a pack may word it otherwise than ux.md B4.1."""
    worded = next((info.label for info in reference.roles() if info.code == role), "")
    return worded or str(Role(role).label)


def actor_of(account: Account) -> Actor:
    """The actor of a session: the person with the one role chosen in the switcher."""
    if not account.is_known:
        return ANONYMOUS
    role = account.current
    grants = frozenset({Grant(role.role, role.organisation_uid, role.region)} if role else ())
    return Actor(account.uid, grants)


def grants_of(person: Person, *, today: date) -> frozenset[Grant]:
    """All grants of a person in force, as a token carries them. One query."""
    return frozenset(
        Grant(m.role, m.organisation.uid if m.organisation else "", m.region)
        for m in _memberships(person, today)
    )


def readers(uids: Iterable[str], *, today: date) -> dict[str, tuple[Actor, str]]:
    """Who may be told something: the actor of each living account with all its roles, and its
    proven e-mail address or "". Locked and closed accounts are left out."""
    found = {}
    for person in Person.objects.filter(uid__in=list(uids), is_active=True):
        proven = person.email and EmailAddress.objects.filter(
            user=person, email__iexact=person.email, verified=True
        )
        actor = Actor(person.uid, grants_of(person, today=today))
        found[person.uid] = (actor, person.email if proven and proven.exists() else "")
    return found


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """The organisations ``actor`` may know of, by pinyin."""
    rows = Organisation.objects.filter(policies.visible_organisations(actor))
    return rows.order_by("sort_key", "id")


def organisation(actor: Actor, key: str) -> Organisation:
    """One organisation by uid, unit-site code or credit code. Raises ``NotFound``."""
    rows = organisations(actor)
    found = rows.filter(Q(uid=key) | Q(code=key.lower()) | Q(credit_code=key.upper())).first()
    if not found:
        raise NotFound(_("没有找到这个单位,可能已注销或网址有误。可在“单位名录”中按名称查找。"))
    return found


def organisation_infos(uids: Iterable[str]) -> dict[str, OrganisationInfo]:
    """Organisations by uid in one query, for pages that have already checked visibility."""
    rows = Organisation.objects.filter(uid__in=set(uids))
    return {row.uid: organisation_info(row) for row in rows}


def organisation_info(row: Organisation) -> OrganisationInfo:
    return OrganisationInfo(
        id=row.pk,
        uid=row.uid,
        name=row.name,
        code=row.code,
        region=row.region,
        credit_code=row.credit_code,
        is_public=row.is_public,
        name_en=row.name_en,
    )


def attributes_at(organisation_ids: Iterable[int], *, on: date) -> dict[int, dict[str, str]]:
    """Per organisation the values in force ``on`` a date: ``{id: {attribute: value}}``."""
    rows = OrganisationAttribute.objects.filter(
        organisation_id__in=set(organisation_ids), valid_from__lte=on
    ).order_by("valid_from")
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, {})[row.attribute] = row.value
    return {
        key: {name: value for name, value in values.items() if value}
        for key, values in found.items()
    }


def attribute_at(organisation: Organisation, attribute: Attribute, *, on: date) -> str:
    """The value of one dated fact ``on`` a date, or an empty string."""
    return attributes_at([organisation.pk], on=on).get(organisation.pk, {}).get(attribute, "")


def facts_of(organisation: Organisation, *, on: date) -> list[tuple[str, str]]:
    """The dated facts in words ``on`` a date: ``[(单位性质, 高等院校), …]``, unknown ones as —."""
    values = attributes_at([organisation.pk], on=on).get(organisation.pk, {})
    return [
        (str(attribute.label), fact_label(attribute, values.get(attribute, "")) or "—")
        for attribute in Attribute
    ]


def fact_label(attribute: str, value: str) -> str:
    """The value of a dated fact in words."""
    if not value:
        return ""
    if attribute == Attribute.DEPARTMENT:
        name = Organisation.objects.filter(uid=value).values_list("name", flat=True).first()
        return name or value
    return reference.code_label(CODE_SYSTEMS[Attribute(attribute)], value)


def fact_histories(organisation: Organisation) -> list[tuple[str, date, str]]:
    """Every dated fact ever set, newest first: (单位性质, 自何日, 取值 in words)."""
    rows = organisation.attributes.order_by("-valid_from", "-id")
    return [
        (
            str(Attribute(row.attribute).label),
            row.valid_from,
            fact_label(row.attribute, row.value) or "—",
        )
        for row in rows
    ]


def organisations_with(attribute: Attribute, value: str, *, on: date) -> list[int]:
    """Ids of the organisations for which a dated fact has ``value`` ``on`` a date."""
    newest = (
        OrganisationAttribute.objects.filter(
            organisation=OuterRef("organisation"), attribute=attribute, valid_from__lte=on
        )
        .order_by("-valid_from")
        .values("pk")[:1]
    )
    rows = OrganisationAttribute.objects.filter(
        attribute=attribute, value=value, pk=Subquery(newest)
    )
    return list(rows.values_list("organisation_id", flat=True))


def tokens(actor: Actor) -> list[ApiToken]:
    """One's own tokens, newest first."""
    return list(ApiToken.objects.filter(person__uid=actor.uid).order_by("-id"))


def departments() -> list[tuple[str, str]]:
    """(uid, name) of the organisations that can be a 主管部门, by pinyin."""
    rows = Organisation.objects.filter(is_department=True, closed_on=None)
    return list(rows.order_by("sort_key", "id").values_list("uid", "name"))


def organisations_named(actor: Actor, text: str) -> QuerySet[Organisation]:
    """Organisations whose name, other name, code or credit code contains ``text``."""
    words = rules.fold(text)
    found = (
        Q(name__icontains=words)
        | Q(sort_key__startswith=words.lower())
        | Q(code=words.lower())
        | Q(credit_code=words.upper())
        | Q(aliases__name__icontains=words)
    )
    return organisations(actor).filter(found).distinct()


def organisation_by_name(name: str) -> Organisation | None:
    """The open organisation with exactly this present or former name, when there is one."""
    words = rules.fold(name)
    rows = Organisation.objects.filter(closed_on=None)
    return rows.filter(name=words).first() or rows.filter(aliases__name=words).first()


def people(actor: Actor) -> QuerySet[Person]:
    """The accounts ``actor`` may know of, closed ones left out."""
    rows = Person.objects.filter(policies.visible_people(actor), closed_at__isnull=True)
    return rows.distinct().order_by("-id")


def person(actor: Actor, uid: str) -> Person:
    """One account; raises ``NotFound`` when there is none or ``actor`` may not know of it."""
    found = people(actor).filter(uid=uid).first()
    if not found:
        raise NotFound(_("没有找到这个账号,可能已注销,或不属于您管理的范围。"))
    return found


def people_named(actor: Actor, text: str) -> QuerySet[Person]:
    """Accounts whose user name or name contains ``text``, or whose number or address it is."""
    words = rules.fold(text)
    found = Q(username__icontains=words.lower()) | Q(name__icontains=words)
    found |= Q(email=words.lower())
    with contextlib.suppress(ValueError):
        found |= Q(mobile=rules.mobile(words))
    return people(actor).filter(found)


def members(
    actor: Actor, organisation: Organisation, *, today: date, text: str = "", role: str = ""
) -> list[Membership]:
    """The roles in force in an organisation, for its people and those above; else empty.

    ``text`` is a part of a name or user name, ``role`` a role's code.
    """
    may = policies.may_edit_organisation(actor, organisation.uid, organisation.region)
    if not may and organisation.uid not in actor.orgs:
        return []
    rows = Membership.objects.filter(in_force(today), organisation=organisation)
    if role:
        rows = rows.filter(role=role)
    if words := rules.fold(text):
        rows = rows.filter(
            Q(person__name__icontains=words) | Q(person__username__icontains=words.lower())
        )
    return list(rows.select_related("person", "organisation").order_by("role", "id"))


def roles_of(actor: Actor, person: Person, *, today: date) -> list[RoleInfo]:
    """The roles in force of somebody whom ``actor`` has found through ``person``."""
    return [role_info(row) for row in _memberships(person, today)]


def display_names(uids: Iterable[str], viewer: Actor) -> dict[str, str]:
    """What ``viewer`` may read as the name of each person, in two queries.

    In full for oneself, colleagues, officers of the region and administrators of accounts;
    masked (李*) for everybody else. A closed account is 已注销用户; unknown uids are left out.
    """
    wanted = {uid for uid in uids if uid and not uid.startswith("system:")}
    if not wanted:
        return {}
    rows = list(Person.objects.filter(uid__in=wanted))
    near = set(people(viewer).filter(uid__in=wanted).values_list("uid", flat=True))
    near |= _colleagues(viewer, wanted)
    return {row.uid: _display_name(row, is_near=row.uid in near) for row in rows}


def display_name(uid: str, viewer: Actor) -> str:
    """``display_names`` for one; 系统 for jobs, an empty string for an unknown uid."""
    if uid.startswith("system:"):
        return _("系统")
    return display_names([uid], viewer).get(uid, "")


def _colleagues(viewer: Actor, wanted: set[str]) -> set[str]:
    if not viewer.orgs:
        return set()
    rows = Membership.objects.filter(
        person__uid__in=wanted, organisation__uid__in=viewer.orgs, ended_at__isnull=True
    )
    return set(rows.values_list("person__uid", flat=True))


def _display_name(person: Person, *, is_near: bool) -> str:
    if person.closed_at:
        return _("已注销用户")
    if not person.name:
        return _("未填写姓名")
    return person.name if is_near else rules.mask_name(person.name)


def demo_is_open(host: str) -> bool:
    """Whether this is a demo: started as one, marked as one, and reached under a demo host.

    Costs nothing but a look at the settings when the site was not started as a demo.
    """
    if not settings.DEMO or settings.HTTPS:
        return False
    extra = frozenset(settings.DEMO_HOSTS)
    hosts = [host, *settings.ALLOWED_HOSTS]
    if not all(rules.is_demo_host(name, extra) for name in hosts):
        return False
    return DemoPlace.objects.exists()


def demo_state() -> dict[str, bool]:
    """For ``kexiang doctor``: which of the three locks of the demo stand open."""
    extra = frozenset(settings.DEMO_HOSTS)
    return {
        "started_as_demo": bool(settings.DEMO),
        "database_is_marked": DemoPlace.objects.exists(),
        "hosts_are_private": not settings.HTTPS
        and all(rules.is_demo_host(name, extra) for name in settings.ALLOWED_HOSTS),
    }


def demo_accounts() -> list[DemoAccountInfo]:
    """The accounts of the demo's role switcher in their order; empty outside a demo place."""
    rows = DemoAccount.objects.select_related("person", "membership__organisation").order_by(
        "position", "id"
    )
    return [_demo_account(row) for row in rows]


def _demo_account(row: DemoAccount) -> DemoAccountInfo:
    info = role_info(row.membership) if row.membership else None
    return DemoAccountInfo(
        id=row.pk,
        role=info.role if info else Role.VISITOR,
        label=info.label if info else role_label(Role.VISITOR),
        username=row.person.username,
        name=row.person.name,
        organisation=info.place if info else "",
    )
