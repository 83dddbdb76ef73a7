"""``kexiang admin``: the first administrators of a new installation, whom nobody else can open."""

import argparse

from django.utils import timezone

from kexiang.accounts import queries, services
from kexiang.accounts.rules import mobile
from kexiang.accounts.types import ADMIN_ROLES, Role
from kexiang.kernel.actor import Actor
from kexiang_site.errors import CommandError

OPERATOR = Actor.system("operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mobile", help="手机号,本人用它和短信验证码登录")
    parser.add_argument("--name", default="", help="姓名(新账号必填)")
    parser.add_argument(
        "--role", choices=sorted(ADMIN_ROLES), default="sysadmin", help="默认 sysadmin 系统管理员"
    )


def run(args: argparse.Namespace) -> None:
    """Open the account when there is none with this number, and give it the role."""
    at = timezone.now()
    try:
        number = mobile(args.mobile)
    except ValueError as error:
        raise CommandError(str(error)) from None
    person = queries.people(OPERATOR).filter(mobile=number).first()
    if person is None:
        if not args.name:
            raise CommandError("没有这个手机号的账号。新开账号请用 --name 写明姓名。")
        person = services.create_person(actor=OPERATOR, name=args.name, mobile=number, at=at)
    services.grant_role(actor=OPERATOR, person=person.uid, role=args.role, at=at)
    print(f"{person.name}(用户名 {person.username})已是{Role(args.role).label},用手机验证码登录。")
