"""What codes of accounts in the journal are called (slot ``audit.words``)."""

from collections.abc import Mapping, Set
from typing import Any

from django.utils.translation import gettext_lazy

from kexiang.accounts import queries
from kexiang.accounts.types import Attribute, Role, Scope
from kexiang.reference import queries as reference

FIELDS: Mapping[str, Any] = {
    "address": gettext_lazy("地址"),
    "aliases": gettext_lazy("曾用名或简称"),
    "closed_on": gettext_lazy("注销日期"),
    "code": gettext_lazy("网址代码"),
    "contact": gettext_lazy("联系人"),
    "credit_code": gettext_lazy("统一社会信用代码"),
    "email": gettext_lazy("邮箱"),
    "introduction": gettext_lazy("单位简介"),
    "is_department": gettext_lazy("可作主管部门"),
    "is_public": gettext_lazy("对外展示"),
    "mobile": gettext_lazy("手机号"),
    "name": gettext_lazy("名称"),
    "name_en": gettext_lazy("英文名称"),
    "opening_hours": gettext_lazy("开放时间"),
    "phone": gettext_lazy("电话"),
    "region": gettext_lazy("所在地区"),
    "responsible": gettext_lazy("负责人"),
    "username": gettext_lazy("用户名"),
    "website": gettext_lazy("网址"),
}
ORGANISATIONS = ("organisation", "owner", "value")


def words(*, codes: Mapping[str, Set[str]]) -> dict[tuple[str, str], str]:
    """Words for organisations, roles, regions, scopes and dated facts; one query."""
    fields = codes.get("fields", frozenset())
    found = {("fields", c): str(FIELDS[c]) for c in fields if c in FIELDS}
    wanted = {code for key in ORGANISATIONS for code in codes.get(key, ())}
    infos = queries.organisation_infos(wanted) if wanted else {}
    for key in ORGANISATIONS:
        found |= {(key, c): infos[c].name for c in codes.get(key, ()) if c in infos}
    roles = codes.get("role", frozenset())
    found |= {("role", c): queries.role_label(c) for c in roles if c in Role.values}
    found |= {("region", c): reference.region_name(c) for c in codes.get("region", ())}
    for key, choices in (("scopes", Scope), ("attribute", Attribute)):
        known = dict(choices.choices)
        found |= {(key, c): str(known[c]) for c in codes.get(key, ()) if c in known}
    return found
