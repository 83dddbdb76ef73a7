"""180 test items offered by several units, the certificates behind them, and the standards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from kexiang_site.demo.identity import content, dice, phone, teacher
from kexiang_site.demo.instruments import copies
from kexiang_site.demo.organisations import Organisation, organisations
from kexiang_site.demo.rows import Row, before, fill

PUBLISHED = 180  # ux.md D2
KINDS_OF_STANDARD = {
    "GB": "national",
    "HJ": "industry",
    "JY": "industry",
    "NB": "industry",
    "NY": "industry",
    "JJG": "metrology",
    "JJF": "metrology",
}
ISSUERS = {
    "GB": "国家标准化管理委员会",
    "HJ": "生态环境部",
    "JY": "教育部",
    "NB": "国家能源局",
    "NY": "农业农村部",
    "JJG": "国家市场监督管理总局",
    "JJF": "国家市场监督管理总局",
}
INDUSTRIES = {"s": ["C31", "C33"], "c": ["B06", "C25"], "f": ["C13", "C14", "C27"]}
INDUSTRIES |= {"e": ["N77", "A01"], "q": ["C34", "C35"], "m": ["C27", "A01"]}
ABOUT = {"s": "金属材料", "c": "煤与煤化工", "f": "食品药材", "e": "环境", "q": "装备零部件"}
ABOUT |= {"m": "医药生物"}
# certificate holder → (kind, days until it ends); a negative number has ended already
CERTIFICATES = {
    "citytest": (("cma", 1210), ("cnas", 640), ("catl", 420)),
    "sdtest": (("cma", 890), ("cnas", 75)),
    "sdcoal": (("cma", 1500),),
    "sdmine": (("cma", 300),),
    "sdagri": (("catl", 1020), ("cma", 700)),
    "thherb": (("cma", 510),),
    "wxequip": (("cnas", 410),),
    "zzenv": (("cma", 980), ("cma", -38)),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One unit's offer of one test."""

    item: dict[str, Any]
    unit: Organisation
    accredited: bool
    place: int

    @property
    def key(self) -> str:
        return f"item-{self.item['title']}-{self.unit.key}"


@cache
def offers() -> tuple[Offer, ...]:
    """All 180: the heroes' whole, the others cut from the end until the number fits."""
    listed = content("test_items")["item"]
    wide = [_offer(item, place) for item in listed for place in range(len(item["by"]))]
    kept = [offer for offer in wide if "hero" in offer.item or offer.item.get("expired")]
    rest = [offer for offer in wide if offer not in kept]
    rest.sort(key=lambda offer: (offer.place, listed.index(offer.item)))
    chosen = kept + rest[: PUBLISHED - len(kept)]
    return tuple(sorted(chosen, key=lambda offer: (listed.index(offer.item), offer.place)))


def _offer(item: dict[str, Any], place: int) -> Offer:
    name = item["by"][place]
    return Offer(item, organisations()[name.rstrip("!")], name.endswith("!"), place)


def test_items(today: date) -> Iterator[Row]:
    for number, offer in enumerate(offers(), 1):
        yield _test_item(offer, number, today)


def _test_item(offer: Offer, number: int, today: date) -> Row:
    item, unit = offer.item, offer.unit
    roll = dice("offer", offer.key)
    price = item["price"] if not offer.place else _nearby(item["price"], roll)
    days = item["days"] if not offer.place else max(1, item["days"] + roll.choice([-1, 0, 1, 2]))
    certificates = _certificates_of(offer)
    kinds = sorted({kind for kind, _key in certificates})
    values = fill(
        title=item["title"],
        inner_id=f"JC-{unit.serial:02d}{number:03d}",
        standards=[_standard_line(name) for name in item["standards"]],
        material=item["material"],
        parameter=item["parameter"],
        method=item["method"],
        industries=INDUSTRIES[item["about"]],
        plain_problems="\n".join(item["problems"]),
        description=item["report"],
        keywords=[ABOUT[item["about"]], *item["material"].split("、")[:3]],
        price=f"{price:.2f}",
        price_unit=item["unit"],
        price_academic=f"{price * 0.8:.2f}",
        price_inside=f"{price * 0.5:.2f}",
        urgent="3 个工作日内出结果的加收 50 %" if days > 3 else "当日出结果的加收 50 %",
        lead_days=days,
        voucher_usable=unit.nature != "state_enterprise",
        accreditation_kinds=kinds,
        report_kind=_report(kinds, item),
        sample_amount=item["amount"],
        sample_form=item["form"],
        sample_return="保存 30 天后处置,可约定退回",
        service_state=roll.choices(["open", "queue", "paused"], [86, 11, 3])[0],
        service_ways=["sample"],
        ship_to=f"长治市{unit.street} {unit.depart},工作日 8:30—17:00",
        contact_name=teacher(unit.key, item["about"]),
        contact_phone=phone(unit.serial * 10 + number % 10),
        contact_email=f"test@{unit.key}.example.org",
    )
    return Row(
        "test_item",
        offer.key,
        unit.key,
        values,
        age=roll.randint(15, 500),
        fresh=roll.randint(1, 150),
        picture="sample",
        refs=fill(
            accreditations=tuple(key for _kind, key in certificates),
            instruments=_instruments_of(offer),
        ),
    )


