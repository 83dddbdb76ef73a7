"""Organisations: opening, correcting, dated facts, other names, closing."""

from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

from kexiang.accounts import policies, rules
from kexiang.accounts.models import Organisation, OrganisationAlias, OrganisationAttribute
from kexiang.accounts.services import checks
from kexiang.accounts.services.checks import Problems, day_of, organisation_of
from kexiang.accounts.services.roles import end_roles_of_organisation
from kexiang.accounts.types import CODE_SYSTEMS, AliasKind, Attribute
from kexiang.audit import services as audit
from kexiang.core.providers import providers
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, Problem
from kexiang.reference import queries as reference

CONTACT_FIELDS = (
    "name_en",
    "address",
    "responsible",
    "contact",
    "phone",
    "email",
    "website",
    "opening_hours",
    "introduction",
)
CORE_FIELDS = ("name", "code", "credit_code", "region", "is_public", "is_department")
UNITS = frozenset(CORE_FIELDS)
CHANGED_SLOT = "accounts.organisation_changed"
"""Callables ``(*, organisation, after)`` of contexts that keep something of a unit: told in the
transaction when its name, place or 主管部门 changes; ``after`` when that is in the future."""
FOLLOWED = frozenset({"name", "region"})


@transaction.atomic
def create_organisation(
    *,
    actor: Actor,
    name: str,
    region: str,
    at: datetime,
    credit_code: str = "",
    code: str = "",
    attributes: dict[str, str] | None = None,
    valid_from: date | None = None,
    aliases: tuple[str, ...] = (),
    **facts: Any,
) -> Organisation:
    """Open an organisation; ``facts`` are contact fields, ``is_public``, ``is_department``.

    ``attributes`` holds dated facts (``nature``, ``affiliation``, ``department``, ``funding``)
    in force from ``valid_from`` (default today), ``aliases`` short names (former ones come by
    ``add_alias``). By officers of the region and the system
    administrator. Raises ``NotAllowed`` and ``Invalid``, the latter also for a name, code or
    credit code in use.
    """
    policies.require_known(actor)
    values = {"name": name, "region": region, "credit_code": credit_code, "code": code, **facts}
    cleaned = _cleaned(values, Organisation())
    if not policies.may_open_organisation(actor, cleaned["region"]):
        raise NotAllowed(
            _("单位由所在县(市、区)科技主管部门、市科技局业务科室或系统管理员开通,请与其联系。")
        )
    row = Organisation(created_at=at, **cleaned)
    row.sort_key = sort_key(row.name)
    row.code = row.code or _free_code(row.name)
    _save(row, force_insert=True)
    _journal(row, "organisation.opened", actor, at, sorted(cleaned))
    for attribute, value in (attributes or {}).items():
        _set_attribute(row, attribute, value, valid_from or day_of(at))
    for alias in aliases:
        _add_alias(row, alias, AliasKind.SHORT, None)
    return row


@transaction.atomic
def update_organisation(
    *, actor: Actor, uid: str, version: int, changes: dict[str, Any], at: datetime
) -> Organisation:
    """Correct facts. Unit administrators may change contact fields, officers all of them.

    A changed name stays findable as a former name. Raises ``Conflict`` when somebody saved
    meanwhile, ``NotAllowed``, ``Invalid``.
    """
    row = organisation_of(uid, lock=True)
    if not policies.may_edit_organisation(actor, row.uid, row.region):
        raise NotAllowed(_("单位信息由本单位管理员或其科技主管部门维护。"))
    changes = {key: value for key, value in changes.items() if getattr(row, key) != value}
    core = UNITS & set(changes)
    if core and not policies.may_open_organisation(actor, row.region):
        raise NotAllowed(
            _("单位名称、统一社会信用代码、所在地区和网址代码由科技主管部门核对后修改,请与其联系。")
        )
    if row.version != version:
        raise Conflict(_("您打开页面后,这个单位的信息已被他人修改。请刷新后重新填写。"))
    cleaned = _cleaned(changes, row)
    former = row.name
    for key, value in cleaned.items():
        setattr(row, key, value)
    row.sort_key, row.version = sort_key(row.name), row.version + 1
    _save(row)
    if row.name != former:
        _add_alias(row, former, AliasKind.FORMER, day_of(at))
    if FOLLOWED & set(cleaned):
        _tell(row)
    _journal(row, "organisation.changed", actor, at, sorted(cleaned))
    return row


