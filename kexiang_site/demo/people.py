"""The persons of the demo place: those a visitor may become, and staff behind the records."""

from dataclasses import dataclass

from kexiang_site.demo.identity import dice, person_name
from kexiang_site.demo.organisations import COUNTIES, units

CITY = "140400"
WORDS = [
    "taihang",
    "shangdang",
    "zhangze",
    "lianqiao",
    "dangshen",
    "xiaomi",
    "hetao",
    "guzi",
    "luzhou",
    "qinyuan",
    "huguan",
    "pingshun",
    "licheng",
    "wuxiang",
    "tunliu",
    "lucheng",
    "shanyao",
    "huanghua",
    "kucha",
    "maizi",
    "songshu",
    "yunwu",
]


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a person: for an organisation (its key), for a region, or without scope."""

    role: str
    org: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person; ``is_account`` puts it into demo-accounts.json and the role switcher."""

    username: str
    name: str
    mobile: str
    roles: tuple[Role, ...]
    is_account: bool = True


# username, name, roles (role, organisation or region); the first role is the one listed
ACCOUNTS = (
    ("bureau_admin", "韩晓东", (Role("bureau_admin", region=CITY),)),
    ("bureau_leader", "苗建国", (Role("bureau_leader", region=CITY),)),
    ("county_officer", "暴建平", (Role("county_officer", region="140403"),)),
    ("unit_admin", "靳丽娟", (Role("unit_admin", org="sdu"),)),
    ("unit_finance", "贾慧敏", (Role("unit_finance", org="sdu"),)),
    ("unit_leader", "程立新", (Role("unit_leader", org="sdu"),)),
    (
        "instrument_keeper",
        "申志强",
        (Role("instrument_keeper", org="sdu"), Role("researcher", org="sdu")),
    ),
    ("sample_receiver", "连雪梅", (Role("sample_receiver", org="citytest"),)),
    ("researcher", "路欣然", (Role("researcher", org="sdu"),)),
    ("pi_group", "崔振华", (Role("pi", org="sdu"),)),
    ("sme_admin", "武建国", (Role("sme_admin", org="valve"),)),
    ("expert", "原学军", (Role("expert"),)),
    ("finance_bureau", "常瑞芳", (Role("finance_bureau", region=CITY),)),
    ("auditor", "牛永刚", (Role("auditor", region=CITY),)),
    ("editor", "段佳怡", (Role("editor", region=CITY),)),
    ("dept_officer", "孟晓霞", (Role("dept_officer", org="education"),)),
    ("sysadmin", "冯海波", (Role("sysadmin"),)),
    ("secadmin", "暴立新", (Role("secadmin"),)),
    ("logadmin", "原春艳", (Role("logadmin"),)),
    ("test_admin", "马永刚", (Role("unit_admin", org="citytest"),)),
)
DEPARTMENTS = ("health", "assets", "agriculture", "market", "industry")


def people() -> list[Person]:
    """Accounts first, then one administrator per unit, a keeper, and the county officers."""
    listed = [
        Person(username, name, mobile(number), roles)
        for number, (username, name, roles) in enumerate(ACCOUNTS)
    ]
    taken = {role.org for person in listed for role in person.roles if role.role == "unit_admin"}
    staff: list[tuple[str, tuple[Role, ...]]] = []
    for unit in units():
        if unit.key not in taken:
            staff.append((f"{unit.key}_admin", (Role("unit_admin", org=unit.key),)))
        if unit.key != "sdu":
            staff.append((f"{unit.key}_keeper", (Role("instrument_keeper", org=unit.key),)))
    staff += [
        (f"county_{code}", (Role("county_officer", region=code),))
        for code in COUNTIES
        if code != "140403"
    ]
    staff += [(f"dept_{key}", (Role("dept_officer", org=key),)) for key in DEPARTMENTS]
    return listed + [
        Person(username, person_name(username), mobile(100 + number), roles, is_account=False)
        for number, (username, roles) in enumerate(staff)
    ]


def mobile(serial: int) -> str:
    """A number of the unassigned block 140-0000-xxxx, in E.164."""
    return f"+861400000{serial:04d}"


def password(seed: str, username: str) -> str:
    """Two words and four digits, differing with every installation's seed."""
    roll = dice("password", seed, username)
    first, second = roll.sample(WORDS, 2)
    return f"{first}-{second}-{roll.randint(1000, 9999)}"
