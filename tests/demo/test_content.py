"""The content of the demo place before it is written anywhere: quantities, numbers, names."""

import csv
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from stdnum.cn import uscc

from kexiang_site.demo.identity import content
from kexiang_site.demo.instruments import band, instruments
from kexiang_site.demo.organisations import COUNTIES, organisations, units
from kexiang_site.demo.people import people
from kexiang_site.demo.place import published
from kexiang_site.demo.plans import works
from kexiang_site.demo.testing import certificates, test_items

TODAY = date(2026, 11, 23)
PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT.parent / "shared" / "data"
# ux.md B2 "Forbidden on screen"
FORBIDDEN = [
    "黑名单",
    "失信",
    "信用分",
    "处罚",
    "通报批评",
    "审批收费",
    "顾客",
    "买家",
    "购物车",
    "好差评",
    "仪表盘",
    "工单",
    "系统错误",
    "涉密仪器",
    "千人计划",
    "扶贫",
    "经信委",
]
test_items.__test__ = False  # a content function, not a test


def _digest(today: date) -> str:
    rows = [(row.kind, row.key, row.owner, row.values, row.refs) for row in published(today)]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def test_content_is_the_same_in_another_process():
    code = (
        "from datetime import date; from tests.demo.test_content import _digest;"
        "print(_digest(date(2026, 11, 23)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=True,
        env={"PYTHONHASHSEED": "77", "PATH": "/usr/bin"},
    )

    assert answer.stdout.strip() == _digest(TODAY)


def test_dates_follow_the_day():
    assert _digest(TODAY) != _digest(TODAY + timedelta(days=1))
    titles = [row.values["title"] for row in published(TODAY)]
    assert titles == [row.values["title"] for row in published(TODAY + timedelta(days=1))]


@pytest.mark.req("A-02")
def test_quantities_are_those_of_the_plan():
    rows = list(published(TODAY))
    values = [float(r.values["original_value"]) for r in rows if r.kind == "instrument"]

    assert Counter(row.kind for row in rows) == {
        "instrument": 312,
        "test_item": 180,
        "article": 600,
        "germplasm": 700,
        "dataset": 40,
        "standard": 127,
        "accreditation": 13,
        "facility": 1,
        "instrument_centre": 2,
        "service_unit": 2,
        "research_base": 4,
        "service": 5,
        "database": 3,
        "bio_bank": 3,
        "specimen": 5,
        "patent": 3,
        "achievement": 3,
        "demand": 3,
        "book": 2,
        "periodical": 2,
        "thesis": 2,
        "st_report": 2,
        "policy": 12,
    }
    assert (sum(v >= 10 for v in values), sum(v >= 50 for v in values)) == (286, 84)


def test_keys_titles_and_numbers_are_unique():
    rows = list(published(TODAY))

    assert len({row.key for row in rows}) == len(rows)
    for kind in ("article", "dataset", "standard"):
        titles = [row.values["title"] for row in rows if row.kind == kind]
        repeated = [title for title, count in Counter(titles).items() if count > 1]
        assert repeated == [] or kind == "standard", repeated
    numbers = [row.values["accession_no"] for row in rows if row.kind == "germplasm"]
    assert len(set(numbers)) == 700


@pytest.mark.req("A-08")
def test_units_are_as_many_and_of_the_kinds_planned():
    assert Counter(unit.type for unit in units()) == {
        "university": 6,
        "institute": 5,
        "hospital": 3,
        "soe": 4,
        "private": 4,
        "testing": 2,
        "incubator": 2,
    }
    universities = [unit.affiliation for unit in units() if unit.type == "university"]
    assert Counter(universities) == {"provincial": 4, "city": 1, "central": 1}
    assert {unit.region for unit in units()} == set(COUNTIES)
    assert len(COUNTIES) == 13


def test_the_unit_for_the_ledger_check_has_43_enrolled_and_38_open():
    rows = [row for row in instruments(TODAY) if row.owner == "sdu"]

    assert len(rows) == 43
    assert sum(row.values["open_state"] == "open" for row in rows) == 38