def _cleaned(values: dict[str, Any], row: Organisation) -> dict[str, Any]:
    """Values as they are stored; raises ``Invalid`` with every fault found."""
    problems = Problems()
    cleaned = dict(values)
    unknown = set(values) - set(CONTACT_FIELDS) - set(CORE_FIELDS)
    if unknown:
        raise TypeError(f"organisations have no {sorted(unknown)}")
    if "name" in values:
        cleaned["name"] = rules.fold(values["name"])
        if not cleaned["name"] or len(cleaned["name"]) > 200:
            problems.add("name", _("单位名称"), _("请填写单位全称,最多 200 个字。"))
    if "region" in values:
        cleaned["region"] = problems.clean("region", _("所在地区"), checks.region, values["region"])
    if "credit_code" in values:
        text = values["credit_code"] or ""
        label = _("统一社会信用代码")
        cleaned["credit_code"] = (
            problems.clean("credit_code", label, rules.credit_code, text) if text else None
        )
    if values.get("code"):
        cleaned["code"] = problems.clean("code", _("网址代码"), rules.unit_code, values["code"])
    if values.get("email"):
        cleaned["email"] = problems.clean("email", _("邮箱"), checks.email, values["email"])
    _not_taken(cleaned, row, problems)
    problems.check()
    return cleaned


def _not_taken(cleaned: dict[str, Any], row: Organisation, problems: Problems) -> None:
    others = Organisation.objects.exclude(pk=row.pk)
    if cleaned.get("credit_code") and others.filter(credit_code=cleaned["credit_code"]).exists():
        text = _("这个统一社会信用代码已登记在另一单位名下,请核对;如属更名请修改原单位。")
        problems.add("credit_code", _("统一社会信用代码"), text)
    if cleaned.get("code") and others.filter(code=cleaned["code"]).exists():
        problems.add("code", _("网址代码"), _("这个网址代码已被使用,请换一个。"))
    if cleaned.get("name") and others.filter(name=cleaned["name"], closed_on=None).exists():
        problems.add("name", _("单位名称"), _("已有同名单位,请先检索,避免重复登记。"))


def _save(row: Organisation, *, force_insert: bool = False) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=force_insert)
    except IntegrityError:
        raise Conflict(_("统一社会信用代码或网址代码刚刚被占用,请刷新后再试。")) from None


def sort_key(name: str) -> str:
    """Pinyin of a name, for lists in the order of the dictionary."""
    return " ".join(lazy_pinyin(name)).lower()[:400]


