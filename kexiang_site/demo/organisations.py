"""Organisations of the demo place: bureau, departments, county offices, units and firms."""

from dataclasses import dataclass
from functools import cache

from kexiang_site.demo.identity import content, credit_code, phone

COUNTIES = {
    "140403": "潞州区",
    "140404": "上党区",
    "140405": "屯留区",
    "140406": "潞城区",
    "140423": "襄垣县",
    "140425": "平顺县",
    "140426": "黎城县",
    "140427": "壶关县",
    "140428": "长子县",
    "140429": "武乡县",
    "140430": "沁县",
    "140431": "沁源县",
    "140471": "高新区",
}
FIRM_NATURES = ("private_enterprise", "state_enterprise")
UNIT_SERIAL, COUNTY_SERIAL = 21, 101


@dataclass(frozen=True, slots=True)
class Organisation:
    """An invented organisation with everything its page and its records need."""

    key: str
    kind: str
    name: str
    short: str
    region: str
    serial: int
    nature: str = "government"
    affiliation: str = "city"
    funding: str = "full"
    name_en: str = ""
    type: str = ""
    superior: str = ""
    department: str = ""
    street: str = ""
    place: str = ""
    depart: str = ""
    share: int = 0
    fields: tuple[str, ...] = ()

    @property
    def credit_code(self) -> str:
        return credit_code(
            self.serial,
            government=self.nature == "government",
            firm=self.nature in FIRM_NATURES,
        )

    @property
    def phone(self) -> str:
        return phone(self.serial * 10)

    @property
    def email(self) -> str:
        return f"office@{self.key}.example.org"

    @property
    def is_unit(self) -> bool:
        return self.kind == "unit"


@cache
def organisations() -> dict[str, Organisation]:
    """All organisations by key, in the order in which they are made."""
    listed = [
        Organisation(**{**entry, "fields": tuple(entry.get("fields", ()))})
        for entry in content("organisations")["organisation"]
    ]
    counties = [
        Organisation(
            key=f"county-{code}",
            kind="county",
            name=f"{name}科技主管部门(演示)",
            short=f"{name}科技主管部门",
            region=code,
            serial=COUNTY_SERIAL + number,
            affiliation="county",
            street=f"{name}政务服务中心",
        )
        for number, (code, name) in enumerate(COUNTIES.items())
    ]
    return {organisation.key: organisation for organisation in (*listed, *counties)}


def units() -> list[Organisation]:
    """The 26 managing units of ux.md D2."""
    return [organisation for organisation in organisations().values() if organisation.is_unit]
