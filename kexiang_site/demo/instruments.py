"""312 published instruments: the twenty of ux.md D3 and the rest drawn from the families."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from kexiang_site.demo.identity import content, dice, phone, teacher
from kexiang_site.demo.organisations import COUNTIES, Organisation, organisations, units
from kexiang_site.demo.rows import Row, before, fill

FAMILY_FILES = ("instruments_analysis", "instruments_material", "instruments_life")
BANDS = {"large": 69, "middle": 198, "small": 25}  # beside the heroes: 15 + 4 + 1 (ux.md D2)
WAYS = {"s": "sample", "m": "onsite", "t": "training"}
STATES = {
    "可预约": "available",
    "使用中": "in_use",
    "维护中": "maintenance",
    "故障停机": "fault",
    "检定(校准)到期停用": "calibration_due",
    "暂停预约": "suspended",
}
TITLES = ("实验师", "高级实验师", "工程师", "高级工程师", "副研究员")


@dataclass(frozen=True, slots=True)
class Copy:
    """One set of an instrument in a unit: which family, which model, which number."""

    family: dict[str, Any]
    model: tuple[str, str, str, float, str]
    unit: Organisation
    number: int


@cache
def families() -> dict[str, dict[str, Any]]:
    listed = [family for name in FAMILY_FILES for family in content(name)["family"]]
    return {family["key"]: family for family in (*listed, *content("heroes")["family"])}


def band(value: float) -> str:
    return "large" if value >= 50 else "middle" if value >= 10 else "small"


@cache
def copies() -> tuple[Copy, ...]:
    """The instruments beside the heroes: units filled to their share, bands to their number."""
    room = {unit.key: unit.share for unit in units()}
    for hero in content("heroes")["hero"]:
        room[hero["org"]] -= 1
    left = dict(BANDS)
    made: list[Copy] = []
    used: set[tuple[str, str, str]] = set()
    needed = {unit.key: _needed(unit) for unit in units()}
    while sum(room.values()):
        for unit in units():
            if room[unit.key]:
                wanted = needed[unit.key].pop(0) if needed[unit.key] else ""
                made.append(_choose(unit, left, used, len(made), wanted))
                left[band(made[-1].model[3])] -= 1
                room[unit.key] -= 1
    return tuple(made)


def _needed(unit: Organisation) -> list[str]:
    """Families a unit must have because it offers tests with them and no hero does it."""
    own = {hero["family"] for hero in content("heroes")["hero"] if hero["org"] == unit.key}
    uses = [
        use
        for item in content("test_items")["item"]
        if unit.key in {name.rstrip("!") for name in item["by"]}
        for use in item["uses"]
    ]
    return [use for use in dict.fromkeys(uses) if use not in own and "models" in families()[use]]


def _choose(
    unit: Organisation,
    left: dict[str, int],
    used: set[tuple[str, str, str]],
    number: int,
    wanted: str,
) -> Copy:
    """The next instrument of a unit: the wanted family, else one fitting the unit's fields."""
    pool = [families()[wanted]] if wanted else _fitting(unit)
    options = _models(pool, left) or _models(_fitting(unit), left)
    fresh = [
        (family, model)
        for family, model in options
        if (unit.key, family["key"], model[0]) not in used
    ]
    roll = dice("instrument", unit.key, number)
    family, model = _weighted(roll, fresh or options, left, unit)
    used.add((unit.key, family["key"], model[0]))
    return Copy(family, model, unit, number)


def _fitting(unit: Organisation) -> list[dict[str, Any]]:
    return [f for f in families().values() if set(f.get("fields", ())) & set(unit.fields)]


def _models(pool: list[dict[str, Any]], left: dict[str, int]) -> list[tuple]:
    return [(f, tuple(m)) for f in pool for m in f["models"] if left[band(m[3])] > 0]


def _weighted(roll: Any, options: list, left: dict[str, int], unit: Organisation) -> tuple:
    """Bands in proportion to what is left of them; a new family before a second model."""
    total = sum(left.values())
    weights = [left[band(model[3])] / total for _family, model in options]
    spread = {name: sum(band(m[3]) == name for _f, m in options) or 1 for name in left}
    weights = [
        weight / spread[band(model[3])]
        for weight, (_f, model) in zip(weights, options, strict=True)
    ]
    return roll.choices(options, weights)[0]


