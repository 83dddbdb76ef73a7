"""700 accessions of the region's crops, herbs, fungi and forage (F-01, F-04, F-06)."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from kexiang_site.demo.identity import content, dice
from kexiang_site.demo.organisations import COUNTIES, organisations
from kexiang_site.demo.rows import Row, fill

SIDES = ("东坡", "西坡", "南沟", "北沟", "川地", "梁地", "阳坡", "阴坡", "河滩", "村边")
STATUS = (("300", 60), ("100", 15), ("400", 15), ("500", 10))


def accessions(today: date) -> Iterator[Row]:
    for crop in content("germplasm")["crop"]:
        for number in range(1, crop["count"] + 1):
            yield _accession(crop, number, today)


def _accession(crop: dict[str, Any], number: int, today: date) -> Row:
    roll = dice("accession", crop["code"], number)
    owner = organisations()[crop["owner"]]
    code, county = roll.choice(list(COUNTIES.items())[:-1])
    year = roll.randint(1986, today.year - 1)
    month = roll.choice([8, 9, 9, 10])
    bred = roll.choices([s for s, _w in STATUS], [w for _s, w in STATUS])[0]
    microbe = crop.get("type") == "microbe"
    values = fill(
        title=_name(crop, number, county),
        accession_no=f"CZ-{crop['code']}-{number:05d}",
        collecting_no=f"{year}{code}{number:03d}",
        resource_type=crop.get("type", "plant"),
        crop=crop["crop"],
        family=crop["family"],
        genus=crop["genus"],
        species=crop["species"],
        species_authority=crop["authority"],
        scientific_name=f"{crop['genus']} {crop['species']}",
        biological_status="" if microbe else bred,
        origin_country="CN",
        origin_province="山西省",
        origin_place=f"{county}{roll.choice(SIDES)}",
        elevation=roll.randint(820, 1680),
        collected_on=f"{year}-{month:02d}-{roll.randint(1, 28):02d}",
        collected_by=owner.name,
        acquisition_source="10" if bred == "100" else "20",
        traits=_traits(crop, roll),
        uses=crop["uses"],
        keeper=owner.name,
        collection=crop["bank"],
        acquired_on=f"{year + 1}-0{roll.randint(1, 4)}-15" if year < today.year - 1 else None,
        quantity=roll.choice([3, 5, 10]) if microbe else roll.choice([200, 300, 500, 800]),
        quantity_unit="管" if microbe else "克",
        preservation=_preservation(crop),
        sharing_mode=["1", "3"] if roll.random() < 0.7 else ["3", "6"],
        get_by=["1", "2"],
        funding_source="private" if owner.affiliation == "private" else "fiscal",
        access_mode=["apply"],
        digitisation="full" if roll.random() < 0.6 else "partial",
        keywords=[crop["crop"], crop["bank"], county],
        description=f"采自{county}的{crop['crop']}资源,由{owner.short}保存,可按规定申请利用。",
        contact_name="种质库管理室",
        contact_phone=owner.phone,
        contact_email=f"genebank@{owner.key}.example.org",
    )
    key = f"accession-{crop['code']}-{number:03d}"
    return Row("germplasm", key, owner.key, values, age=number * 3 % 800, fresh=80)


def _preservation(crop: dict[str, Any]) -> list[str]:
    """Seeds in a cold store, trees and vines in the field, strains on slants."""
    if crop.get("type") == "microbe":
        return ["m5", "m2"]
    if crop["crop"] in {"核桃", "连翘", "油用牡丹", "马铃薯"}:
        return ["p1"]
    return ["p2"]


def _name(crop: dict[str, Any], number: int, county: str) -> str:
    """Names as collectors give them: each pair of parts once, then with the place."""
    first, second = crop["names_a"], crop["names_b"]
    pairs = len(first) * len(second)
    name = first[(number - 1) % len(first)] + second[(number - 1) // len(first) % len(second)]
    if number <= pairs:
        return name
    return f"{county[:2]}{name}{(number - 1) // pairs + 1}号"


def _traits(crop: dict[str, Any], roll: Random) -> str:
    facts = {
        "n": roll.randint(72, 138),
        "h": roll.randint(48, 186),
        "p": roll.randint(44, 78),
        "g": roll.randint(22, 68) / 10,
        "e": roll.randint(60, 118),
        "w": roll.randint(24, 41),
        "s": roll.randint(13, 19),
        "t": f"{roll.randint(8, 16)}–{roll.randint(18, 26)}",
        "d": roll.randint(42, 88) / 10,
    }
    chosen = roll.sample(crop["traits"], min(len(crop["traits"]), roll.randint(3, 5)))
    return ",".join(phrase.format(**facts) for phrase in chosen) + "。"
