"""What people type, and what is kept of it (peers.md 13.2, domain.md 3.3–3.10, 13.2, 13.27)."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kexiang.kinds import queries
from kexiang.kinds.rules import Cleaner, completeness

pytestmark = pytest.mark.django_db
Make = Callable[..., Cleaner]


def value(cleaner: Cleaner, good: dict[str, Any], field: str, raw: Any) -> Any:
    done = cleaner.clean({**good, field: raw})
    assert [p.message for p in done.faults if p.where.startswith(field)] == []
    return done.values.get(field)


def fault(cleaner: Cleaner, good: dict[str, Any], field: str, raw: Any) -> str:
    done = cleaner.clean({**good, field: raw})
    found = [p for p in done.faults if p.where.partition(".")[0] == field]
    assert found, done.values.get(field)
    assert field not in done.values
    return found[0].message


def test_good_record_has_no_problem(cleaner: Make, good: dict[str, Any]) -> None:
    done = cleaner().clean(good)

    assert done.problems == []
    assert done.values["original_value"] == "126.50"
    assert done.values["subjects"] == ["430", "150"]
    assert done.values["nation"] == "DE"
    assert done.values["customs_supervised"] is False


@pytest.mark.req("A-16")
@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("2024/1/5", "2024-01-05"),
        ("2024-01-05", "2024-01-05"),
        ("2024.1.5", "2024-01-05"),
        ("20240105", "2024-01-05"),
        (20240105, "2024-01-05"),
        ("2024年1月5日", "2024-01-05"),
        ("\uff12\uff10\uff12\uff14\uff0f\uff11\uff0f\uff15", "2024-01-05"),
        (45296, "2024-01-05"),
        (45296.0, "2024-01-05"),
        ("45296", "2024-01-05"),
        ("2024-01-05 00:00:00", "2024-01-05"),
        (date(2024, 1, 5), "2024-01-05"),
        (datetime(2024, 1, 5, 8), "2024-01-05"),  # noqa: DTZ001 -- Excel knows no zone
        ("/", None),
        ("无", None),
    ],
)
def test_date_as_typed(cleaner: Make, good: dict[str, Any], raw: Any, kept: str | None) -> None:
    assert value(cleaner(), good, "commissioned_on", raw) == kept


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("2024年1月", "请写到日"),
        ("2024", "请写到日"),
        (2024, "请写到日"),
        ("2024-02-30", "日历上没有这一天"),
        ("去年", "不是日期"),
        (float("nan"), "不是日期"),
        ("1900-01-01", "早于 1950-01-01"),
    ],
)
def test_date_refused(cleaner: Make, good: dict[str, Any], raw: Any, says: str) -> None:
    message = fault(cleaner(), good, "commissioned_on", raw)

    assert message.startswith("启用日期")
    assert says in message


@pytest.mark.req("A-02")
@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("126.5", "126.50"),
        (126.5, "126.50"),
        (Decimal("126.5"), "126.50"),
        ("126.5万元", "126.50"),
        ("126.5 万", "126.50"),
        ("1265000元", "126.50"),
        ("1,265,000.00 元", "126.50"),
        ("¥1265000元", "126.50"),
        ("\uff11\uff12\uff16\uff0e\uff15", "126.50"),
        ("0.12亿元", "1200.00"),
        (0.1 + 0.2, "0.30"),
        ("1.005", "1.01"),
    ],
)
def test_money_keeps_its_unit(cleaner: Make, good: dict[str, Any], raw: Any, kept: str) -> None:
    assert value(cleaner(), good, "original_value", raw) == kept


def test_money_in_a_column_of_yuan(cleaner: Make, good: dict[str, Any]) -> None:
    made = cleaner(units={"original_value": "元"})

    assert value(made, good, "original_value", "1265000") == "126.50"
    assert value(made, good, "original_value", "126.5万元") == "126.50"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("很贵", "应为数字"),
        ("-1", "不小于 0万元"),
        ("5万美元", "不认识"),
        ("1e30", "不是合理的数字"),
        (True, "应为数字"),
    ],
)
def test_money_refused(cleaner: Make, good: dict[str, Any], raw: Any, says: str) -> None:
    assert says in fault(cleaner(), good, "original_value", raw)


@pytest.mark.parametrize(
    ("field", "raw", "kept"),
    [
        ("inner_id", "00017", "00017"),
        ("inner_id", 17.0, "17"),
        ("asset_no", "140400199001011234", "140400199001011234"),
        ("asset_no", "\uff11\uff14\uff10\uff14", "1404"),
        ("model", " D8  ADVANCE ", "D8 ADVANCE"),
        ("model", "JEM-2100F", "JEM-2100F"),
        ("title", "X射线\n衍射仪", "X射线 衍射仪"),
        ("contact_phone", "(0355)1234567", "0355-1234567"),
        ("contact_phone", "0355 1234567", "03551234567"),
        ("contact_phone", "138 0000 1111", "13800001111"),
        ("contact_phone", 13800001111.0, "13800001111"),
        ("contact_phone", "0355-1234567转801", "0355-1234567-801"),
        ("contact_email", " lab@example.org ", "lab@example.org"),
        ("service_url", "www.example.org/a", "http://www.example.org/a"),
        ("contact_postcode", "046000", "046000"),
        ("cstr", "CSTR:31253.11.sciencedb.j00001.00123", "31253.11.sciencedb.j00001.00123"),
        ("cstr", "https://cstr.cn/A0006.11.A0001.202006.001024", "A0006.11.A0001.202006.001024"),
        ("achievement", "无", "无"),
        ("technical", "一\r\n\r\n\r\n二  ", "一\n\n二"),
        ("run_hours", "1520小时", "1520.0"),
        ("lead_days", "3天", 3),
        ("voucher_usable", "√", True),
        ("class_code", "0103", "010300"),
        ("class_code", "010300 X射线仪器", "010300"),
        ("class_code", "999999", "990000"),
        ("class_code", "010399", "010399"),
        ("keywords", "XRD;物相;XRD", ["XRD", "物相"]),
        ("keywords", "XRD,物相、晶粒", ["XRD", "物相", "晶粒"]),
        ("subjects", "畜牧、兽医科学、化学", ["230", "150"]),
        ("subjects", "230,150", ["230", "150"]),
        ("attributes", ["大型", "rare"], ["large", "rare"]),
        ("region", "潞州区", "140403"),
        ("region", "140402", "140403"),
    ],
)
def test_value_as_typed(
    cleaner: Make, good: dict[str, Any], field: str, raw: Any, kept: Any
) -> None:
    assert value(cleaner(), good, field, raw) == kept


@pytest.mark.parametrize(
    ("field", "raw", "says"),
    [
        ("title", "长" * 101, "仪器名称最多 100 字,现有 101 字,请减少 1 字。"),
        ("title_en", "x" * 101, "最多 100 字"),
        ("inner_id", "x" * 46, "最多 45 字"),
        ("model", "x" * 101, "最多 100 字"),
        ("manufacturer", "x" * 101, "最多 100 字"),
        ("technical", "字" * 501, "最多 500 字"),
        ("function", "字" * 301, "最多 300 字"),
        ("service_content", "字" * 201, "最多 200 字"),
        ("achievement", "字" * 501, "最多 500 字"),
        ("requirement", "字" * 501, "最多 500 字"),
        ("fee", "字" * 501, "最多 500 字"),
        ("service_url", "http://a.example/" + "x" * 140, "最多 150 字"),
        ("service_url", "javascript:alert(1)", "http"),
        ("contact_name", "字" * 21, "最多 20 字"),
        ("contact_phone", "0355-1234567/13800001111", "只填一个号码"),
        ("contact_phone", "打电话", "手机号"),
        ("contact_email", "lab@", "name@example.com"),
        ("contact_postcode", "4600", "6 位数字"),
        ("subjects", "数学、力学、化学、物理学、天文学", "最多选 4 项,现有 5 项"),
        ("nation", "德囯", "您是否想填“德国”?"),
        ("category", "通用设备", "您是否想填“通用”?"),
        ("class_code", "770000", "不在可选范围内"),
        ("class_code", "其他", "有多个同名代码,请填代码"),
        ("customs_supervised", "也许", "应填“是”或“否”"),
        ("run_hours", "9000", "不大于 8784小时"),
        ("lead_days", "1.5", "请去掉小数"),
        ("cstr", "1234.11.x", "5 位注册机构代码"),
        ("cstr", "31253.1.x", "5 位注册机构代码"),
        ("inner_id", 2.02104e17, "设为“文本”格式"),
        ("title", ["一"], "应为文字"),
        ("region", "火星", "没有找到"),
    ],
)
@pytest.mark.req("A-02", "A-16")
def test_value_refused_in_a_sentence(
    cleaner: Make, good: dict[str, Any], field: str, raw: Any, says: str
) -> None:
    message = fault(cleaner(), good, field, raw)

    assert says in message
    assert message.endswith(("。", "?")) or "请" in message


def test_address_has_a_limit_in_sum(cleaner: Make, good: dict[str, Any]) -> None:
    done = cleaner().clean({**good, "street": "路" * 60, "room": "楼" * 50})

    assert [p.message for p in done.faults] == ["安放地址合计最多 100 字,现有 110 字,请精简。"]


def test_required_field_is_missing_not_faulty(cleaner: Make, good: dict[str, Any]) -> None:
    del good["manufacturer"]

    done = cleaner().clean(good)

    assert done.faults == []
    assert [(p.where, p.message) for p in done.missing] == [
        ("manufacturer", "生产制造商必填,请补充。")
    ]


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ({"affiliation": "科学仪器中心"}, "belongs_to"),
        ({"affiliation": "国家重点实验室"}, "carrier_name"),
        ({"affiliation": "8"}, "carrier_name"),
        ({"customs_supervised": "是"}, "customs"),
        ({"province_net_state": "已入网"}, "province_net_id"),
    ],
)
@pytest.mark.req("A-28")
def test_choice_makes_a_field_required(
    cleaner: Make, good: dict[str, Any], chosen: dict[str, str], asked: str
) -> None:
    assert [p.where for p in cleaner().clean({**good, **chosen}).missing] == [asked]


def test_customs_block_flat_and_nested(cleaner: Make, good: dict[str, Any]) -> None:
    flat = {
        "customs.declaration_number": "020120211000123456",
        "customs.item_number": "01",
        "customs.form_name": "X射线衍射仪",
        "customs.import_date": "2021/4/12",
        "customs.share": "是",
    }
    nested = {key.removeprefix("customs."): text for key, text in flat.items()}
    supervised = {**good, "customs_supervised": "是"}

    one = cleaner().clean({**supervised, **flat})
    two = cleaner().clean({**supervised, "customs": [nested]})

    assert one.problems == two.problems == []
    assert one.values["customs"] == two.values["customs"]
    assert one.values["customs"][0]["import_date"] == "2021-04-12"
    assert one.values["customs"][0]["share"] is True


def test_customs_number_has_18_digits(cleaner: Make, good: dict[str, Any]) -> None:
    done = cleaner().clean({**good, "customs.declaration_number": "123", "customs.item_number": 1})

    assert {p.where for p in done.faults} == {
        "customs.0.declaration_number",
        "customs.0.item_number",
        "customs.0.form_name",
        "customs.0.import_date",
    }


def test_price_lines_from_one_cell(cleaner: Make, good: dict[str, Any]) -> None:
    raw = "物相定性|样|60|120|150|150|加收50%\n晶粒尺寸|样|||200\n"

    rows = value(cleaner(), good, "prices", raw)

    assert rows[0]["firm"] == "150.00"
    assert rows[0]["urgent"] == "加收50%"
    assert rows[1] == {"item": "晶粒尺寸", "unit": "sample", "firm": "200.00"}


def test_table_fault_names_row_and_column(cleaner: Make, good: dict[str, Any]) -> None:
    done = cleaner().clean({**good, "prices": [{"item": "物相", "unit": "样"}, {"unit": "光年"}]})

    assert [p.where for p in done.faults] == ["prices.1.unit", "prices.1.item"]
    assert done.faults[0].message.startswith("价目表第 2 行:计价单位“光年”")


def test_hours_in_order(cleaner: Make, good: dict[str, Any]) -> None:
    """0 ≤ external ≤ service ≤ total ≤ 8,784 (domain.md 13.5)."""
    hours = {"run_hours": "1000", "service_hours": "1200", "external_hours": "10"}

    done = cleaner().clean({**good, **hours})

    assert [p.message for p in done.faults] == [
        "年服务机时(1200.0)不能大于年总运行机时(1000.0),请核对。"
    ]


def test_unknown_field_is_told(cleaner: Make, good: dict[str, Any]) -> None:
    done = cleaner().clean({**good, "modell": "D8"})

    assert [p.message for p in done.faults] == ["大型科研仪器没有字段 modell。您是否想写 model?"]


def test_clean_is_idempotent(cleaner: Make, good: dict[str, Any]) -> None:
    made = cleaner()
    raw = {**good, "prices": "物相|样|||150", "keywords": "a;b", "attributes": "大型"}

    once = made.clean(raw).values

    assert made.clean(once).values == once


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("gbt4334—2020", "GB/T 4334-2020"),
        ("GB/T4334-2020", "GB/T 4334-2020"),
        ("GB/T 4334 - 2020", "GB/T 4334-2020"),
        ("JY/T0587-2020", "JY/T 0587-2020"),
        ("GBZ 2.1-2019", "GBZ 2.1-2019"),
        ("DB34T 4103.1-2022", "DB34/T 4103.1-2022"),
        ("iso 3651-2:1998", "ISO 3651-2:1998"),
        ("T/CI 031-2021", "T/CI 031-2021"),
        ("JJG 1-2000", "JJG 1-2000"),
        ("中国药典2020年版 四部 通则1121", "中国药典2020年版 四部 通则1121"),
    ],
)
@pytest.mark.req("E-04")
def test_standard_number(cleaner: Make, raw: str, kept: str) -> None:
    done = cleaner("standard").clean({"standard_no": raw})

    assert done.values["standard_no"] == kept


def test_expiry_not_before_issue(cleaner: Make) -> None:
    done = cleaner("accreditation").clean({"valid_from": "2024-01-01", "valid_until": "2023-01-01"})

    assert [p.message for p in done.faults] == [
        "有效期至(2023-01-01)不能早于发证日期(2024-01-01),请核对。"
    ]


def test_completeness_counts_weights(cleaner: Make, good: dict[str, Any]) -> None:
    made = cleaner()
    values = made.clean(good).values

    some = completeness(made.spec, values)
    less = completeness(made.spec, {**values, "technical": None})

    assert 0 < less.percent < some.percent < 100
    assert "technical" in [spec.name for spec in less.missing]
    assert less.missing[0].name == "technical"  # required ones come first
    assert "customs" not in [spec.name for spec in some.missing]
    assert "carrier_name" not in [spec.name for spec in some.missing]


def test_unknown_names_are_told_briefly_and_safely() -> None:
    raw = {"\ud800": 1, "a\x00b": 2, "x" * 10_000: 3} | {f"field{n}": n for n in range(5_000)}
    faults = queries.cleaner("instrument").clean(raw).faults
    assert 0 < len(faults) <= 20
    for fault in faults:
        assert len(fault.where) <= 80
        (fault.where + fault.message).encode()
        assert "\x00" not in fault.where + fault.message


def test_open_codes_have_a_length() -> None:
    cleaned = queries.cleaner("article").clean({"clc": "TG" + "1" * 100_000})
    assert [fault.where for fault in cleaned.faults] == ["clc"]
