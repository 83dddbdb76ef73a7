"""Without JavaScript, and with the keyboard only."""

import re

import pytest


@pytest.mark.req("X-10")
@pytest.mark.parametrize("size", ["office", "phone"])
def test_search_and_sign_in_work_without_javascript(visit, size):
    visitor = visit(size, java_script_enabled=False)
    page = visitor.page
    visitor.go("/")
    page.fill("main input[name=q]", "拉伸")
    page.click("main form[action*='search'] button[type=submit], main form button[type=submit]")
    page.wait_for_url(re.compile("/search"))
    assert "金属室温拉伸试验" in page.inner_text("main")

    visitor.sign_in("unit_admin")

    assert "我的待办" in page.inner_text("main")


@pytest.mark.req("X-10")
def test_search_by_keyboard_only(visit):
    visitor = visit()
    page = visitor.page
    visitor.go("/search?q=金相")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Control+A")
    page.keyboard.type("三坐标")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("%E4%B8%89"))

    for _step in range(80):
        page.keyboard.press("Tab")
        href = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if href.startswith(("/r/", "/t/")):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/[rt]/"))

    assert outline != "none" or shadow != "none"
    assert "三坐标" in page.inner_text("main") or "尺寸" in page.inner_text("main")


def test_first_tab_stop_leads_to_the_content(visit):
    visitor = visit()
    visitor.go("/")
    visitor.page.keyboard.press("Tab")

    assert visitor.page.evaluate("document.activeElement.getAttribute('href')").startswith("#")
