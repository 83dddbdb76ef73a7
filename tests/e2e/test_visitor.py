"""What somebody without an account does, at an office screen and on a phone."""

import re

import pytest

pytestmark = pytest.mark.parametrize("size", ["office", "phone"])


@pytest.mark.req("A-22", "X-10")
def test_visitor_finds_a_test_and_reads_who_does_it(visit, size):
    visitor = visit(size)
    page = visitor.page
    visitor.go("/")
    visitor.check()
    page.fill("main input[name=q]", "不锈钢 晶间腐蚀")
    page.press("main input[name=q]", "Enter")
    page.wait_for_url(re.compile("/search"))
    visitor.check()

    first = page.locator("main h2 a[href^='/t/']").first
    assert "不锈钢晶间腐蚀试验" in first.inner_text()
    first.click()
    page.wait_for_url(re.compile("/t/"))
    visitor.check()

    text = page.inner_text("main")
    for word in ("谁能做", "市检验检测中心(演示)", "800.00", "GB/T 4334-2020", "CMA", "0355-000"):
        assert word in text, word


@pytest.mark.req("A-22", "A-09")
def test_visitor_finds_an_instrument_and_reads_its_page(visit, size):
    visitor = visit(size)
    visitor.go("/search?q=D8 ADVANCE")
    visitor.page.locator("main a[href^='/r/']").first.click()
    visitor.page.wait_for_url(re.compile("/r/"))
    visitor.check()

    text = visitor.page.inner_text("main")
    for word in ("X射线衍射仪", "D8 ADVANCE", "126.50", "上党大学(演示)", "可预约", "对外开放"):
        assert word in text, word


@pytest.mark.parametrize(
    "path",
    [
        "/search?kind=instrument",
        "/search?q=量子引力波打印机",
        "/search?q=党参&kind=germplasm",
        "/u/citytest",
        "/units",
        "/help",
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/signup/",
        "/demo/",
        "/no-such-page",
    ],
)
def test_public_pages_are_usable(visit, size, path):
    visitor = visit(size)
    visitor.go(path)

    visitor.check()
    assert visitor.page.locator("h1").count() == 1


def test_filters_narrow_the_results(visit, size):
    visitor = visit(size)
    page = visitor.page
    visitor.go("/search?q=不锈钢&kind=test_item&region=140471")

    text = page.inner_text("main")
    assert "高新" in text
    visitor.check()


def test_every_kind_of_record_has_a_page(visit, size):
    visitor = visit(size)
    for kind in ("article", "germplasm", "dataset", "standard", "facility", "accreditation"):
        visitor.go(f"/search?kind={kind}")
        href = visitor.page.locator("main a[href^='/r/']").first.get_attribute("href")
        answer = visitor.go(href)
        assert answer.status == 200
        visitor.check()
