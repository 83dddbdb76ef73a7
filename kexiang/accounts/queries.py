"""Reads: who somebody is, what an organisation is at a date, who may know a name."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kexiang.accounts import policies
from kexiang.accounts.models import Membership, Organisation, OrganisationAttribute, Person
from kexiang.accounts.types import Account, Attribute, OrganisationInfo, Role, RoleInfo
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import NotFound


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


def role_info(membership: Membership) -> RoleInfo:
    organisation = membership.organisation
    return RoleInfo(
        id=membership.pk,
        role=membership.role,
        label=str(Role(membership.role).label),
        organisation=organisation.name if organisation else "",
        organisation_uid=organisation.uid if organisation else "",
        region=membership.region,
        starts_on=membership.starts_on,
        ends_on=membership.ends_on,
    )


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
        row.pk, row.uid, row.name, row.code, row.region, row.credit_code, row.is_public
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
