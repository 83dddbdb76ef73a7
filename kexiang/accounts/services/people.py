"""Accounts of people: opening, locking, closing to a tombstone, reading contact data."""

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kexiang.accounts import policies, queries, rules
from kexiang.accounts.models import DemoAccount, Person
from kexiang.accounts.services import checks
from kexiang.accounts.services.checks import Problems, person_of
from kexiang.accounts.types import ContactInfo
from kexiang.audit import services as audit
from kexiang.core.providers import providers
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, Problem

UNPROVEN_FOR = timedelta(days=1)
CLOSED_SLOT = "accounts.person_closed"
"""Callables ``(*, person)`` of contexts that keep something of a person for himself (what he
marked, what he asked): told in the transaction in which the account is closed, to delete it."""


def fresh_username() -> str:
    return f"u{secrets.randbelow(10**10):010d}"


@transaction.atomic
def create_person(
    *,
    actor: Actor,
    at: datetime,
    name: str,
    username: str = "",
    mobile: str = "",
    email: str = "",
    password: str | None = None,
) -> Person:
    """Open an account; without ``password`` its owner signs in by a code to the mobile.

    For the system administrator. Raises ``NotAllowed`` for others and ``Invalid`` for faulty
    or taken names and numbers.
    """
    policies.require_known(actor)
    if not policies.may_manage_people(actor):
        raise NotAllowed(
            _("只有系统管理员可以直接开通账号。单位管理员请在“成员与角色”中按手机号邀请成员。")
        )
    person = build_person(
        name=name, username=username, mobile=mobile, email=email, password=password, at=at
    )
    return save_person(person, by=actor.uid, at=at)


def build_person(
    *, name: str, username: str, mobile: str, email: str, password: str | None, at: datetime
) -> Person:
    problems = Problems()
    person = Person(created_at=at, name=rules.fold(name)[:64])
    if not person.name:
        problems.add("name", _("姓名"), _("请填写姓名。"))
    person.username = (
        problems.clean("username", _("用户名"), rules.username, username)
        if username
        else fresh_username()
    )
    if mobile:
        person.mobile = problems.clean("mobile", _("手机号"), rules.mobile, mobile)
    if email:
        person.email = problems.clean("email", _("邮箱"), checks.email, email)
    _not_taken(person, problems)
    problems.check()
    if password is None:
        person.set_unusable_password()
    else:
        _set_password(person, password)
    return person


def _not_taken(person: Person, problems: Problems) -> None:
    if person.username and Person.objects.filter(username=person.username).exists():
        problems.add("username", _("用户名"), _("这个用户名已被使用,请换一个。"))
    if person.mobile and Person.objects.filter(mobile=person.mobile).exists():
        problems.add("mobile", _("手机号"), _("这个手机号已有账号,可直接为该账号授予角色。"))
    if person.email and EmailAddress.objects.filter(email=person.email, verified=True).exists():
        problems.add("email", _("邮箱"), _("这个邮箱已有账号,请换一个或先与其本人核实。"))


def save_person(person: Person, *, by: str, at: datetime) -> Person:
    """Insert a new account with its e-mail address; raises ``Conflict`` when beaten to a name."""
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("用户名或手机号刚刚被占用,请换一个后重新提交。")) from None
    if person.email:
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    audit.record(kind="person.opened", subject=f"person:{person.uid}", actor=by, at=at)
    return person


@transaction.atomic
def save_signed_up(*, person: Person, at: datetime) -> Person:
    """Insert an account that somebody opened for himself on the sign-up page."""
    person.created_at = at
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("用户名或手机号刚刚被占用,请重新提交。")) from None
    audit.record(kind="person.signed_up", subject=f"person:{person.uid}", actor=person.uid, at=at)
    return person


@transaction.atomic
def confirm_mobile(*, person: Person, mobile: str, at: datetime) -> None:
    """Make a number proven by a code the person's own. Raises ``Conflict`` when taken."""
    if person.mobile == mobile:
        return
    try:
        with transaction.atomic():
            Person.objects.filter(pk=person.pk).update(mobile=mobile, pending_mobile="")
    except IntegrityError:
        raise Conflict(_("这个手机号已有账号,请直接用它登录。")) from None
    person.mobile, person.pending_mobile = mobile, ""
    audit.record(
        kind="person.mobile_confirmed",
        subject=f"person:{person.uid}",
        actor=person.uid,
        at=at,
        data={"fields": ["mobile"]},
    )