def test_credit_codes_are_valid_and_lie_in_no_assigned_region():
    codes = [organisation.credit_code for organisation in organisations().values()]

    assert len(set(codes)) == len(codes)
    assert all(uscc.is_valid(code) for code in codes)
    assert all(re.fullmatch(r"[19][12]99\d{4}[0-9A-HJ-NPQRTUWXY]{10}", code) for code in codes)


def test_every_organisation_is_marked_as_invented():
    names = [organisation.name for organisation in organisations().values()]

    assert all("(演示)" in name for name in names)
    assert len(set(names)) == len(names)
    assert "太行精铸阀门(演示)有限公司" in names


def test_telephones_and_mobiles_are_invented():
    text = json.dumps([row.values for row in published(TODAY)], ensure_ascii=False)

    assert set(re.findall(r"0355-\d{3}", text)) == {"0355-000"}
    contacts = [row.values.get("contact_phone", "") for row in published(TODAY)]
    assert all(number.startswith("0355-000") for number in contacts)
    assert all(person.mobile.startswith("+861400000") for person in people())
    assert set(re.findall(r"@[\w.-]+", text)) <= {
        match for match in re.findall(r"@[\w.-]+", text) if match.endswith(".example.org")
    }


def test_no_forbidden_word_is_on_any_record():
    text = json.dumps([row.values for row in published(TODAY)], ensure_ascii=False)
    text += json.dumps([work.plan for work in works(TODAY)], ensure_ascii=False)

    assert [word for word in FORBIDDEN if word in text] == []


@pytest.mark.shared_data
def test_no_real_organisation_is_named():
    evaluated = DATA / "evaluation" / "national_open_share_2018_2022.csv"
    stations = DATA / "organisations" / "SKLMost.csv"
    real: set[str] = set()
    for path in (evaluated, stations):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                real |= {v for v in row.values() if v and len(v) >= 6 and v[-1] in "学院所心司站室"}
    text = json.dumps([row.values for row in published(TODAY)], ensure_ascii=False)
    names = {organisation.name for organisation in organisations().values()}

    assert real
    assert [name for name in real if name in names] == []
    assert [name for name in real if name in text] == []


HEROES = [
    (1, "扫描电子显微镜", "SU8020", "218.00"),
    (2, "X射线衍射仪", "D8 ADVANCE", "126.50"),
    (3, "透射电镜", "JEM-2100F", "498.00"),
    (4, "核磁共振波谱仪", "AVANCE NEO 400", "386.00"),
    (5, "电感耦合等离子体质谱", "NexION 1000", "128.00"),
    (6, "高分辨液质", "Q Exactive", "520.00"),
    (7, "气相色谱-质谱", "7890B-5977B", "98.00"),
    (8, "直读光谱仪", "SPECTROMAXx", "46.80"),
    (9, "晶间腐蚀试验装置", "", "9.60"),
    (10, "万能试验机", "E45.305", "38.00"),
    (11, "工业CT", "", "450.00"),
    (12, "热分析仪", "STA 449 F3", "68.00"),
    (13, "激光粒度仪", "Mastersizer 3000", "42.00"),
    (14, "工业分析仪", "5E-MAC", "22.00"),
    (15, "流式细胞仪", "FACSAria III", "240.00"),
    (16, "三坐标测量机", "", "85.00"),
    (17, "农残前处理+LC-MS/MS", "", "310.00"),
    (18, "X射线荧光光谱仪", "", "118.00"),
    (19, "高性能计算平台", "", ""),
    (20, "电子显微镜", "", ""),
]


@pytest.mark.parametrize(("number", "name", "model", "value"), HEROES)
def test_hero_instruments_are_exact(number, name, model, value):
    row = next(r for r in instruments(TODAY) if r.key == f"hero-{number:02d}")

    assert name in row.values["title"]
    assert not model or row.values["model"] == model
    assert not value or row.values["original_value"] == value


