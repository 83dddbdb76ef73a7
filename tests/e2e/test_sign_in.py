"""Ways in: password, SMS code from the outbox, the demo's one click; a refusal that explains."""

import json
import re
import time

import pytest


def _code(site, mobile: str) -> str:
    """The last code sent to a number, from the demo's outbox."""
    outbox = site.home / "outbox" / "sms.log"
    for _attempt in range(50):
        if outbox.exists():
            lines = [json.loads(line) for line in outbox.read_text("utf-8").splitlines()]
            mine = [line["text"] for line in lines if line["mobile"].endswith(mobile)]
            if mine and (found := re.search(r"(?<!\d)\d{4,8}(?!\d)", mine[-1])):
                return found.group()
        time.sleep(0.2)
    raise AssertionError(f"no code for {mobile}")


@pytest.mark.req("W-04")
def test_sign_in_by_sms_code(visit, site):
    from kexiang_site.demo.people import people  # noqa: PLC0415 -- facts of the demo only

    keeper = next(person for person in people() if person.username == "instrument_keeper")
    number = keeper.mobile.removeprefix("+86")
    visitor = visit("phone")
    page = visitor.page
    visitor.go("/accounts/login/code/")
    page.locator("form.kx-form input:visible").first.fill(number)
    page.click("form.kx-form button[type=submit]")
    page.wait_for_url(re.compile("confirm|verify|code"))
    page.locator("form.kx-form input[name=code]").fill(_code(site, number))
    page.locator("form.kx-form:has(input[name=code]) button[type=submit]").first.click()
    page.wait_for_url(re.compile("/work/"))

    visitor.check()
    assert "我的待办" in page.inner_text("body")


def test_wrong_password_is_told_in_chinese(visit, site):
    visitor = visit()
    visitor.go("/accounts/login/")
    visitor.page.fill("#id_login", site.account("unit_admin")["username"])
    visitor.page.fill("#id_password", "not-the-password-1")
    visitor.page.click("form.kx-form button[type=submit]")
    visitor.page.wait_for_load_state()

    text = visitor.page.inner_text("main")
    assert "密码" in text
    assert re.search(r"不正确|不对|有误|错误", text)
    visitor.check()


def test_one_click_of_the_demo(visit):
    visitor = visit()
    visitor.go("/demo/")
    visitor.page.get_by_role("button", name=re.compile("市科技局业务科室")).first.click()
    visitor.page.wait_for_url(re.compile("/work/"))

    visitor.check()
    assert "待办" in visitor.page.inner_text("main")


@pytest.mark.parametrize("size", ["office", "phone"])
@pytest.mark.parametrize(
    "role",
    ["unit_admin", "instrument_keeper", "county_officer", "bureau_admin", "bureau_leader",
     "sme_admin", "expert", "auditor", "sysadmin"],
)  # fmt: skip
def test_every_role_lands_on_a_usable_page(visit, role, size):
    visitor = visit(size)
    visitor.sign_in(role)

    visitor.check()
    assert visitor.page.locator("h1").count() == 1