@transaction.atomic
def rename_person(*, actor: Actor, uid: str, name: str, at: datetime) -> Person:
    """Change one's own name. Raises ``NotAllowed`` for others, ``Invalid`` when empty."""
    person = person_of(uid, lock=True)
    if actor.uid != uid and not policies.may_manage_people(actor):
        raise NotAllowed(_("姓名由本人在“消息与设置”中修改。"))
    folded = rules.fold(name)
    if not folded or len(folded) > 64:
        raise Invalid([Problem("name", _("请填写姓名,最多 64 个字。"), _("姓名"))])
    person.name = folded
    person.save(update_fields=["name"])
    _journal(person, "person.renamed", actor, at, fields=["name"])
    return person


@transaction.atomic
def set_password(*, actor: Actor, uid: str, password: str, at: datetime) -> Person:
    """Set one's own new password; the page has just made sure that it is the owner.

    Ends all other sessions. Raises ``NotAllowed`` for others, ``Invalid`` for a weak password.
    """
    person = person_of(uid, lock=True)
    if actor.uid != uid and not actor.is_system:
        raise NotAllowed(_("密码只能由本人设置;忘记密码可用短信验证码登录后重新设置。"))
    _set_password(person, password)
    person.save(update_fields=["password"])
    _journal(person, "person.password_changed", actor, at)
    return person


def _set_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(
            [Problem("password", message, _("密码")) for message in error.messages]
        ) from None
    person.set_password(password)


@transaction.atomic
def lock_person(*, actor: Actor, uid: str, at: datetime) -> Person:
    """Suspend an account: sessions end, tokens stop. Raises ``NotAllowed``."""
    person = person_of(uid, lock=True)
    _require_lock(actor, uid)
    Person.objects.filter(pk=person.pk).update(is_active=False, locked_at=at)
    person.is_active, person.locked_at = False, at
    end_sessions(person)
    _journal(person, "person.locked", actor, at)
    return person


@transaction.atomic
def unlock_person(*, actor: Actor, uid: str, at: datetime) -> Person:
    """Take the suspension back. Raises ``NotAllowed``."""
    person = person_of(uid, lock=True)
    _require_lock(actor, uid)
    Person.objects.filter(pk=person.pk).update(is_active=True, locked_at=None)
    person.is_active, person.locked_at = True, None
    _journal(person, "person.unlocked", actor, at)
    return person


def _require_lock(actor: Actor, uid: str) -> None:
    policies.require_known(actor)
    if not policies.may_lock(actor) or actor.uid == uid:
        raise NotAllowed(_("停用和恢复账号由系统管理员或安全管理员办理,且不能停用自己的账号。"))


@transaction.atomic
def close_person(*, actor: Actor, uid: str, at: datetime) -> Person:
    """Close an account and erase the person to a tombstone (AA-02, 个人信息保护法 art. 47).

    By the owner or the system administrator. Roles end, tokens, second factors, addresses
    and sessions go; ``uid`` stays, so that journal and facts keep their meaning.
    """
    person = person_of(uid, lock=True)
    if actor.uid != uid and not policies.may_manage_people(actor):
        raise NotAllowed(_("账号由本人在“消息与设置”中注销,或由系统管理员办理。"))
    person.memberships.filter(ended_at__isnull=True).update(ended_at=at, ended_by=actor.uid)
    person.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
    end_sessions(person)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    DemoAccount.objects.filter(person=person).delete()
    person.username, person.name = f"closed-{uid.lower()}", ""
    person.mobile, person.pending_mobile, person.email = None, "", ""
    person.is_active, person.closed_at, person.last_login = False, at, None
    person.set_unusable_password()
    person.save()
    for forget in providers(CLOSED_SLOT):
        forget(person=person.uid)
    _journal(person, "person.closed", actor, at)
    return person


def end_sessions(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()


@transaction.atomic
def read_contact(*, actor: Actor, uid: str, at: datetime) -> ContactInfo:
    """Telephone and e-mail in clear, for those who may; every reading is journalled (AA-02).

    Raises ``NotFound`` when ``actor`` may not even know of the person.
    """
    person = queries.person(actor, uid)
    if actor.uid != uid:
        _journal(person, "person.contact_read", actor, at, fields=["mobile", "email"])
    return ContactInfo(person.uid, person.name, person.mobile or "", person.email)


def purge_unproven(*, at: datetime) -> int:
    """Forget sign-ups whose number was never proven within a day; returns how many."""
    rows = Person.objects.filter(
        created_at__lt=at - UNPROVEN_FOR,
        mobile__isnull=True,
        memberships__isnull=True,
        last_login__isnull=True,
        closed_at__isnull=True,
    ).exclude(pending_mobile="")
    return rows.delete()[0]


def _journal(
    person: Person, kind: str, actor: Actor, at: datetime, *, fields: list[str] | None = None
) -> None:
    data = {"fields": fields} if fields else {}
    audit.record(kind=kind, subject=f"person:{person.uid}", actor=actor.uid, at=at, data=data)