def _nearby(price: float, roll: Any) -> float:
    """Another unit's price: within a fifth, in round numbers."""
    step = 5 if price < 100 else 10 if price < 1000 else 100
    return max(step, round(price * roll.uniform(0.82, 1.2) / step) * step)


def _report(kinds: list[str], item: dict[str, Any]) -> str:
    if {"cma", "cnas"} <= set(kinds):
        return "cma_cnas"
    for kind in ("cma", "cnas"):
        if kind in kinds:
            return kind
    return "plain" if item.get("cma", True) else "data"


def _certificates_of(offer: Offer) -> list[tuple[str, str]]:
    """The certificates that cover an offer: (kind, row key)."""
    if not offer.accredited:
        return []
    held = CERTIFICATES[offer.unit.key]
    expired = bool(offer.item.get("expired")) and offer.unit.key == "zzenv"
    chosen = [
        (kind, certificate_key(offer.unit.key, place))
        for place, (kind, days) in enumerate(held)
        if kind != "catl" and (days < 0) == expired
    ]
    if offer.item["about"] in "fm" and not chosen:
        return [("catl", certificate_key(offer.unit.key, 0))]
    return chosen


def _instruments_of(offer: Offer) -> tuple[str, ...]:
    """Keys of the unit's instruments that do this test."""
    uses = set(offer.item["uses"])
    heroes = [
        f"hero-{hero['no']:02d}"
        for hero in content("heroes")["hero"]
        if hero["org"] == offer.unit.key and hero["family"] in uses and not hero.get("year")
    ]
    common = [
        f"instrument-{number + 21:03d}"
        for number, copy in enumerate(copies())
        if copy.unit.key == offer.unit.key and copy.family["key"] in uses
    ]
    return tuple((heroes + common)[:4])


@cache
def _titles() -> dict[str, tuple[str, ...]]:
    return {entry[0]: tuple(entry) for entry in content("standards")["standards"]}


def _standard_line(number: str) -> dict[str, str]:
    entry = _titles()[number]
    state = "replaced" if len(entry) > 2 else "current"
    return {"number": number, "title": entry[1], "state": state}


def certificate_key(unit: str, place: int) -> str:
    return f"certificate-{unit}-{place}"


def certificates(today: date) -> Iterator[Row]:
    """The certificates; one of them ended 38 days ago and takes three items along (ux.md D3)."""
    names = {
        "cma": "检验检测机构资质认定",
        "cnas": "实验室认可",
        "catl": "农产品质量安全检测机构考核",
    }
    issuers = {"cma": "省市场监督管理局", "cnas": "中国合格评定国家认可委员会"}
    for key, held in CERTIFICATES.items():
        unit = organisations()[key]
        for place, (kind, days) in enumerate(held):
            ends = today + timedelta(days=days)
            values = fill(
                title=f"{unit.short} {names[kind]}证书",
                accreditation_kind=kind,
                certificate_no=f"DEMO-{kind.upper()}-{unit.serial:03d}{place}",
                issuer=issuers.get(kind, "省农业农村厅"),
                valid_from=(ends - timedelta(days=6 * 365)).isoformat(),
                valid_until=ends.isoformat(),
                scope=_scope(key, certificate_key(key, place)),
                description="附表所列项目可在报告上使用资质标志,超出范围的仅出测试结果。",
                contact_name=teacher(key, "quality"),
                contact_phone=unit.phone,
                contact_email=unit.email,
            )
            yield Row("accreditation", certificate_key(key, place), key, values, age=400, fresh=30)


def _scope(unit: str, certificate: str) -> list[dict[str, str]]:
    return [
        {
            "object": offer.item["material"].split("、")[0],
            "parameter": offer.item["parameter"][:60],
            "standard": number,
        }
        for offer in offers()
        if offer.unit.key == unit and certificate in {key for _k, key in _certificates_of(offer)}
        for number in offer.item["standards"]
    ]


def standards(today: date) -> Iterator[Row]:
    """Standards and metrological regulations as the city's documentation centre lists them."""
    replaced = {entry[2]: entry[0] for entry in content("standards")["standards"] if entry[2:]}
    for place, entry in enumerate(content("standards")["standards"]):
        number, title, *rest = entry
        prefix = number.split("/")[0].split(" ")[0]
        year = int(number[-4:])
        old = replaced.get(number)
        values = fill(
            standard_no=number,
            title=title,
            standard_type=KINDS_OF_STANDARD[prefix],
            metrology_type=prefix.lower() if prefix in {"JJG", "JJF"} else None,
            mandatory=number.startswith("GB ") or prefix == "JJG",
            standard_state="replaced" if rest else "current",
            issued_on=f"{year}-01-01" if year > 1990 else None,
            replaces=[{"number": old}] if old else None,
            replaced_by=[{"number": rest[0]}] if rest else None,
            issuer=ISSUERS[prefix],
            holding_place="市检验检测中心(演示) 标准资料室",
            funding_source="fiscal",
            access_mode=["onsite"],
            contact_name="标准资料室",
            contact_phone=organisations()["citytest"].phone,
        )
        values.pop("issued_on", None)
        yield Row("standard", f"standard-{number}", "citytest", values, age=100 + place, fresh=90)


def stale_note(today: date) -> str:
    """The day on which the expired certificate ended."""
    return before(today, -CERTIFICATES["zzenv"][1][1])
