"""Roles, facts of organisations, and what other contexts may know of people and units."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    """Roles of ux.md B4.1. ``visitor`` is everybody who has signed in and is never granted."""

    VISITOR = "visitor", pgettext_lazy("role", "访客")
    RESEARCHER = "researcher", pgettext_lazy("role", "科研人员")
    PI = "pi", pgettext_lazy("role", "课题负责人")
    SME_ADMIN = "sme_admin", pgettext_lazy("role", "企业用户")
    INSTRUMENT_KEEPER = "instrument_keeper", pgettext_lazy("role", "仪器负责人(机组)")
    SAMPLE_RECEIVER = "sample_receiver", pgettext_lazy("role", "收样员")
    UNIT_ADMIN = "unit_admin", pgettext_lazy("role", "单位管理员(设备处/科研处)")
    UNIT_FINANCE = "unit_finance", pgettext_lazy("role", "单位财务")
    UNIT_LEADER = "unit_leader", pgettext_lazy("role", "单位负责人(签批)")
    COUNTY_OFFICER = "county_officer", pgettext_lazy("role", "县(市、区)/高新区科技主管部门")
    BUREAU_ADMIN = "bureau_admin", pgettext_lazy("role", "市科技局业务科室")
    BUREAU_LEADER = "bureau_leader", pgettext_lazy("role", "市科技局领导")
    FINANCE_BUREAU = "finance_bureau", pgettext_lazy("role", "市财政局")
    DEPT_OFFICER = "dept_officer", pgettext_lazy("role", "行业主管部门")
    EXPERT = "expert", pgettext_lazy("role", "评审专家")
    ASSESSOR = "assessor", pgettext_lazy("role", "第三方评价机构")
    AUDITOR = "auditor", pgettext_lazy("role", "监督审计")
    EDITOR = "editor", pgettext_lazy("role", "信息发布员")
    SYSADMIN = "sysadmin", pgettext_lazy("role", "系统管理员")
    SECADMIN = "secadmin", pgettext_lazy("role", "安全管理员")
    LOGADMIN = "logadmin", pgettext_lazy("role", "审计管理员")


UNIT_ROLES = frozenset(
    {
        Role.RESEARCHER,
        Role.PI,
        Role.SME_ADMIN,
        Role.INSTRUMENT_KEEPER,
        Role.SAMPLE_RECEIVER,
        Role.UNIT_ADMIN,
        Role.UNIT_FINANCE,
        Role.UNIT_LEADER,
        Role.DEPT_OFFICER,
        Role.ASSESSOR,
    }
)
REGION_ROLES = frozenset(
    {
        Role.COUNTY_OFFICER,
        Role.BUREAU_ADMIN,
        Role.BUREAU_LEADER,
        Role.FINANCE_BUREAU,
        Role.AUDITOR,
        Role.EDITOR,
    }
)
# Who answers for what the units of a region enter; finance and the editor do not.
OVERSEERS = frozenset({Role.COUNTY_OFFICER, Role.BUREAU_ADMIN, Role.BUREAU_LEADER, Role.AUDITOR})
ADMIN_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.LOGADMIN})
FREE_ROLES = ADMIN_ROLES | {Role.EXPERT}
GRANTED_ROLES = UNIT_ROLES | REGION_ROLES | FREE_ROLES


class Attribute(TextChoices):
    """Facts of an organisation that change over time and are asked for at a date."""

    NATURE = "nature", pgettext_lazy("organisation", "单位性质")
    AFFILIATION = "affiliation", pgettext_lazy("organisation", "隶属关系")
    DEPARTMENT = "department", pgettext_lazy("organisation", "主管部门")
    FUNDING = "funding", pgettext_lazy("organisation", "经费形式")


CODE_SYSTEMS = {
    Attribute.NATURE: "org.nature",
    Attribute.AFFILIATION: "org.affiliation",
    Attribute.FUNDING: "org.funding",
}


class AliasKind(TextChoices):
    FORMER = "former", pgettext_lazy("organisation", "曾用名")
    SHORT = "short", pgettext_lazy("organisation", "简称")
    ENGLISH = "english", pgettext_lazy("organisation", "英文名")


class Scope(TextChoices):
    """What an API token may be used for."""

    RECORDS_READ = "records:read", pgettext_lazy("token", "读取资源记录")
    RECORDS_WRITE = "records:write", pgettext_lazy("token", "填报和修改资源记录")
    IMPORTS_WRITE = "imports:write", pgettext_lazy("token", "批量导入")
    SEARCH = "search", pgettext_lazy("token", "检索")


@dataclass(frozen=True, slots=True)
class OrganisationInfo:
    """An organisation as other contexts see it; ``code`` is the unit site's address."""

    id: int
    uid: str
    name: str
    code: str
    region: str
    credit_code: str | None = None
    is_public: bool = True
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """One membership in words: what the switcher and the lists of members show."""

    id: int
    role: str
    label: str
    organisation: str = ""
    organisation_uid: str = ""
    region: str = ""
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def title(self) -> str:
        return f"{self.label} · {self.place}" if self.place else self.label


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in and in which role, for the top bar (``request.account``)."""

    uid: str = ""
    name: str = ""
    roles: tuple[RoleInfo, ...] = ()
    current: RoleInfo | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.uid)


@dataclass(frozen=True, slots=True)
class ContactInfo:
    """Contact data in clear; only ``services.read_contact`` makes one, and journals it."""

    uid: str
    name: str
    mobile: str
    email: str


@dataclass(frozen=True, slots=True)
class DemoAccountInfo:
    """One line of the demo's role switcher."""

    id: int
    role: str
    label: str
    username: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A new API token; ``secret`` is shown this once and kept only as a hash."""

    token: Any
    secret: str
