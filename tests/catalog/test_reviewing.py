"""The office's side: one record after the other, look-alikes it may see, words used before."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kexiang.catalog import queries, rules, services
from kexiang.catalog.models import Record
from tests.catalog.conftest import World, client_of, draft, later, person_with, published


@pytest.fixture
def city(world: World) -> Any:
    return client_of(person_with("bureau_admin", region="140400"))


def waiting(world: World, mark: str, minute: int = 1, **changes: Any) -> Record:
    record = draft(world, inner_id=mark, asset_no=mark, **changes)
    services.submit_record(actor=world.admin, uid=record.uid, at=later(minute))
    return record


@pytest.mark.req("A-05", "A-26")
def test_one_decision_leads_to_the_next_record(world: World, city: Any) -> None:
    titles = ["台式离心机", "热重分析仪", "三坐标测量机"]
    first, second, third = (waiting(world, f"N-{n}", n, title=t) for n, t in enumerate(titles, 1))
    page = city.get(f"/work/records/{second.uid}/").content.decode()
    assert "待审核 第 2 / 3 条" in page
    assert f'href="/work/records/{first.uid}/" rel="prev"' in page

    done = {"secrecy_checked": "on", "next": "queue"}
    assert city.post(f"/work/records/{second.uid}/approve/", done).url.endswith(f"{third.uid}/")
    assert city.post(f"/work/records/{third.uid}/approve/", done).url.endswith(f"{first.uid}/")
    assert city.post(f"/work/records/{first.uid}/approve/", done).url == "/work/review/"


@pytest.mark.req("A-26", "X-06", "AA-02")
def test_a_look_alike_the_unit_has_not_let_go_stays_its_own(world: World, city: Any) -> None:
    shown = published(world, inner_id="S-1", asset_no="S-1")
    secret = draft(world, inner_id="S-2", asset_no="S-2", title="X射线衍射仪B")
    record = waiting(world, "S-3")
    page = city.get(f"/work/records/{record.uid}/").content.decode()

    assert shown.number in page
    assert "名称与型号相近" in page
    assert secret.number not in page
    assert secret.title not in page
    assert "另有 1 条尚未报送的草稿与它相似" in page
    unit = client_of(person_with("unit_admin", world.university))
    assert secret.number in unit.get(f"/work/records/{record.uid}/").content.decode()


def test_reasons_written_before_are_offered_and_may_stand_alone(world: World, city: Any) -> None:
    first = waiting(world, "R-1", title="台式离心机")
    city.post(f"/work/records/{first.uid}/return/", {"reason": "请补充检定证书编号"})
    second = waiting(world, "R-2", title="热重分析仪")
    page = city.get(f"/work/records/{second.uid}/").content.decode()
    assert 'name="reason_label" value="请补充检定证书编号"' in page

    told = {"reason_label": ["请补充检定证书编号"], "reason": ""}
    assert city.post(f"/work/records/{second.uid}/return/", told).status_code == 302
    row = Record.objects.get(pk=second.pk)
    assert queries.last_reason(row).reason == "请补充检定证书编号"  # type: ignore[union-attr]


def test_nothing_written_is_refused_in_words(world: World, city: Any) -> None:
    record = waiting(world, "R-3")
    answer = city.post(f"/work/records/{record.uid}/return/", {"reason": " "})
    assert answer.status_code == 422
    assert "原因" in answer.content.decode()


def test_queue_puts_the_longest_waiting_first_and_is_exported_whole(
    world: World, city: Any
) -> None:
    old = published(world, inner_id="Q-1", asset_no="Q-1", title="激光粒度仪")
    fresh = waiting(world, "Q-2", 5, title="台式离心机")
    services.update_record(
        actor=world.admin, uid=old.uid, raw={**old.attributes, "technical": "改"}, at=later(8)
    )
    services.submit_record(actor=world.admin, uid=old.uid, at=later(9))
    page = city.get("/work/review/?tick=all")
    assert [item.record.uid for item in page.context["items"]] == [fresh.uid, old.uid]
    assert page.content.decode().count(" checked aria-label") == 2

    sheet = city.get("/work/review/?export=1")
    rows = list(load_workbook(BytesIO(sheet.getvalue())).active.values)
    assert [row[1] for row in rows] == ["名称", "台式离心机", "激光粒度仪"]
    assert city.get("/work/review/?sort=nonsense").status_code == 200


def test_only_what_changed_is_marked() -> None:
    old = "二次电子分辨率 1.0 nm(15 kV),加速电压 0.5–30 kV,五轴马达台"
    before, after = rules.marked_diff(old, old.replace("五轴", "三轴"))
    assert "".join(text for text, _changed in before) == old
    assert [text for text, changed in after if changed] == ["三"]
    assert rules.marked_diff("150.00 元", "180.00 元")[1] == [("180.00 元", True)]
    assert rules.marked_diff("", "新") == ([], [("新", True)])
