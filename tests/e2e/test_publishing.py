"""From an empty form to a hit in the search: keeper, unit, city, visitor (ux.md E5)."""

import re
import time
from typing import Any

import pytest

FIELDS = {
    "title_en": "Grinding and Polishing Machine",
    "model": "AutoMet 250",
    "manufacturer": "标乐",
    "original_value": "23.60",
    "booked_on": "2024-03-18",
    "technical": "双盘;转速 50–500 r/min;单点压力 5–60 N;磨盘直径 250 mm。",
    "function": "金相试样的自动磨制与抛光,为组织观察做准备。",
    "street": "潞州区学府西街 8 号",
    "contact_name": "李老师",
    "contact_phone": "0355-0000219",
    "contact_email": "lab@sdu.example.org",
}
CHOICES = {
    "nation": "US",
    "class_code": "011299",
    "category": "2",
    "source": "1",
    "open_state": "open",
    "share_mode": "2",
    "funding_source": "fiscal",
}


def _choose(page: Any, name: str, value: str) -> None:
    """Pick a code, whatever the form offers for it: a list, a text with suggestions, radios."""
    field = page.locator(f"[name='{name}']").first
    tag = field.evaluate("element => element.tagName")
    if tag == "SELECT":
        field.select_option(value)
    elif field.get_attribute("type") in ("radio", "checkbox"):
        page.locator(f"[name='{name}'][value='{value}']").check()
    else:
        field.fill(value)


def _begin(visitor: Any) -> None:
    visitor.go("/work/records/new/")
    visitor.check()
    page = visitor.page
    page.select_option("[name=kind]", "instrument")
    page.check("[name=secret][value=no]")
    page.click("main form.kx-form button[type=submit]")
    page.wait_for_url(re.compile("/edit/"))


def _fill(page: Any, title: str, number: str) -> None:
    page.fill("[name=title]", title)
    page.fill("[name=inner_id]", number)
    for name, value in FIELDS.items():
        page.fill(f"[name='{name}']", value)
    for name, value in CHOICES.items():
        _choose(page, name, value)
    _choose(page, "subjects", "430")
    _choose(page, "funds", "2")
    _choose(page, "customs_supervised", _no(page))


def _no(page: Any) -> str:
    """The value under which the form keeps “否”."""
    field = page.locator("[name=customs_supervised]").first
    if field.evaluate("element => element.tagName") == "SELECT":
        return field.evaluate("e => [...e.options].find(o => o.text.trim() === '否').value")
    return "false"


def _decide(page: Any, label: str) -> None:
    """Press a button of the decision panel, declaring the secrecy check where it is asked."""
    page.get_by_text(label, exact=True).first.click()
    box = page.locator("[name=secrecy_checked]:visible")
    if box.count():
        box.first.check()
    confirm = page.locator("form[action*='approve'] button[type=submit]:visible")
    if confirm.count():
        confirm.first.click()
    page.wait_for_load_state()


@pytest.mark.req("A-02", "A-07", "AA-01", "X-10")
@pytest.mark.parametrize("size", ["office", "phone"])
def test_from_entry_to_search(visit, size):
    mark = f"{time.time_ns() % 10**8:08d}"
    title, number = f"自动磨抛机 {mark}", f"E2E-{mark}"
    keeper = visit(size)
    keeper.sign_in("instrument_keeper")
    _begin(keeper)
    keeper.check()
    _fill(keeper.page, title, number)
    uid = re.search(r"/records/(\w{26})/", keeper.page.url).group(1)
    keeper.page.click("main form.kx-form button.btn-primary[type=submit]")
    keeper.page.wait_for_url(re.compile(rf"/records/{uid}/$"))
    assert "待单位审核" in keeper.page.inner_text("main")
    keeper.check()

    unit = visit(size)
    unit.sign_in("unit_admin")
    unit.go("/work/review/")
    unit.check()
    unit.go(f"/work/records/{uid}/")
    unit.check()
    _decide(unit.page, "审核通过")
    unit.go(f"/work/records/{uid}/")
    assert "待市级审核" in unit.page.inner_text("main")

    visitor = visit(size)
    visitor.go(f"/search?q={number}")
    assert title not in visitor.page.inner_text("main")

    city = visit(size)
    city.sign_in("bureau_admin")
    city.go(f"/work/records/{uid}/")
    city.check()
    _decide(city.page, "审核通过")
    city.go(f"/work/records/{uid}/")
    assert "已发布" in city.page.inner_text("main")

    began = time.monotonic()
    while time.monotonic() - began < 10:
        visitor.go(f"/search?q={mark}")
        if title in visitor.page.inner_text("main"):
            break
        time.sleep(0.2)
    else:
        pytest.fail("not found within 10 s of publishing")
    visitor.check()


@pytest.mark.req("AA-01", "AA-04")
def test_secret_things_are_not_entered(visit):
    visitor = visit()
    visitor.sign_in("unit_admin")
    visitor.go("/work/records/new/")
    visitor.page.select_option("[name=kind]", "instrument")
    visitor.page.check("[name=secret][value=yes]")
    visitor.page.click("main form.kx-form button[type=submit]")
    visitor.page.wait_for_load_state()

    text = visitor.page.inner_text("main")
    assert "没有保存任何内容" in text
    assert "不纳入开放共享备案" in text
    visitor.check()


@pytest.mark.req("X-10")
def test_autosave_keeps_what_was_typed(visit):
    visitor = visit()
    visitor.sign_in("instrument_keeper")
    _begin(visitor)
    visitor.page.fill("[name=title]", "自动暂存试验仪")
    visitor.page.wait_for_selector("[data-saved]:has-text('已暂存')", timeout=30_000)
    address = visitor.page.url
    visitor.go("/work/")
    visitor.page.goto(address)

    assert visitor.page.input_value("[name=title]") == "自动暂存试验仪"


def test_faults_are_told_at_the_top_and_at_the_field(visit):
    visitor = visit()
    visitor.sign_in("unit_admin")
    _begin(visitor)
    visitor.page.fill("[name=original_value]", "十二万")
    visitor.page.click("main form.kx-form button.btn-primary[type=submit]")
    visitor.page.wait_for_load_state()

    assert "原值" in visitor.page.inner_text(".kx-errors, [role=alert]")
    assert visitor.page.locator("[name=original_value][aria-invalid=true]").count() == 1
    visitor.check()


@pytest.mark.parametrize("size", ["office", "phone"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("unit_admin", "/work/records/"),
        ("unit_admin", "/work/imports/"),
        ("unit_admin", "/work/imports/new/"),
        ("unit_admin", "/work/organisation/"),
        ("unit_admin", "/work/profile/"),
        ("bureau_admin", "/work/review/"),
        ("bureau_admin", "/work/records/"),
        ("county_officer", "/work/review/"),
        ("sysadmin", "/work/people/"),
    ],
)
def test_working_pages_are_usable(visit, role, path, size):
    visitor = visit(size)
    visitor.sign_in(role)
    answer = visitor.go(path)

    assert answer.status == 200
    visitor.check()
