"""The tables of packs/base against packages and the folder of real data."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from kexiang.reference import packs
from kexiang.reference.packs.cross import codes_of
from kexiang.reference.snapshot import Snapshot
from kexiang.reference.types import ROLES

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
LIST_DAY = date(2020, 12, 30)


@pytest.fixture(scope="module")
def chain() -> tuple[packs.Pack, ...]:
    return packs.load_chain(ROOT / "packs" / "changzhi-2017")


@pytest.fixture(scope="module")
def snapshot(chain: tuple[packs.Pack, ...]) -> Snapshot:
    return Snapshot(chain)


def rows(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.req("A-01")
@pytest.mark.parametrize("name", packs.names([ROOT / "packs"]))
def test_the_shipped_packs_are_sound(name: str) -> None:
    assert packs.check(ROOT / "packs" / name) == []


def test_both_packs_ship() -> None:
    assert {"base", "changzhi-2017"} <= set(packs.names([ROOT / "packs"]))


SYSTEMS = [
    "nrii.class",
    "nrii.affiliation",
    "nrii.source",
    "nrii.category",
    "nrii.run_state",
    "nrii.share_mode",
    "nrii.funds",
    "nrii.facility_category",
    "nrii.construction",
    "nrii.centre_level",
    "gbt13745",
    "gbt2659",
    "gbt4754",
    "clc",
    "org.nature",
    "org.affiliation",
    "org.funding",
    "host_kind",
    "instrument.state",
    "open_state",
    "digitisation",
    "access_mode",
    "funding_source",
    "visibility",
    "accreditation.kind",
    "report_kind",
    "germplasm.sharing_mode",
    "germplasm.preservation",
    "standard.state",
    "data.format",
    "language",
    "service_way",
    "price_unit",
    "user_rating",
    "exemption_reason",
    "return_reason",
]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_agreed_list_is_there_with_its_source(snapshot: Snapshot, name: str) -> None:
    assert snapshot.codes(name)
    assert snapshot.systems[name].source


LABELS = {  # domain.md §3.8 and ux.md B2, written here a second time on purpose
    "nrii.affiliation": "4 不附属·1 科学仪器中心·2 重大科研基础设施·6 国家重点实验室·"
    "7 国家工程技术研究中心·8 生物种质资源库馆·3 科学仪器服务单元",
    "nrii.source": "1 购置·2 研制·3 赠送·4 其他",
    "nrii.category": "1 专用·2 通用",
    "nrii.run_state": "1 正常·2 待机·3 远程服务中·4 偶有故障·5 故障频繁·6 待修·7 待报废",
    "nrii.share_mode": "1 内部共享·2 外部共享·3 不共享",
    "nrii.funds": "1 中央财政资金·2 地方财政资金·3 单位自有资金·4 其他资金",
    "nrii.facility_category": "1 专用研究设施·2 公共实验设施·3 公益服务设施",
    "nrii.construction": "1 在建·2 建成",
    "nrii.centre_level": "1 国家级·2 省部级·3 地市级·4 单位级",
    "user_rating": "1 非常满意·2 基本满意·3 一般·4 不满意·5 极差",
    "instrument.state": "available 可预约·in_use 使用中·maintenance 维护中·fault 故障停机·"
    "calibration_due 检定(校准)到期停用·suspended 暂停预约",
    "open_state": "open 对外开放·internal 仅内部开放·exempt 不纳入开放(已备案)",
    "org.affiliation": "city 市属·county 县区属·provincial 省属·central 中央驻市·"
    "private 民营(非公)·other 其他",
    "germplasm.sharing_mode": "1 公益性共享·2 公益性借用共享·3 合作研究共享·4 知识产权交易性共享·"
    "5 资源纯交易性共享·6 资源交换性共享·7 收藏地共享·8 行政许可性共享·9 不共享",
    "standard.state": "current 现行·upcoming 即将实施·abolished 废止·replaced 被代替",
}


@pytest.mark.req("A-02", "A-16")
@pytest.mark.parametrize("name", LABELS)
def test_labels_are_the_exact_ones(snapshot: Snapshot, name: str) -> None:
    shown = "·".join(f"{item.code} {item.label}" for item in snapshot.codes(name) or ())

    assert shown == LABELS[name]


@pytest.mark.req("A-06")
def test_the_nine_host_kinds_of_the_city(snapshot: Snapshot) -> None:
    assert len(snapshot.codes("host_kind") or ()) == 9


def test_roles_are_all_named_in_chinese(snapshot: Snapshot) -> None:
    assert tuple(role.code for role in snapshot.roles) == ROLES
    assert all(role.label for role in snapshot.roles)


def test_word_lists_are_long_enough(chain: tuple[packs.Pack, ...], snapshot: Snapshot) -> None:
    assert len(snapshot.synonyms) >= 150
    assert 8 <= len(snapshot.hot_words) <= 12
    assert len(snapshot.error_words) >= 80
    groups = [set(group) for group in snapshot.synonyms]
    for wanted in (
        {"透射电镜", "TEM"},
        {"液质", "LC-MS"},
        {"三坐标", "CMM"},
        {"拉力机", "万能试验机", "拉伸试验机"},
        {"生锈", "锈蚀", "腐蚀"},
    ):
        assert [group for group in groups if wanted <= group]


@pytest.mark.shared_data
def test_regions_of_december_2020_are_the_ministrys(snapshot: Snapshot) -> None:
    theirs = {row["code"]: row["name"] for row in rows("regions/gbt2260_202012.csv")}

    ours = {
        code: info.name
        for code in snapshot.regions.by_code
        if (info := snapshot.regions.at(code, LIST_DAY)) and info.kind == "admin"
    }

    assert ours == theirs


def test_every_region_stands_under_its_province(snapshot: Snapshot) -> None:
    for code, info in snapshot.regions.by_code.items():
        assert info.path[0] == code[:2] + "0000"
        assert info.path[-1] == code


def test_every_ended_region_has_an_heir_in_force(snapshot: Snapshot) -> None:
    for code, info in snapshot.regions.by_code.items():
        if info.valid_to is not None:
            heir = snapshot.regions.by_code[info.current_code]
            assert heir.valid_to is None, code
            assert heir.code != code


@pytest.mark.shared_data
@pytest.mark.req("A-16")
def test_instrument_classes_are_the_national_ones(snapshot: Snapshot) -> None:
    theirs = rows("classifications/nrii_instrument_class.csv")
    first: dict[str, str] = {}
    for row in theirs:
        first.setdefault(row["code"], row["name"])

    ours = {item.code: item.label for item in snapshot.codes("nrii.class") or ()}

    # 750 rows; 990000 stands three times, nine more codes twice (a middle class and its 其他).
    assert (len(theirs), len(ours)) == (750, 739)
    assert ours == first


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("system", "file", "count"),
    [
        ("gbt13745", "gbt13745_level1_nrii.csv", 62),
        ("gbt4754", "gbt4754_2017_industry.csv", 1971),
    ],
)
def test_lists_are_the_standards(snapshot: Snapshot, system: str, file: str, count: int) -> None:
    theirs = {row["code"]: row["name"].strip() for row in rows(f"classifications/{file}")}

    ours = {item.code: item.label for item in snapshot.codes(system) or ()}

    assert ours == theirs
    assert len(ours) == count


@pytest.mark.shared_data
def test_four_levels_of_the_library_classification(snapshot: Snapshot) -> None:
    theirs = rows("classifications/clc_top.csv")

    ours = {item.code: (item.label, item.parent) for item in snapshot.codes("clc") or ()}

    assert ours == {row["code"]: (row["name"], row["parent_code"]) for row in theirs}
    assert len(ours) == 8826


def test_countries_have_both_names(snapshot: Snapshot) -> None:
    items = {item.code: item for item in snapshot.codes("gbt2659") or ()}

    assert len(items) == 249
    assert all(item.label and item.label_en for item in items.values())
    shown = [items[code].label for code in ("CN", "US", "DE", "JP", "GB", "HK", "MO", "TW")]
    assert shown == ["中国", "美国", "德国", "日本", "英国", "中国香港", "中国澳门", "中国台湾"]


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", range(2018, 2027))
def test_working_days_are_those_of_the_package(snapshot: Snapshot, year: int) -> None:
    try:
        theirs = [day for day in days_of(year) if chinese_calendar.is_workday(day)]
    except NotImplementedError:
        pytest.skip(f"chinesecalendar does not know {year} yet")

    assert [day for day in days_of(year) if snapshot.is_workday(day)] == theirs


@pytest.mark.shared_data
@pytest.mark.parametrize("year", range(2018, 2027))
def test_working_days_are_those_of_the_notices(snapshot: Snapshot, year: int) -> None:
    theirs = {}
    for path in sorted((DATA / "calendar").glob("*.json")):
        for day in json.loads(path.read_text(encoding="utf-8"))["days"]:
            if day["date"].startswith(str(year)):
                theirs[day["date"]] = not day["isOffDay"]

    ours = {
        str(day): entry.is_workday for day, entry in snapshot.calendar.items() if day.year == year
    }

    assert ours == theirs


def test_parameters_all_name_their_source(chain: tuple[packs.Pack, ...]) -> None:
    assert all(len(p.source) > 3 for pack in chain for p in pack.parameters)
    assert set(codes_of(chain, "funding_source")) == {"fiscal", "soe", "own", "private"}