def test_traits_of_the_heroes():
    rows = {row.key: row.values for row in instruments(TODAY)}

    assert rows["hero-01"]["current_state"] == "fault"
    assert rows["hero-03"]["customs_supervised"] is True
    assert rows["hero-15"]["open_state"] == "internal"
    assert rows["hero-20"]["commissioned_on"].startswith("1998")
    assert rows["hero-09"]["funds"] == ["3"]
    assert band(9.6) == "small"


HERO_ITEMS = [
    ("不锈钢晶间腐蚀试验", "GB/T 4334-2020", "800.00", 5, True),
    ("不锈钢成分分析(火花直读)", "GB/T 11170-2008", "200.00", 2, True),
    ("金属室温拉伸试验", "GB/T 228.1-2021", "100.00", 3, True),
    ("盐雾腐蚀试验", "GB/T 10125-2021", "20.00", None, None),
    ("煤的工业分析", "GB/T 212-2008", "150.00", None, True),
    ("煤中全硫测定", "GB/T 214-2007", "80.00", None, None),
    ("煤的发热量测定", "GB/T 213-2008", "120.00", None, None),
    ("XRD 物相分析", "JY/T 0587-2020", "150.00", 3, False),
    ("SEM 形貌观察与能谱分析", "", "300.00", None, None),
    ("核磁氢谱", "", "80.00", None, None),
    ("ICP-MS 多元素分析", "", "400.00", None, None),
    ("农药残留多残留检测", "", "900.00", None, True),
    ("中药有效成分含量测定(按药典)", "", "500.00", None, True),
    ("比表面积测定(BET)", "", "260.00", None, None),
    ("显微拉曼光谱分析", "", "120.00", None, None),
    ("DSC 热性能分析", "", "180.00", None, None),
    ("激光粒度分析", "", "100.00", None, None),
    ("零件三维尺寸检测", "", "80.00", None, None),
    ("高低温循环试验", "", "30.00", None, None),
    ("药品与药材微生物限度", "", "260.00", None, None),
]


@pytest.mark.parametrize(("title", "standard", "price", "days", "cma"), HERO_ITEMS)
def test_hero_items_are_exact(title, standard, price, days, cma):
    first = next(row for row in test_items(TODAY) if row.values["title"] == title)

    assert not standard or first.values["standards"][0]["number"] == standard
    assert first.values["price"] == price
    assert days is None or first.values["lead_days"] == days
    assert cma is None or ("cma" in first.values.get("accreditation_kinds", [])) is cma


@pytest.mark.req("B-01")
def test_hero_items_can_be_compared():
    offered = Counter(row.values["title"] for row in test_items(TODAY))

    assert sum(offered[title] >= 2 for title, *_rest in HERO_ITEMS) >= 19


def test_the_golden_thread_adds_up():
    prices = {
        row.values["title"]: float(row.values["price"])
        for row in test_items(TODAY)
        if row.owner == "citytest"
    }

    total = (
        prices["不锈钢成分分析(火花直读)"]
        + prices["不锈钢晶间腐蚀试验"]
        + 3 * prices["金属室温拉伸试验"]
        + prices["金相组织检验"]
    )
    assert total == 1450


def test_one_certificate_has_ended_and_takes_three_items_along():
    ended = [r for r in certificates(TODAY) if r.values["valid_until"] < TODAY.isoformat()]
    behind = [r for r in test_items(TODAY) if ended[0].key in r.refs.get("accreditations", ())]

    assert len(ended) == 1
    assert len(behind) == 3


def test_every_test_names_problems_in_plain_words():
    text = "\n".join(row.values["plain_problems"] for row in test_items(TODAY))

    for word in ("生锈", "断裂", "开裂", "漏气", "发霉", "变色", "磨损", "异味"):
        assert word in text


def test_standards_behind_the_items_are_listed():
    listed = {entry[0] for entry in content("standards")["standards"]}
    used = {line["number"] for row in test_items(TODAY) for line in row.values.get("standards", [])}

    assert used <= listed