def instruments(today: date) -> Iterator[Row]:
    """All 312, heroes first."""
    for hero in content("heroes")["hero"]:
        yield _hero(hero, today)
    for number, copy in enumerate(copies()):
        yield _common(copy, number + 21, today)


def _hero(hero: dict[str, Any], today: date) -> Row:
    unit = organisations()[hero["org"]]
    family = families()[hero["family"]]
    year = hero.get("year", 0)
    bought = (today.year - year) * 365 if year else 900 + hero["no"] * 97
    values = {
        **_shared(unit, family, hero["no"], today, bought),
        "title": hero["name"],
        "title_en": hero["en"],
        "model": hero["model"],
        "manufacturer": hero["maker"],
        "nation": hero["nation"],
        "class_code": hero["class"],
        "original_value": f"{hero['value']:.2f}",
        "plain_use": hero["plain"],
        "technical": hero["technical"],
        "room": hero["room"],
        "current_state": STATES[hero["state"]],
        "attributes": hero["rare"] or None,
    }
    values |= _hero_special(hero, today)
    return Row(
        "instrument",
        f"hero-{hero['no']:02d}",
        unit.key,
        fill(**values),
        age=300 + hero["no"] * 9,
        fresh=12 + hero["no"] * 4,
        visibility=hero.get("visibility", "public"),
        picture=family["picture"],
    )


def _hero_special(hero: dict[str, Any], today: date) -> dict[str, Any]:
    """What makes the heroes: notes, customs, opening, year, lead time."""
    extra: dict[str, Any] = {}
    if "note" in hero:
        extra["description"] = hero["note"]
    if "days" in hero:
        extra["lead_days"] = hero["days"]
    if hero.get("open"):
        extra |= {"open_state": "internal", "share_mode": "1", "voucher_usable": False}
    if hero.get("year"):
        extra |= {"commissioned_on": f"{hero['year']}-06-01", "booked_on": f"{hero['year']}-05-20"}
        extra |= {"run_state": "7", "run_hours": "0", "service_hours": "0", "external_hours": "0"}
    if hero.get("customs"):
        extra |= {"customs_supervised": True, "customs": [_customs(hero, today)]}
    if hero["no"] == 9:
        extra["funds"] = ["3"]
    return extra


def _customs(hero: dict[str, Any], today: date) -> dict[str, Any]:
    year = today.year - 2
    return {
        "declaration_number": f"0201{year}1000{hero['no']:06d}"[:18],
        "item_number": "01",
        "form_name": hero["name"],
        "import_date": f"{year}-04-12",
        "import_port": "太原海关",
        "share": True,
        "fees_approved": True,
    }


def _common(copy: Copy, number: int, today: date) -> Row:
    family, unit = copy.family, copy.unit
    model, maker, nation, value, technical = copy.model
    roll = dice("set", number, unit.key)
    bought = roll.randint(120, 3900)
    state = roll.choices(
        ["available", "in_use", "maintenance", "fault", "calibration_due", "suspended"],
        [70, 14, 6, 4, 3, 3],
    )[0]
    values = {
        **_shared(unit, family, number, today, bought),
        "title": family["name"],
        "title_en": family["en"],
        "model": model,
        "manufacturer": unit.name if maker == "自行研制" else maker,
        "source": "2" if maker == "自行研制" else "1",
        "nation": nation,
        "class_code": family["class"],
        "original_value": f"{_jitter(value, roll):.2f}",
        "technical": technical,
        "room": f"{unit.place} {roll.randint(1, 6)}{roll.randint(1, 18):02d}",
        "current_state": state,
        "attributes": _attributes(value),
    }
    stale = roll.random() < 0.08  # some units never confirm: older than 180 days
    if unit.key == "sdu" and number in _internal_only():
        values |= {"open_state": "internal", "share_mode": "1", "voucher_usable": False}
    return Row(
        "instrument",
        f"instrument-{number:03d}",
        unit.key,
        fill(**values),
        age=min(bought, roll.randint(20, 700)),
        fresh=roll.randint(181, 420) if stale else roll.randint(1, 170),
        picture=family["picture"],
    )


