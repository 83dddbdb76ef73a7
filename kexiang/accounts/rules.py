"""Pure rules: names people sign in with, credit codes, mobile numbers, masks, who gives roles."""

import re
import unicodedata

from stdnum.cn import uscc

from kexiang.accounts.types import ADMIN_ROLES, GRANTED_ROLES, UNIT_ROLES, Role
from kexiang.kernel.words import gettext_noop

_MOBILE = re.compile(r"1[3-9]\d{9}")
_USERNAME = re.compile(r"[A-Za-z0-9_.@+-]{3,64}")
_SEPARATORS = re.compile(r"[\s\-‐-―·.]+")

GIVES: dict[str, frozenset[str]] = {
    # ux.md B4.2 三员: the system administrator opens accounts and gives roles, holds no business.
    Role.SYSADMIN: GRANTED_ROLES,
    # W-02: the office in the S&T bureau runs the business side, not the system.
    Role.BUREAU_ADMIN: UNIT_ROLES | {Role.COUNTY_OFFICER, Role.EXPERT, Role.EDITOR},
    # county desks open units and firms of their own region
    Role.COUNTY_OFFICER: frozenset({Role.UNIT_ADMIN, Role.UNIT_LEADER, Role.SME_ADMIN}),
    # W-04, peers.md §13.3: delegated unit administrators, second desk (AB角) included
    Role.UNIT_ADMIN: UNIT_ROLES - {Role.SME_ADMIN, Role.DEPT_OFFICER, Role.ASSESSOR},
    Role.SME_ADMIN: frozenset({Role.SME_ADMIN}),
}


def fold(text: str) -> str:
    """Full-width to half-width, without outer blanks."""
    return unicodedata.normalize("NFKC", text).strip()


def credit_code(text: str) -> str:
    """A 统一社会信用代码 in its one written form; GB 32100, domain.md §3.12.

    Accepts full-width, lower case and separators. Raises ``ValueError`` with a Chinese
    sentence when length, characters or check character are wrong.
    """
    code = _SEPARATORS.sub("", fold(text)).upper()
    if len(code) != 18:
        raise ValueError(
            f"统一社会信用代码应为 18 位,现为 {len(code)} 位,请核对营业执照或法人证书。"
        )
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", code) or not code[2:8].isdigit():
        raise ValueError(
            "统一社会信用代码只含数字和大写字母(不含 I、O、S、V、Z),第 3–8 位为数字,请核对后重填。"
        )
    if uscc.calc_check_digit(code[:-1]) != code[-1]:
        raise ValueError("统一社会信用代码的校验位不对,请逐位核对,常见的是把 0 与 O、1 与 I 混淆。")
    return code


def mobile(text: str) -> str:
    """A mainland mobile number as E.164. Raises ``ValueError`` with a Chinese sentence."""
    digits = _SEPARATORS.sub("", fold(text)).replace("(", "").replace(")", "")
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            digits = digits[len(prefix) :]
    if not _MOBILE.fullmatch(digits):
        raise ValueError(gettext_noop("手机号应为 11 位大陆手机号,请核对后重填。"))
    return f"+86{digits}"


def username(text: str) -> str:
    """A user name in its one written form. Raises ``ValueError`` with a Chinese sentence."""
    name = fold(text).lower()
    if not _USERNAME.fullmatch(name) or _MOBILE.fullmatch(name):
        raise ValueError(gettext_noop("用户名为 3–64 位字母、数字或 _ . @ + -,不能是手机号。"))
    return name


def mask_name(name: str) -> str:
    """李* for 李明, 欧阳* stays 欧*: the first character and one star."""
    return f"{name[0]}*" if name else ""


def mask_mobile(number: str) -> str:
    """138****1234 for a mainland number in E.164."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"


def mask_email(address: str) -> str:
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else ""


def clash_of_duties(held: set[str], wanted: str) -> str:
    """Why ``wanted`` may not be added to ``held``, or an empty string.

    等保 2.0 (GB/T 22239-2019), 三员分立: the three administrators are three persons, and none
    of them does business on the platform.
    """
    admins = {role for role in held if role in ADMIN_ROLES}
    if wanted in ADMIN_ROLES and admins - {wanted}:
        return "系统、安全、审计管理员须由不同的人担任(三员分立),请为此角色另选一人。"
    if wanted in ADMIN_ROLES and held - ADMIN_ROLES:
        return "管理员账号不得兼任业务角色,请先结束其业务角色,或为管理员另开账号。"
    if wanted not in ADMIN_ROLES and admins:
        return "管理员账号不得兼任业务角色,请为此人另开业务账号。"
    return ""


def unit_code(text: str) -> str:
    """The short code of a unit site. Raises ``ValueError`` with a Chinese sentence."""
    code = fold(text).lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", code):
        raise ValueError("网址代码为 1–32 位小写字母、数字或短横线,以字母或数字开头。")
    return code


def is_demo_host(name: str, extra: frozenset[str] = frozenset()) -> bool:
    """Whether a host name (with or without port) is one under which a demo may be open."""
    host = name.lower().strip()
    if host.startswith("["):
        host = host.partition("]")[0] + "]"
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return host in {"localhost", "127.0.0.1", "[::1]", "::1"} | extra
