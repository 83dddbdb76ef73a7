"""Values as cells hold them: what is kept, what is refused, and that nothing is ever guessed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexiang.kernel.cells import Serial1904, error_cell, is_damaged, merged_number, picture_cell
from kexiang.kinds import rules
from kexiang.kinds.rules import dates, numbers, texts
from kexiang.kinds.rules.base import Bad, memo
from kexiang.kinds.rules.fields import compile_field
from kexiang.kinds.types import FieldSpec

_ITEM = "customs.0.item_number"
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
ANYTHING = st.one_of(
    st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(),
    st.datetimes(), st.decimals(), st.builds(Serial1904, st.floats(8_000, 72_000)),
    st.sampled_from([error_cell("#N/A"), picture_cell("x", "图"), merged_number("3")]),
)  # fmt: skip
WIDE = {ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789/-."}


def field(kind: str, **options: Any) -> Callable[[Any], Any]:
    spec = FieldSpec(name="x", label="某列", type=kind, group="basic", **options)
    return compile_field(spec, rules.Nothing())


@given(DAYS)
def test_a_day_is_read_however_it_is_written(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    serial = (day - date(1899, 12, 30)).days
    written = [
        day, day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日",
        f"{y}{m:02}{d:02}", int(f"{y}{m:02}{d:02}"), f"{y} 年 {m} 月 {d} 日",
        f"{y}-{m}-{d}".translate(WIDE),
        serial, float(serial), str(serial), Serial1904(serial - Serial1904.DAYS), f"{day} 00:00:00",
    ]  # fmt: skip

    assert {dates.parse(one) for one in written} == {day.isoformat()}


@given(DAYS)
def test_a_month_alone_is_never_completed(day: date) -> None:
    for text in (f"{day.year}年{day.month}月", f"{day.year}-{day.month:02}", str(day.year)):
        with pytest.raises(dates.NotADate, match="缺少具体日期"):
            dates.parse(text)


@given(st.decimals(0, 99_999_999, places=2))
def test_the_written_unit_of_money_counts(amount: Decimal) -> None:
    yuan = numbers.money(f"{amount}元", "万元", "万元")

    assert yuan * 10_000 == amount
    assert numbers.money(f"{amount}", "万元", "元") == yuan
    assert numbers.money(f"¥{amount:,}", "元", "元") == amount
    assert numbers.money(f"{amount}万元", "元", "元") == amount * 10_000
    assert numbers.money(f"{amount}".translate(WIDE), "元", "元") == amount


@given(st.from_regex(r"0{1,6}[0-9]{1,12}", fullmatch=True))
def test_leading_zeros_stay(text: str) -> None:
    assert field("text")(text) == text


@given(st.integers(10**17, 10**18 - 1))
def test_a_number_of_18_digits_is_kept_or_refused_never_changed(number: int) -> None:
    clean = field("text")

    assert clean(str(number)) == str(number)
    for value in (number, float(number)):
        try:
            assert clean(value) == str(number)
        except Bad as error:
            assert "末尾几位已经改动" in str(error)  # noqa: PT017 -- either outcome is right


@given(st.integers(10**15, 10**18 - 1))
def test_what_excel_has_rounded_is_refused(number: int) -> None:
    digits = len(str(number))
    rounded = number // 10 ** (digits - 15) * 10 ** (digits - 15)

    assert is_damaged(rounded)
    with pytest.raises(Bad, match="只能存 15 位"):
        field("text")(rounded)


@pytest.mark.parametrize("text", ["1.40104E+17", "2.01202E+17", "1e+15"])
def test_a_number_turned_scientific_is_refused(text: str) -> None:
    with pytest.raises(Bad, match="科学计数法"):
        field("text")(text)


@pytest.mark.parametrize("text", ["X-1.5E+3", "E+H", "C++", "1.5E+3"])
def test_a_model_with_a_plus_is_no_number(text: str) -> None:
    assert field("model_no")(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("√", True), ("有", True), ("✓", True), ("Y", True), ("TRUE", True),
     ("否", False), ("×", False), ("无", False), ("N", False), ("０", False), ("-", None)],
)  # fmt: skip
def test_yes_and_no(text: str, value: bool | None) -> None:
    assert field("boolean")(text) is value


@given(st.lists(st.sampled_from(["化学", "物理", "材料科学"]), min_size=1, max_size=3, unique=True),
       st.sampled_from(["、", ";", ";", ",", ",", "\n"]))  # fmt: skip
def test_several_values_in_one_cell(words: list[str], mark: str) -> None:
    assert field("text", max_items=5)(mark.join(words)) == words


@pytest.mark.parametrize(
    "kind",
    ["text", "long_text", "model_no", "standard_no", "url", "email", "phone", "integer", "year",
     "decimal", "money", "date", "boolean"],
)  # fmt: skip
def test_no_cell_breaks_a_cleaner(kind: str) -> None:
    """Whatever stands in a cell: a value of the field, nothing, or a whole sentence."""
    clean = field(kind, unit="元" if kind == "money" else "")

    @settings(max_examples=60)
    @given(ANYTHING)
    def holds(value: Any) -> None:
        try:
            clean(value)
        except Bad as error:
            is_sentence = str(error).startswith("某列") and str(error).endswith("。")
            assert is_sentence, error  # noqa: PT017 -- either outcome is right

    holds()


def test_a_cell_tells_its_own_trouble(cleaner: Callable[..., rules.Cleaner]) -> None:
    raw = {
        "title": error_cell("#REF!"), "original_value": merged_number("90000"),
        "model": picture_cell("ID", "(图片)"), "customs.item_number": error_cell("#N/A"),
    }  # fmt: skip

    told = {problem.where: problem.message for problem in cleaner().clean(raw).faults}

    assert {where: told[where] for where in (*raw.keys() - {"customs.item_number"}, _ITEM)} == {
        "title": "仪器名称是公式错误 #REF!(引用的单元格已不存在),请改正公式,或改填实际内容。",
        "original_value":
            "原值“90000”是几行合并的单元格,不能判断属于哪一行,请拆分单元格后分别填写。",
        "model": "规格型号是一张嵌入单元格的图片,不是文字,请改填文字。",
        _ITEM:
            "海关监管信息:报关单项号是公式错误 #N/A(没有查到值),请改正公式,或改填实际内容。",
    }  # fmt: skip


@given(
    st.text(
        st.characters(max_codepoint=0x7E) | st.sampled_from("仪器名称(元)ABc１２—  "), max_size=60
    )
)
def test_folding_of_heads_is_stable(text: str) -> None:
    assert texts.fold(texts.fold(text)) == texts.fold(text)


def test_memory_of_a_cleaner_keeps_faults() -> None:
    calls = []

    def refuse(value: Any) -> Any:
        calls.append(value)
        raise Bad("某列不对。")

    clean = memo(refuse)
    for _ in range(3):
        with pytest.raises(Bad):
            clean("x")
    assert calls == ["x"]


def test_serials_end_where_dates_end() -> None:
    day = date(1899, 12, 30) + timedelta(days=73_050)

    assert dates.parse(73_050) == day.isoformat()
    with pytest.raises(dates.NotADate):
        dates.parse(73_051)
