"""Some 600 articles from a small grammar of our own: no text is taken from anybody."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random
from typing import Any

from kexiang_site.demo.identity import GIVEN, SURNAMES, content, dice
from kexiang_site.demo.organisations import organisations
from kexiang_site.demo.rows import Row, fill

ARTICLES = 600  # ux.md D2
TITLES = (
    "{factor}对{object}{effect}的影响",
    "不同{factor}下{object}的{effect}研究",
    "基于{method}的{object}{effect}研究",
    "{place}{object}{effect}及{factor}的作用",
    "{object}{effect}的{method}",
    "{place}{object}的{effect}",
    "{factor}与{object}{effect}的关系:{method}",
)
OPENINGS = (
    "为明确{factor}对{object}{effect}的影响,",
    "针对{place}{object}{effect}认识不足的问题,",
    "{object}的{effect}是生产中关注的问题。",
    "为给{object}的{effect}提供依据,",
)
MATERIALS = (
    "以{place}的{object}为对象,设置 {n} 个{factor}水平,采用{method}开展研究。",
    "选取 {n} 组样品,用{method}分析了{factor}的作用。",
    "于 {year} 年在{place}布设 {n} 个处理,结合{method}进行测定。",
)
RESULTS = (
    "结果表明:随{factor}变化,主要指标由 {a} {unit} 变为 {b} {unit},差异显著(P<0.05)。",
    "结果表明,最优处理的指标为 {b} {unit},较对照提高 {p} %。",
    "结果显示,{factor}与主要指标呈显著相关(r={r}),其中 {n} 个处理达到 {b} {unit}。",
    "与常规处理相比,主要指标提高 {p} %,变异系数降至 {c} %。",
)
SECOND = (
    "进一步分析发现,{effect}主要受{factor}控制,贡献率为 {q} %。",
    "方差分析表明,{factor}与{place}年际条件存在交互作用。",
    "通径分析显示直接作用大于间接作用。",
    "验证试验的相对误差小于 {c} %。",
)
TYPES = ("journal",) * 6 + ("proceedings", "preprint")
MODES = ("open", "delivery", "delivery", "reading", "none")


def articles(today: date) -> Iterator[Row]:
    """600 articles of the last ten years; titles never repeat."""
    for number, (field, parts) in enumerate(_plans()):
        yield _article(field, parts, number, today)


@cache
def _plans() -> tuple[tuple[dict[str, Any], dict[str, str]], ...]:
    """What each article is about: a field and its parts, with every title once."""
    fields = content("articles")["field"]
    made: list[tuple[dict[str, Any], dict[str, str]]] = []
    seen: set[str] = set()
    attempt = 0
    while len(made) < ARTICLES:
        field = fields[attempt % len(fields)]
        roll = dice("article", attempt)
        attempt += 1
        parts = {
            "object": roll.choice(field["objects"]),
            "factor": roll.choice(field["factors"]),
            "effect": roll.choice(field["effects"]),
            "method": roll.choice(field["methods"]),
            "place": roll.choice(field.get("places") or content("articles")["places"]),
        }
        parts["title"] = roll.choice(TITLES).format(**parts)
        if parts["title"] not in seen:
            seen.add(parts["title"])
            made.append((field, parts))
    return tuple(made)


def _article(field: dict[str, Any], parts: dict[str, str], number: int, today: date) -> Row:
    roll = dice("article text", number)
    owner = organisations()[roll.choice(field["owners"])]
    year = today.year - roll.choice([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9])
    kind = roll.choice(TYPES)
    issue = roll.randint(1, 10 if year == today.year else 12)
    mode = roll.choice(MODES)
    first = roll.randint(1, 180)
    own = content("articles")["journals"][field["journal"]]
    values = fill(
        title=parts["title"],
        document_type=kind,
        authors=_authors(roll),
        affiliations=[owner.name],
        description=_abstract(field, parts, year, roll),
        keywords=[parts["object"], parts["factor"], parts["effect"], parts["method"]],
        clc=[field["clc"]],
        languages=["zh"],
        other_id=f"DEMO-{year}-{number + 1:04d}",
        journal=own if kind in {"journal", "proceedings"} else owner.name,
        volume=str(year - 1983) if kind == "journal" else "",
        issue=str(issue) if kind == "journal" else "",
        pages=f"{first}-{first + roll.randint(5, 11)}",
        published_year=year,
        fulltext_mode=mode,
        fulltext_url=f"https://library.example.org/{year}/{number + 1}" if mode == "open" else "",
        holding_place="市科技情报室(演示)" if mode in {"reading", "delivery"} else "",
        funding_source="fiscal",
        access_mode=["open"] if mode == "open" else ["apply"],
        contact_name="文献服务台",
        contact_phone=organisations()["bureau"].phone,
    )
    return Row("article", f"article-{number:03d}", owner.key, values, age=number % 900, fresh=100)


def _authors(roll: Random) -> list[str]:
    size = roll.randint(2, 6)
    return [roll.choice(SURNAMES) + roll.choice(GIVEN) for _place in range(size)]


def _abstract(field: dict[str, Any], parts: dict[str, str], year: int, roll: Random) -> str:
    """Four to six sentences whose figures agree with one another."""
    low = roll.randint(12, 480) / 10
    rise = roll.randint(40, 420) / 10
    facts = {
        **parts,
        "year": str(year - 1),
        "unit": roll.choice(field["units"]),
        "n": str(roll.randint(3, 9)),
        "a": f"{low:.1f}",
        "b": f"{low * (1 + rise / 100):.1f}",
        "p": f"{rise:.1f}",
        "q": f"{roll.randint(310, 780) / 10:.1f}",
        "c": f"{roll.randint(20, 68) / 10:.1f}",
        "r": f"{roll.randint(62, 96) / 100:.2f}",
    }
    pools = [
        field.get("openings", OPENINGS),
        field.get("materials", MATERIALS),
        field.get("results", RESULTS),
        field.get("seconds", SECOND),
        field.get("closings", content("articles")["closings"]),
    ]
    return "".join(roll.choice(pool).format(**facts) for pool in pools)
