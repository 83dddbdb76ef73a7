"""What a script adds to the workbench: frozen tables, rows, choosing by name, many at once."""

import re

import pytest

HEAD_AND_NAME = """() => {
  const box = document.querySelector('.kx-table__scroll');
  box.scrollIntoView();
  box.scrollTop = 300;
  box.scrollLeft = 160;
  const top = box.getBoundingClientRect();
  const name = box.querySelector('tbody tr:nth-child(12) th').getBoundingClientRect();
  const head = box.querySelector('thead th:nth-child(2)').getBoundingClientRect();
  const sum = box.querySelector('tfoot th').getBoundingClientRect();
  return {moved: box.scrollLeft, head: head.top - top.top, name: name.left - head.left,
          left: name.left - top.left, sum: top.bottom - sum.bottom};
}"""


@pytest.mark.req("A-07", "X-10")
def test_wide_table_keeps_head_name_and_sum_in_sight(visit):
    """An office screen at 125 % and a phone: scrolled both ways."""
    office = visit(device_scale_factor=1.25)
    office.page.set_viewport_size({"width": 1093, "height": 614})
    office.sign_in("unit_admin")
    office.go("/work/records/")
    office.check()
    found = office.page.evaluate(HEAD_AND_NAME)
    assert found["moved"] > 0
    assert abs(found["head"]) < 2
    assert abs(found["name"]) < 2
    assert 0 <= found["left"] < 120
    assert -2 < found["sum"] < 25

    phone = visit("phone")
    phone.sign_in("unit_admin")
    phone.go("/work/records/")
    assert phone.page.evaluate("document.querySelector('.kx-workbar').offsetHeight") <= 64
    phone.page.click(".kx-workmenu > summary")
    phone.check()
    phone.page.get_by_role("link", name="批量导入").first.click()
    phone.page.wait_for_url("**/work/imports/**")


@pytest.mark.req("A-16", "A-23")
def test_rows_are_added_and_instruments_chosen_by_name(visit):
    keeper = visit()
    keeper.sign_in("unit_admin")
    page = keeper.page
    keeper.go("/work/records/new/?kind=test_item")
    page.check("[name=secret][value=no]")
    page.click("main form.kx-form button[type=submit]")
    page.wait_for_url(re.compile("/edit/"))
    page.fill("[name=title]", "增行与选择试验")
    rows = page.locator("[data-rows] tbody tr")
    before = rows.count()
    page.fill("[data-rows] tbody tr:last-child [name$='-number']", "GB/T 4334-2020")
    page.keyboard.press("Enter")
    assert rows.count() == before + 1
    assert "已增加" in page.inner_text("[data-rows-told]")
    page.locator("[data-row-remove]").last.click()
    assert rows.count() == before

    field = page.locator("[name=instruments] + .kx-pick input")
    field.press_sequentially("显微镜")
    page.wait_for_selector(".kx-pick [role=option]")
    keeper.check()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.click("[name=save]")
    page.wait_for_selector(".kx-messages:has-text('已暂存')")
    assert "显微镜" in page.inner_text("[name=instruments] + .kx-pick")
    assert page.input_value("[name$='-number'] >> nth=0") == "GB/T 4334-2020"


@pytest.mark.req("A-05")
def test_many_records_are_ticked_at_once(visit):
    city = visit()
    city.sign_in("bureau_admin")
    city.go("/work/review/")
    city.page.click("[data-tick-all]")
    ticked = city.page.locator("input[name=uid]:checked").count()
    assert ticked > 1
    assert city.page.inner_text("[data-tick-told]") == f"已勾选 {ticked} 条"
    assert city.page.locator("input[data-flagged]:checked").count() == 0
    city.check()