@cache
def _internal_only() -> frozenset[int]:
    """Four sets of the university beside hero 15: 43 enrolled, 38 open (ux.md D2)."""
    own = [number + 21 for number, copy in enumerate(copies()) if copy.unit.key == "sdu"]
    return frozenset(own[5::9][:4])


def _jitter(value: float, roll: Any) -> float:
    """A price of its own for every set, never leaving its band."""
    moved = round(value * roll.uniform(0.93, 1.07), 2)
    return moved if band(moved) == band(value) else value


def _attributes(value: float) -> list[str] | None:
    return ["large", "precise"] if value >= 200 else ["large"] if value >= 50 else None


def _shared(
    unit: Organisation, family: dict[str, Any], number: int, today: date, bought: int
) -> dict[str, Any]:
    """The fields that follow from the unit and the family."""
    roll = dice("shared", unit.key, number)
    keeper = teacher(unit.key, family["key"])
    charged, firm, academic, inside = family["fee"]
    public = unit.affiliation != "private" and unit.nature != "state_enterprise"
    run = roll.randint(420, 1900)
    service = int(run * roll.uniform(0.55, 0.95))
    return {
        "inner_id": f"{unit.key.upper()}-{number:04d}",
        "asset_no": f"{today.year - bought // 365}{unit.serial:03d}{number:04d}",
        "category": "2",
        "source": "1",
        "affiliation": "4",
        "commissioned_on": before(today, bought),
        "booked_on": before(today, bought + 25),
        "inside_department": unit.depart,
        "subjects": family["subjects"],
        "function": family["function"],
        "service_content": family["service"],
        "suitable_samples": family["suits"],
        "cannot_do": family["unfit"],
        "service_ways": [WAYS[way] for way in family["way"]],
        "open_state": "open",
        "share_mode": "2",
        "voucher_usable": number % 3 != 0,
        "requirement": requirement(unit),
        "price_from": f"{firm:.2f}",
        "price_unit": charged,
        "prices": [
            {
                "item": family["service"].split("、")[0],
                "unit": charged,
                "inside": f"{inside:.2f}",
                "academic": f"{academic:.2f}",
                "firm": f"{firm:.2f}",
                "urgent": "当日排队,加收 50 %",
            }
        ],
        "fee": f"企业 {firm} 元/{charged},高校院所 {academic} 元/{charged},"
        f"本单位 {inside} 元/{charged}。",
        "lead_days": roll.choice([2, 3, 3, 4, 5, 5, 7]),
        "region": unit.region,
        "province": "山西省",
        "city": "长治市",
        "street": unit.street,
        "run_state": "1",
        "run_hours": str(run),
        "service_hours": str(service),
        "external_hours": str(int(service * roll.uniform(0.1, 0.6))),
        "funding_source": "fiscal" if public else "soe" if unit.type == "soe" else "private",
        "funds": ["2", "3"] if public else ["3"],
        "customs_supervised": False,
        "contact_name": keeper,
        "contact_phone": phone(unit.serial * 10 + number % 10),
        "contact_email": f"lab{number:03d}@{unit.key}.example.org",
        "keeper": keeper,
        "keeper_title": roll.choice(TITLES),
        "service_time": "工作日 8:30—17:30",
        "custodian": keeper,
        "serial_number": f"SN{roll.randint(100_000, 999_999)}",
        "contact_address": f"山西省长治市{unit.street}",
        "contact_postcode": "046000",
        "keywords": [family.get("name", ""), *family["service"].split("、")[:3]],
        "plain_use": "可做" + "、".join(family["service"].rstrip("。").split("、")[:3])[:60],
    }


def requirement(unit: Organisation) -> str:
    return (
        f"面向社会开放。先在线或电话联系{unit.depart},写明样品与要求;送样随附委托单,"
        f"预约以机组确认为准,不能按时到场须提前 1 个工作日取消。"
        f"收样地址:{COUNTIES[unit.region]}{unit.street.removeprefix(COUNTIES[unit.region])}。"
    )


def spare(org: str, family: str, model: int, number: int, today: date) -> Row:
    """An instrument beyond the 312, for records that are still under way."""
    kind = families()[family]
    return _common(
        Copy(kind, tuple(kind["models"][model]), organisations()[org], number), number, today
    )
