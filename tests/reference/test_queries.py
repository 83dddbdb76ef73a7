"""Questions to the shipped packs, answered from their files until a pack is loaded."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kexiang.kernel.actor import region_covers
from kexiang.kernel.errors import NotFound
from kexiang.reference import cache, queries, rules

pytestmark = pytest.mark.django_db


@pytest.mark.req("A-01")
def test_the_place_is_a_setting_of_the_pack() -> None:
    pack = queries.active_pack()

    assert (pack.name, pack.chain) == ("changzhi-2017", ("base", "changzhi-2017"))
    assert (pack.region, pack.place, pack.operator) == ("140400", "长治市", "长治市科学技术局")
    assert pack.site["title"] == "长治市科技资源开放共享网络管理服务平台"
    assert "icp" not in pack.site, "an empty footer field is not shown"
    assert queries.policies()[0]["number"] == "003"


@pytest.mark.req("A-02", "A-03", "A-04")
@pytest.mark.parametrize(
    ("value", "levels"),
    [
        ("9", []),
        ("9.99", []),
        ("10", ["city"]),
        ("25", ["city", "province"]),
        ("50", ["city", "province", "national"]),
        ("60", ["city", "province", "national"]),
    ],
)
def test_thresholds_side_by_side(value: str, levels: list[str]) -> None:
    """domain.md §13.1 and §13.39."""
    hits = queries.must_share("fiscal", Decimal(value), date(2026, 11, 23))

    assert [hit.level for hit in hits] == ["city", "province", "national"]
    assert [hit.level for hit in hits if hit.must_share] == levels


@pytest.mark.req("A-03", "A-04")
@pytest.mark.parametrize(
    ("funding", "levels"),
    [("soe", ["city"]), ("own", []), ("private", []), ("", [])],
)
def test_who_paid_decides(funding: str, levels: list[str]) -> None:
    hits = queries.must_share(funding, Decimal(600), date(2026, 11, 23))

    assert [hit.level for hit in hits if hit.must_share] == levels
    assert hits[-1].reason == "国家:资金来源不在应共享范围,可自愿开放。"


def test_thresholds_are_dated() -> None:
    assert [t.level for t in queries.sharing_thresholds(date(2014, 12, 30))] == []
    assert [t.level for t in queries.sharing_thresholds(date(2014, 12, 31))] == ["national"]
    assert [t.level for t in queries.sharing_thresholds(date(2017, 9, 20))] == ["city", "national"]
    assert rules.must_share("fiscal", Decimal(60), []) == []


def test_a_parameter_of_the_place_wins() -> None:
    entry = queries.parameter_entry("record.stale_days", at=date(2026, 1, 1))

    assert entry is not None
    assert (entry.value, entry.unit) == (180, "天")
    assert queries.parameter("record.stale_days", at=date(2016, 1, 1)) is None
    assert queries.parameter("no.such", default=7) == 7
    assert len(queries.parameter_history("record.stale_days")) == 1


def test_steps_come_from_the_pack() -> None:
    assert queries.record_steps() == ("unit_check", "city_check")
    assert queries.record_steps("county") == ("unit_check", "county_check", "city_check")
    assert queries.record_steps("central") == ("unit_check", "city_check")


def test_codes_labels_and_paths() -> None:
    assert queries.code_label("nrii.class", "010101") != "010101"
    assert queries.code_label("nrii.class", "777777") == "777777"
    assert queries.code_label("no.such", "1") == "1"
    assert queries.code_path("nrii.class", "010101") == ("010000", "010100", "010101")
    assert queries.code_path("nrii.class", "777777") == ()
    assert queries.code_path("gbt2260", "140403") == ("140000", "140400", "140403")
    assert queries.code_of_label("gbt2659", "germany") == "DE"
    assert queries.code_of_label("gbt2659", " 德国 ") == "DE"
    assert queries.code_of_label("gbt2659", "乌有国") is None
    assert queries.code_system("gbt4754").version == "2017"
    assert "clc" in [system.name for system in queries.code_systems()]
    with pytest.raises(NotFound, match=r"没有名为“no\.such”的代码表"):
        queries.codes("no.such")
    with pytest.raises(NotFound):
        queries.code_system("no.such")


def test_a_code_is_judged_at_a_date() -> None:
    before = {item.code: item.label for item in queries.codes("gbt2260", date(2005, 1, 1))}
    now = {item.code: item.label for item in queries.codes("gbt2260", date(2026, 1, 1))}
    ended = {
        i.code for i in queries.codes("gbt2260", date(2026, 1, 1), with_ended=True) if i.retired
    }

    assert (before["420600"], now["420600"]) == ("襄樊市", "襄阳市")
    assert (before["500110"], now["500110"]) == ("万盛区", "綦江区")
    assert "140402" in before
    assert "140402" not in now
    assert {"140402", "140411", "140421", "140424", "140481"} <= ended
    assert queries.code_label("gbt2260", "140402") == "城区", "an old record keeps its label"
    assert queries.code_label("gbt2260", "420600", date(2005, 1, 1)) == "襄樊市"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("140402", "140403"),
        ("140411", "140403"),
        ("140421", "140404"),
        ("140424", "140405"),
        ("140481", "140406"),
        ("140403", "140403"),
        ("341422", "340281"),
        ("330104", "330102"),
        ("371200", "370100"),
    ],
)
def test_old_region_codes_resolve(old: str, new: str) -> None:
    found = queries.resolve_region(old, date(2026, 11, 23))

    assert found is not None
    assert found.code == new


def test_a_region_is_resolved_as_of_a_day() -> None:
    assert queries.resolve_region("140402", date(2018, 6, 18)).code == "140402"
    assert queries.resolve_region("140402", date(2018, 6, 19)).code == "140403"
    assert queries.resolve_region("341422", date(2015, 1, 1)).code == "340225"
    assert queries.resolve_region("999999") is None
    assert queries.resolve_region("140403", date(2010, 1, 1)) is None


def test_a_split_region_names_all_heirs() -> None:
    found = queries.region("330104")

    assert found is not None
    assert (found.name, found.current_code) == ("江干区", "330102")
    assert found.successors == ("330102", "330114")


def test_the_zone_is_a_region_of_its_own() -> None:
    zone = queries.region("140471")

    assert zone is not None
    assert (zone.kind, zone.short, zone.parent) == ("zone", "长治高新区", "140400")
    assert region_covers("140400", zone.code)
    assert queries.region_name("140471", full=True) == "山西省长治市长治高新技术产业开发区"
    assert queries.region_name("999999") == "999999"
    assert queries.region("999999") is None


def test_regions_under_a_place() -> None:
    county = [info.code for info in queries.regions("140400", at=date(2026, 1, 1))]

    assert len(county) == 13
    assert county[0] == "140403"
    assert county[-1] == "140471", "the zone stands last"
    assert len(queries.regions(at=date(2026, 1, 1))) == 34
    old = {info.code for info in queries.regions("140400", at=date(2017, 1, 1))}
    assert {"140402", "140421", "140481"} <= old
    assert "140403" not in old
    deep = queries.regions("140000", at=date(2026, 1, 1), deep=True)
    assert {"140400", "140403", "140471", "140100"} <= {info.code for info in deep}
    everything = queries.regions(at=date(2026, 1, 1), deep=True)
    assert {info.code[:2] for info in everything} >= {"11", "14", "65"}
    assert len(everything) > 3200


def test_a_notice_counts_from_the_next_day() -> None:
    """ux.md part A: Saturday 28 February 2026 is a make-up working day."""
    span = queries.workday_span(date(2026, 2, 27), 5)

    assert (span.first, span.last) == (date(2026, 2, 28), date(2026, 3, 5))
    assert span.unpublished == ()
    assert queries.is_workday(date(2026, 2, 28))
    assert not queries.is_workday(date(2026, 2, 17))
    assert queries.day_name(date(2026, 2, 17)) == "春节"
    assert queries.day_name(date(2026, 3, 5)) == ""


def test_working_days_forth_back_and_between() -> None:
    assert queries.workdays_add(date(2026, 2, 28), 0) == date(2026, 2, 28)
    assert queries.workdays_add(date(2026, 3, 5), -5) == date(2026, 2, 27)
    assert queries.workdays_between(date(2026, 2, 27), date(2026, 3, 5)) == 5
    assert queries.workdays_between(date(2026, 3, 5), date(2026, 2, 27)) == -5
    assert queries.workdays_between(date(2026, 2, 27), date(2026, 2, 27)) == 0


def test_a_year_without_a_calendar_is_told() -> None:
    span = queries.workday_span(date(2030, 12, 30), 5)

    assert span.unpublished == (2030, 2031)
    assert queries.unpublished_years(date(2026, 1, 1), date(2026, 12, 31)) == ()
    assert queries.is_workday(date(2030, 1, 1)), "only the weekend rule is known"


def test_words() -> None:
    words = {word.word: word for word in queries.error_words()}

    assert words["通报批评"].suggestion == "通报"
    assert words["长治县"].suggestion == "上党区"
    assert {"千人计划", "扶贫", "黑名单", "失信", "处罚"} <= set(words)
    assert "不锈钢 晶间腐蚀" in queries.hot_words()
    merged = [group for group in queries.synonyms() if "球铁管" in group]
    assert merged, "the place's own words are there"


def test_an_instant_is_read_in_chinese_time() -> None:
    assert cache.as_day(datetime(2026, 2, 27, 17, 0, tzinfo=UTC)) == date(2026, 2, 28)
    assert cache.as_day(datetime(2026, 2, 27, 17, 0)) == date(2026, 2, 27)  # noqa: DTZ001 -- naive on purpose
    assert cache.as_day(date(2026, 2, 27)) == date(2026, 2, 27)


def test_questions_cost_no_query(django_assert_num_queries) -> None:
    queries.active_pack()
    with django_assert_num_queries(0):
        queries.codes("nrii.class")
        queries.code_label("gbt2659", "DE")
        queries.resolve_region("140402")
        queries.workdays_add(date(2026, 2, 27), 5)
        queries.must_share("fiscal", Decimal(25))
        queries.synonyms()


def test_derived_things_are_built_once_per_version() -> None:
    store: dict[str, object] = {}
    built = []

    def build() -> str:
        built.append(1)
        return "kinds"

    assert queries.cached(build, store) == "kinds"
    assert queries.cached(build, store) == "kinds"
    assert built == [1]
