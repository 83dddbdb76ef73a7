"""Lists of the workbench: sums, states, figures that agree with the list behind them, choices."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kexiang.catalog import queries, services
from kexiang.catalog.models import ImportJob, PendingChange, Record
from kexiang.core.providers import providers
from kexiang.kernel.ids import new_uid
from kexiang.search import services as search
from tests.catalog.conftest import (
    AT,
    World,
    client_of,
    draft,
    instrument,
    later,
    person_with,
    publish,
    published,
    test_item,
)

COUNT = re.compile(r'class="kx-table__count">共 ([\d,]+) ')
ROLES = [
    ("unit_admin", "university"),
    ("instrument_keeper", "university"),
    ("researcher", "university"),
    ("bureau_admin", ""),
    ("auditor", ""),
]


def client(world: World, role: str, org: str) -> Any:
    if org:
        return client_of(person_with(role, getattr(world, org)))
    return client_of(person_with(role, region="140400"))


def listed(browser: Any, url: str) -> int:
    page = browser.get(url)
    assert page.status_code == 200, url
    found = COUNT.search(page.content.decode())
    return int(found.group(1).replace(",", "")) if found else 0


def changed(world: World, record: Record) -> None:
    """A change of a published record on its way to the city."""
    services.update_record(
        actor=world.admin, uid=record.uid, raw={**record.attributes, "technical": "铜靶"}, at=AT
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(20))


@pytest.fixture
def mixed(world: World) -> None:
    """One record of every sort that figures tell apart, in one unit and in another."""
    draft(world, inner_id="A-1", asset_no="A-1", title="台式离心机")
    published(world, inner_id="A-2", asset_no="A-2", title="热重分析仪")
    under_review = published(world, inner_id="A-3", asset_no="A-3", title="激光粒度仪")
    changed(world, under_review)
    sent_back = published(world, inner_id="A-4", asset_no="A-4", title="三坐标测量机")
    changed(world, sent_back)
    services.act("return", actor=world.city, uid=sent_back.uid, at=later(30), reason="请补充")
    waiting = draft(world, inner_id="A-5", asset_no="A-5", title="气相色谱仪")
    services.submit_record(actor=world.keeper, uid=waiting.uid, at=later(3))
    returned = draft(world, inner_id="A-6", asset_no="A-6", title="万能试验机")
    services.submit_record(actor=world.admin, uid=returned.uid, at=later(3))
    services.act("return", actor=world.city, uid=returned.uid, at=later(4), reason="请补充")
    other = services.create_record(
        actor=world.actor("unit_admin", world.firm),
        kind="instrument",
        owner=world.firm.uid,
        raw=instrument(inner_id="F-1"),
        at=AT,
    )
    services.submit_record(actor=world.actor("unit_admin", world.firm), uid=other.uid, at=later(1))


@pytest.mark.req("A-33")
@pytest.mark.parametrize(("role", "org"), ROLES)
def test_every_number_agrees_with_the_list_behind_it(
    world: World, mixed: None, role: str, org: str
) -> None:
    assert PendingChange.objects.filter(state="returned").count() == 1
    browser = client(world, role, org)
    page = browser.get("/work/", follow=True)
    context = page.context
    numbers = [(todo.title, todo.count, todo.url) for todo in context.get("todos") or []]
    numbers += [
        (figure.label, figure.value, figure.url)
        for figure in context.get("figures") or []
        if figure.unit != "%"
    ]
    assert numbers or role == "researcher"
    told = {label: (count, listed(browser, url)) for label, count, url in numbers if url}
    assert {label: pair for label, pair in told.items() if pair[0] != pair[1]} == {}


def test_a_scientist_counts_and_sees_his_own_drafts(world: World, mixed: None) -> None:
    person = person_with("researcher", world.university)
    actor = world.actor("researcher", world.university)
    found = [item for p in providers("workbench.todos") for item in p(actor=actor, at=AT)]
    assert [item for item in found if item.kind == "record"] == []
    assert listed(client_of(person), "/work/records/?by=me") == 0


@pytest.mark.req("A-07")
def test_sum_row_is_that_of_the_whole_filtered_list(world: World) -> None:
    for n in range(25):
        draft(world, inner_id=f"B-{n}", asset_no=f"B-{n}", original_value="10.5")
    draft(world, inner_id="C-1", asset_no="C-1", original_value="1000", model="Z 9")
    browser = client(world, "unit_admin", "university")

    page = browser.get("/work/records/?q=D8").content.decode()
    assert "合计(筛选出的全部 25 条)" in page
    assert "262.50" in page
    assert queries.sum_of_values(Record.objects.all()) == Decimal("1262.50")


def test_keepers_begin_with_an_instrument_others_with_what_they_have_most(world: World) -> None:
    for n in range(2):
        services.create_record(
            actor=world.admin,
            kind="test_item",
            owner=world.university.uid,
            raw=test_item(title=f"试验{n}"),
            at=AT,
        )
    draft(world)

    def first(role: str) -> str:
        page = client(world, role, "university").get("/work/records/new/")
        return str(page.context["form"].fields["kind"].choices[0][0])

    assert first("instrument_keeper") == "instrument"
    assert first("unit_admin") == "test_item"


@pytest.mark.req("A-16", "X-10")
def test_suggestions_name_what_the_reader_may_know(world: World, index: Any) -> None:
    shown = published(world)
    mine = draft(world, inner_id="D-1", asset_no="D-1", title="X射线荧光光谱仪", model="XRF")
    search.rebuild()
    keeper = client(world, "instrument_keeper", "university")
    firm = client(world, "unit_admin", "firm")

    def asked(browser: Any, q: str) -> list[str]:
        answer = browser.get("/work/suggest/", {"kind": "instrument", "q": q})
        return [item["value"] for item in answer.json()["items"]]

    both = {f"{shown.number} X射线衍射仪", f"{mine.number} X射线荧光光谱仪"}
    assert set(asked(keeper, "X射线")) == both
    assert asked(firm, "X射线") == [f"{shown.number} X射线衍射仪"]
    assert asked(keeper, "xshexian") != []
    assert asked(keeper, "") == []
    answer = keeper.get("/work/suggest/", {"kind": "organisation", "q": "上党"})
    assert answer.json()["items"][0]["label"] == "上党大学(演示)"


@pytest.mark.req("A-16")
def test_references_are_typed_by_number_number_and_title_or_title(world: World) -> None:
    one = published(world)
    published(world, inner_id="E-1", asset_no="E-1", title="热重分析仪", model="TG 209")
    published(world, inner_id="E-2", asset_no="E-2", title="热重分析仪", model="TG 209 F3")
    keeper = client(world, "instrument_keeper", "university")
    record = services.create_record(
        actor=world.keeper, kind="test_item", owner=world.university.uid, raw=test_item(), at=AT
    )
    url = f"/work/records/{record.uid}/edit/"

    def kept(typed: str) -> Any:
        data = {"title": "腐蚀", "instruments": typed, "visibility": "public", "save": "draft"}
        answer = keeper.post(url, data)
        record.refresh_from_db()
        return answer

    for typed in (one.number, f"{one.number} X射线衍射仪", "X射线衍射仪", "YQ-0001"):
        assert kept(typed).status_code == 302, typed
        assert record.attributes["instruments"] == [one.uid]
    form = keeper.get(url).content.decode()
    assert f'value="{one.number} X射线衍射仪"' in form
    assert "对应不止一条记录" in kept("热重分析仪").content.decode()
    assert "没有找到,请填已登记资源的编号或全名" in kept("不存在的仪器").content.decode()


def test_published_keeps_its_name_in_the_choice_of_states(world: World) -> None:
    record = publish(world, draft(world))
    changed(world, record)
    admin = client(world, "unit_admin", "university")
    assert listed(admin, "/work/records/?state=shown") == 1
    assert listed(admin, "/work/records/?state=published") == 0
    assert listed(admin, "/work/records/?state=waiting") == 1


@pytest.mark.req("A-07")
def test_imports_are_found_sorted_and_exported(world: World) -> None:
    for name, state in (("台账2025.xlsx", "done"), ("台账2026.xlsx", "failed")):
        ImportJob.objects.create(
            uid=new_uid(),
            kind="instrument",
            owner=world.university,
            file_name=name,
            state=state,
            created_by="x",
            created_at=AT,
        )
    admin = client(world, "unit_admin", "university")
    assert listed(admin, "/work/imports/") == 2
    assert listed(admin, "/work/imports/?q=2025") == 1
    assert listed(admin, "/work/imports/?state=failed&sort=name") == 1
    assert listed(admin, "/work/imports/?state=nonsense&sort=nonsense") == 2
    sheet = admin.get("/work/imports/?export=1&sort=oldest")
    rows = list(load_workbook(BytesIO(sheet.getvalue())).active.values)
    assert [row[0] for row in rows] == ["文件", "台账2025.xlsx", "台账2026.xlsx"]
