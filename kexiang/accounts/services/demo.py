"""The demo place: its marker and its one-click accounts. Impossible in production by accident.

Three locks must all be open: the operator started with ``KEXIANG_DEMO``, the database was
marked while it was still empty, and the site is reachable under demo host names only
(``rules.is_demo_host``). A production database can never be marked, because it has people.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.accounts import queries
from kexiang.accounts.models import DemoAccount, DemoPlace, Membership, Person
from kexiang.accounts.services.checks import person_of
from kexiang.audit import services as audit
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, NotAllowed, NotFound


@transaction.atomic
def mark_demo_place(*, actor: Actor, pack: str, seed: int, at: datetime) -> DemoPlace:
    """Mark this empty database as a demo; call it before the first person is created.

    Raises ``Conflict`` when there is any person, and ``NotAllowed`` for everyone but the
    system itself.
    """
    if not actor.is_system:
        raise NotAllowed(_("演示环境只能由“kexiang demo”命令建立。"))
    if Person.objects.exists() or DemoPlace.objects.exists():
        raise Conflict(_("数据库中已有账号,不能改作演示环境。请用新的 KEXIANG_HOME。"))
    place = DemoPlace.objects.create(pack=pack, seed=seed, marked_at=at)
    audit.record(kind="demo.marked", subject="demo:place", actor=actor.uid, at=at)
    return place


@transaction.atomic
def add_demo_account(
    *, actor: Actor, person: str, membership: int | None = None, position: int = 0
) -> DemoAccount:
    """List a made-up person in the role switcher, with the role to land in.

    Raises ``Conflict`` in a database that is not a demo, ``NotAllowed`` for everyone but the
    system itself.
    """
    if not actor.is_system:
        raise NotAllowed(_("演示账号只能由“kexiang demo”命令建立。"))
    if not DemoPlace.objects.exists():
        raise Conflict(_("这不是演示环境的数据库,不能添加演示账号。"))
    holder = person_of(person)
    role = Membership.objects.filter(pk=membership, person=holder).first() if membership else None
    account, _created = DemoAccount.objects.update_or_create(
        person=holder, defaults={"membership": role, "position": position}
    )
    return account


@transaction.atomic
def demo_login(*, account: int, host: str, at: datetime) -> DemoAccount:
    """The account to sign in with one click; journalled.

    Raises ``NotFound`` when the place is no demo (whatever the reason) or has no such account.
    """
    if not queries.demo_is_open(host):
        raise NotFound(_("没有找到您要的内容,可能已下架或网址有误。"))
    row = DemoAccount.objects.select_related("person", "membership").filter(pk=account).first()
    if row is None or not row.person.is_active:
        raise NotFound(_("没有这个演示账号,请从列表中选择。"))
    audit.record(
        kind="person.signed_in",
        subject=f"person:{row.person.uid}",
        actor=row.person.uid,
        at=at,
        data={"method": "demo"},
    )
    return row