def _free_code(name: str) -> str:
    """Initials of the name, with the first free number behind when they are taken."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    base = "".join(c for c in letters if c.isascii() and c.isalnum())[:24] or "unit"
    taken = set(Organisation.objects.filter(code__startswith=base).values_list("code", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def set_organisation_attribute(
    *,
    actor: Actor,
    uid: str,
    attribute: str,
    value: str,
    valid_from: date,
    at: datetime,
) -> OrganisationAttribute:
    """Say what a dated fact is from ``valid_from`` on; an empty ``value`` ends it.

    Raises ``NotAllowed``, and ``Invalid`` for an unknown fact, code or department.
    """
    row = organisation_of(uid, lock=True)
    policies.require_setter(actor, attribute, row.uid, row.region)
    fact = _set_attribute(row, attribute, value, valid_from)
    if attribute == Attribute.DEPARTMENT:
        _tell(row, valid_from if valid_from > day_of(at) else None)
    data = {"attribute": attribute, "value": value, "valid_from": valid_from.isoformat()}
    audit.record(
        kind="organisation.fact_set",
        subject=f"organisation:{row.uid}",
        actor=actor.uid,
        at=at,
        data=data,
    )
    return fact


def _tell(row: Organisation, on: date | None = None) -> None:
    """Let what other contexts keep of the unit follow: now, or from the morning of ``on``."""
    after = make_aware(datetime.combine(on, time.min)) if on else None
    for provider in providers(CHANGED_SLOT):
        provider(organisation=row.uid, after=after)


def _set_attribute(
    row: Organisation, attribute: str, value: str, valid_from: date
) -> OrganisationAttribute:
    if attribute not in Attribute.values:
        raise Invalid([Problem("attribute", _("没有这一项单位信息。"), _("项目"))])
    label = str(Attribute(attribute).label)
    if value and attribute == Attribute.DEPARTMENT:
        department = Organisation.objects.filter(uid=value, is_department=True).first()
        if department is None or department.pk == row.pk:
            text = _("请从列表中选择主管部门;没有时请先由科技主管部门登记。")
            raise Invalid([Problem(attribute, text, label)])
    elif value:
        known = {item.code for item in reference.codes(CODE_SYSTEMS[Attribute(attribute)])}
        if value not in known:
            text = _("“%(value)s”不在代码表中,请从列表中选择。") % {"value": value}
            raise Invalid([Problem(attribute, text, label)])
    fact, _created = OrganisationAttribute.objects.update_or_create(
        organisation=row, attribute=attribute, valid_from=valid_from, defaults={"value": value}
    )
    return fact


@transaction.atomic
def add_alias(
    *,
    actor: Actor,
    uid: str,
    name: str,
    at: datetime,
    kind: str = AliasKind.FORMER,
    until_on: date | None = None,
) -> OrganisationAlias:
    """Add a former, short or English name. Raises ``NotAllowed`` and ``Invalid``."""
    row = organisation_of(uid, lock=True)
    if not policies.may_edit_organisation(actor, row.uid, row.region):
        raise NotAllowed(_("单位信息由本单位管理员或其科技主管部门维护。"))
    alias = _add_alias(row, name, kind, until_on)
    _journal(row, "organisation.alias_added", actor, at, ["aliases"])
    return alias


def _add_alias(row: Organisation, name: str, kind: str, until_on: date | None) -> OrganisationAlias:
    folded = rules.fold(name)
    if not folded or len(folded) > 200 or kind not in AliasKind.values:
        raise Invalid([Problem("alias", _("请填写名称,最多 200 个字。"), _("曾用名或简称"))])
    alias, _created = OrganisationAlias.objects.update_or_create(
        organisation=row, name=folded, defaults={"kind": kind, "until_on": until_on}
    )
    return alias


@transaction.atomic
def close_organisation(*, actor: Actor, uid: str, on: date, at: datetime) -> Organisation:
    """Close an organisation (dissolved, merged): its roles end, its page goes from the lists.

    Raises ``NotAllowed`` for everyone but officers of the region and the system
    administrator, ``Conflict`` when closed already.
    """
    row = organisation_of(uid, lock=True)
    if not policies.may_open_organisation(actor, row.region):
        raise NotAllowed(_("单位注销由其科技主管部门或系统管理员办理。"))
    if row.closed_on:
        raise Conflict(_("这个单位已经注销。"))
    row.closed_on, row.is_public, row.version = on, False, row.version + 1
    row.save(update_fields=["closed_on", "is_public", "version"])
    end_roles_of_organisation(actor=actor, organisation=row, at=at)
    _journal(row, "organisation.closed", actor, at, ["closed_on"])
    return row


def _journal(row: Organisation, kind: str, actor: Actor, at: datetime, fields: list[str]) -> None:
    audit.record(
        kind=kind,
        subject=f"organisation:{row.uid}",
        actor=actor.uid,
        at=at,
        data={"fields": fields},
    )
