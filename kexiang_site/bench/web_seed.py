"""Published records of the real catalogue for ``bench web``, written in bulk, made from a seed.

Names of instruments, materials and faults are common words of the trade, recombined.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kexiang.accounts.models import Organisation
from kexiang.catalog.models import Record
from kexiang.catalog.services.columns import columns_of
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.reference import queries as reference

SEED = 20261
ORGANISATIONS = 200
BATCH = 2_000
SAMPLES = 400


def _words(text: str) -> list[str]:
    return text.split()


DEVICES = _words("""
X射线衍射仪 扫描电子显微镜 透射电子显微镜 气相色谱质谱联用仪
液相色谱质谱联用仪 原子吸收分光光度计 电感耦合等离子体发射光谱仪
万能材料试验机 三坐标测量机 傅里叶变换红外光谱仪 核磁共振波谱仪 激光粒度仪
热重分析仪 差示扫描量热仪 显微硬度计 盐雾试验箱 冲击试验机 疲劳试验机
直读光谱仪 紫外可见分光光度计
""")
MATERIALS = _words("""
不锈钢 铝合金 煤炭 焦炭 水泥 陶瓷 玻璃 高分子 涂层 橡胶 中药材 土壤
废水 食品 焊缝 轴承 锂电池 矿石 润滑油 混凝土
""")
FAULTS = _words("""
生锈 开裂 变形 断裂 磨损 老化 变色 泄漏 起泡 分层 腐蚀 疲劳 超标
异味 结块
""")
METHODS = _words("""
晶间腐蚀 拉伸强度 化学成分 金相组织 粒度分布 热稳定性 重金属含量 硬度
冲击韧性 疲劳寿命
""")
USES = _words("""
物相分析 形貌观察 成分测定 结构鉴定 无损检测 失效分析 质量控制 新品研发
过程监测 标准物质定值
""")


@dataclass
class Place:
    """What the bench asks for: words, a common word, model numbers with their records."""

    words: list[str]
    common: str
    models: dict[str, set[str]] = field(default_factory=dict)
    samples: list[tuple[str, str]] = field(default_factory=list)


def fill(count: int, *, at: datetime) -> Place:
    """Write ``count`` published records and return what is known about them."""
    rng = random.Random(SEED)
    owners = _organisations(rng, at)
    specs = {code: kinds.kind(code) for code in ("instrument", "test_item")}
    words = [*DEVICES, *MATERIALS, *METHODS, *(f"{m} {f}" for m in MATERIALS for f in FAULTS[:4])]
    place = Place(words=words, common="分析")
    numbers = range(count)
    for start in numbers[::BATCH]:
        rows = [
            _record(rng, specs, owners, number, at) for number in numbers[start : start + BATCH]
        ]
        with transaction.atomic():
            Record.objects.bulk_create(rows)
        _remember(place, rows)
    return place


def _remember(place: Place, rows: list[Record]) -> None:
    for row in rows:
        if row.kind == "instrument" and (row.model in place.models or len(place.models) < 40):
            place.models.setdefault(row.model, set()).add(row.uid)
    room = SAMPLES - len(place.samples)
    instruments = [row for row in rows if row.kind == "instrument"]
    place.samples += [(row.uid, row.title) for row in instruments[: max(0, min(room, 100))]]


def _organisations(rng: random.Random, at: datetime) -> list[Organisation]:
    regions = [info.code for info in reference.regions("140400")] or ["140400"]
    rows = [
        Organisation(
            code=f"bench-{number}",
            name=f"{rng.choice(MATERIALS)}检测研究所{number}",
            sort_key=f"bench{number:04d}",
            region=rng.choice(regions),
            created_at=at,
        )
        for number in range(ORGANISATIONS)
    ]
    return Organisation.objects.bulk_create(rows)


def _record(
    rng: random.Random,
    specs: dict[str, KindSpec],
    owners: list[Organisation],
    number: int,
    at: datetime,
) -> Record:
    kind, values = (
        ("instrument", _instrument(rng, number))
        if rng.random() < 0.6
        else ("test_item", _test_item(rng, number))
    )
    owner = rng.choice(owners)
    published = at - timedelta(days=rng.randrange(1, 900))
    return Record(
        kind=kind,
        number=f"BENCH-{number:08d}",
        owner=owner,
        region=owner.region,
        state="published",
        attributes=values,
        completeness=rng.randrange(40, 101),
        created_by="system:bench",
        created_at=published,
        updated_at=published,
        published_at=published,
        confirmed_at=published,
        secrecy_by="system:bench",
        secrecy_at=published,
        **columns_of(specs[kind], values),
    )


def _instrument(rng: random.Random, number: int) -> dict[str, Any]:
    device, material, use = rng.choice(DEVICES), rng.choice(MATERIALS), rng.choice(USES)
    return {
        "title": f"{device}({material}{use})",
        "inner_id": f"I-{number:08d}",
        "model": f"KXB{rng.randrange(100_000, 999_999) if number % 5 else 100_000 + number // 50}",
        "manufacturer": f"{rng.choice(MATERIALS)}仪器有限公司",
        "nation": rng.choice(["156", "840", "392", "276"]),
        "original_value": f"{rng.lognormvariate(3.3, 0.9):.2f}",
        "booked_on": f"{rng.randint(2005, 2025)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
        "function": f"用于{material}的{use}、{rng.choice(USES)}和{rng.choice(METHODS)}测定。"
        f"适合{rng.choice(FAULTS)}、{rng.choice(FAULTS)}等问题的原因查找。",
        "technical": f"分辨率 {rng.uniform(0.1, 9):.1f} nm;温度 {rng.randint(20, 900)} ℃。",
        "open_state": "open",
        "current_state": "available",
        "contact_phone": "0355-2000000",
        "price_from": f"{rng.randint(5, 90) * 10}.00",
        "price_unit": "sample",
        "lead_days": rng.randint(1, 15),
    }


def _test_item(rng: random.Random, number: int) -> dict[str, Any]:
    material, method, fault = rng.choice(MATERIALS), rng.choice(METHODS), rng.choice(FAULTS)
    standard = f"GB/T {rng.randint(200, 39999)}-{rng.randint(2001, 2024)}"
    return {
        "title": f"{material}{method}检测",
        "inner_id": f"T-{number:08d}",
        "standards": [{"number": standard, "title": f"{material} {method}试验方法"}],
        "material": f"{material}、{rng.choice(MATERIALS)}",
        "plain_problems": f"{material}{fault},{rng.choice(MATERIALS)}{rng.choice(FAULTS)}",
        "description": f"按 {standard} 对{material}作{method}检测,{rng.choice(USES)}。",
        "price": f"{rng.randint(5, 200) * 10}.00",
        "price_unit": "sample",
        "lead_days": rng.randint(1, 15),
        "report_kind": "plain",
        "service_ways": ["sample"],
        "contact_phone": "0355-2000000",
    }
