"""Numbers, money, dates and rests as Chinese offices write them (ux.md B1.1, B1.3)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from kexiang.core import formats
from kexiang.core.templatetags import ui


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (formats.money, "1234.5", "1,234.50"),
        (formats.money, Decimal("0.005"), "0.01"),
        (formats.money, "", ""),
        (formats.money, "viel", ""),
        (formats.money, True, ""),
        (formats.money, float("nan"), ""),
        (formats.yuan, 1450, "1,450.00 元"),
        (formats.wan, 123_456, "12.35"),
        (formats.wan_yuan, 2_180_000, "218.00 万元"),
        (formats.as_wan, "218", "218.00 万元"),
        (formats.number, 92018, "92,018"),
        (formats.number, Decimal("1.90"), "1.90"),
        (formats.hours, "1469", "1,469.0"),
        (formats.percent, Decimal("0.8625"), "86.3%"),
        (formats.file_size, 512, "512 B"),
        (formats.file_size, 1_572_864, "1.5 MB"),
        (formats.cn_date, date(2026, 3, 12), "2026年3月12日"),
        (formats.cn_date, "2026-03-05", "2026年3月5日"),
        (formats.cn_date, "soon", "soon"),
        (formats.cn_date, None, ""),
        (formats.cn_datetime, datetime(2026, 3, 12, 6, 5, tzinfo=UTC), "2026年3月12日 14:05"),
    ],
)
def test_formats(function, value, text):
    with translation.override("zh-hans"):
        assert function(value) == text


def test_english_dates_are_iso():
    with translation.override("en"):
        assert formats.cn_date(date(2026, 3, 12)) == "2026-03-12"


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (date(2026, 11, 23), "今天到期", "bad"),
        (date(2026, 11, 24), "还剩1天", "bad"),
        (date(2026, 11, 26), "还剩3天", "warn"),
        (date(2026, 12, 23), "还剩30天", "ok"),
        (date(2026, 11, 20), "已逾期3天", "bad"),
        (None, "", "end"),
    ],
)
def test_rest_in_days(due, text, tone):
    today = date(2026, 11, 23)
    with translation.override("zh-hans"):
        assert formats.rest(due, today) == text
    assert formats.rest_tone(due, today) == tone


def test_rest_in_working_days_skips_the_weekend():
    def workdays(a: date, b: date) -> int:
        return sum(
            1
            for n in range(1, (b - a).days + 1)
            if date.fromordinal(a.toordinal() + n).weekday() < 5
        )

    with translation.override("zh-hans"):
        assert formats.rest(date(2026, 11, 30), date(2026, 11, 27), workdays) == "还剩1个工作日"
    assert formats.rest_tone(date(2026, 11, 30), date(2026, 11, 27), workdays) == "bad"
    assert ui.page_window(7, 16) == [1, 0, 5, 6, 7, 8, 9, 0, 16]
    assert ui.page_window(1, 1) == [1]
