"""The workbench pages through the client: what is shown, kept, refused, and in how many queries."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from kexiang.catalog import queries, services
from kexiang.catalog.models import ImportJob, Record, Revision
from kexiang.kinds import queries as kinds
from tests.catalog.conftest import (
    World,
    client_of,
    draft,
    instrument,
    later,
    person_with,
    published,
)


@pytest.fixture
def keeper(world: World) -> Any:
    return client_of(person_with("instrument_keeper", world.university))


@pytest.fixture
def admin(world: World) -> Any:
    return client_of(person_with("unit_admin", world.university))


@pytest.fixture
def city(world: World) -> Any:
    return client_of(person_with("bureau_admin", region="140400"))


def start(client: Any, world: World) -> Any:
    data = {"kind": "instrument", "owner": world.university.uid, "secret": "no"}
    return client.post("/work/records/new/", data)


@pytest.mark.req("A-24", "A-31", "AA-01", "AA-04")
def test_yes_to_secrecy_ends_the_entry_and_keeps_nothing(
    world: World, keeper: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415

    from kexiang.audit.models import Event  # noqa: PLC0415

    events = Event.objects.count()
    data = {
        "kind": "instrument",
        "owner": world.university.uid,
        "secret": "yes",
        "title": "绝密雷达",
    }
    answer = keeper.post("/work/records/new/", data)

    assert answer.status_code == 422
    assert "不纳入开放共享备案" in answer.content.decode()
    assert Record.objects.count() == 0
    assert Event.objects.count() == events
    assert "绝密雷达" not in caplog.text
    assert all("绝密雷达" not in str(s.get_decoded()) for s in Session.objects.all())


def test_question_must_be_answered(world: World, keeper: Any) -> None:
    data = {"kind": "instrument", "owner": world.university.uid}
    assert keeper.post("/work/records/new/", data).status_code == 422
    assert Record.objects.count() == 0


@pytest.mark.req("A-23")
def test_form_from_first_question_to_submission(world: World, keeper: Any) -> None:
    answer = start(keeper, world)
    record = Record.objects.get()
    assert answer.url == f"/work/records/{record.uid}/edit/"
    form = keeper.get(answer.url)
    assert "规格型号" in form.content.decode()

    refused = keeper.post(answer.url, {"title": "X射线衍射仪", "visibility": "public"})
    assert refused.status_code == 422
    assert "规格型号必填,请补充。" in refused.content.decode()

    kept = keeper.post(
        answer.url, {"title": "X射线衍射仪", "visibility": "public", "save": "draft"}
    )
    assert kept.status_code == 302
    record.refresh_from_db()
    assert (record.title, record.state) == ("X射线衍射仪", "draft")

    done = keeper.post(answer.url, {**posted(), "visibility": "public"})
    assert done.status_code == 302, done.content.decode()
    record.refresh_from_db()
    assert (record.state, record.model) == ("unit_check", "D8 ADVANCE")


def posted(**changes: Any) -> dict[str, Any]:
    """A complete instrument as the browser posts it: codes, not labels."""
    values = services.lookup_for  # the same rules turn labels into codes
    del values
    cleaned = kinds.cleaner("instrument").clean(instrument(**changes)).values
    return {
        name: ("是" if value else "否") if isinstance(value, bool) else value
        for name, value in cleaned.items()
    }


def test_autosave_keeps_what_is_right_without_a_version(world: World, keeper: Any) -> None:
    start(keeper, world)
    record = Record.objects.get()
    data = {"title": "电子天平", "original_value": "很贵", "visibility": "public"}
    answer = keeper.post(f"/work/records/{record.uid}/autosave/", data)

    assert answer.status_code == 200
    assert ":" in answer.json()["saved_at"]
    record.refresh_from_db()
    assert (record.title, record.version) == ("电子天平", 1)
    assert "original_value" not in record.attributes
    assert Revision.objects.filter(record=record).count() == 1

    keeper.post(
        f"/work/records/{record.uid}/edit/", {**data, "original_value": "3", "save": "draft"}
    )
    assert Revision.objects.filter(record=record).latest("number").changed


def test_stale_form_is_told(world: World, keeper: Any) -> None:
    record = draft(world)
    services.update_record(actor=world.keeper, uid=record.uid, raw={"brand": "A"}, at=later(1))
    data = {**posted(brand="B"), "visibility": "public", "version": "1", "save": "draft"}
    answer = keeper.post(f"/work/records/{record.uid}/edit/", data)
    assert answer.status_code == 409
    assert "已被他人修改" in answer.content.decode()


def test_reviewer_sees_old_and_new_and_ticks_secrecy(world: World, city: Any) -> None:
    record = published(world)
    services.update_record(
        actor=world.keeper, uid=record.uid, raw={"price_from": "180"}, at=later(5)
    )
    services.submit_record(actor=world.admin, uid=record.uid, at=later(6))
    page = city.get(f"/work/records/{record.uid}/").content.decode()
    assert "<del>150.00 元</del>" in page
    assert "<ins>180.00 元</ins>" in page
    assert "已完成保密审查" in page

    refused = city.post(f"/work/records/{record.uid}/approve/", {})
    assert refused.status_code == 422
    assert "保密审查" in refused.content.decode()
    done = city.post(f"/work/records/{record.uid}/approve/", {"secrecy_checked": "on"})
    assert done.status_code == 302
    record.refresh_from_db()
    assert record.price_fen == 18000


def test_queue_and_batch(world: World, city: Any) -> None:
    uids = []
    for n in range(3):
        record = draft(
            world, title=f"设备{n}{'甲乙丙'[n] * 5}", model=f"M{n}", inner_id=f"N{n}", asset_no=""
        )
        services.submit_record(actor=world.admin, uid=record.uid, at=later(n))
        uids.append(record.uid)
    page = city.get("/work/review/").content.decode()
    assert "共 3 条" in page
    city.post("/work/review/batch/", {"uid": uids, "secrecy_checked": "on"})
    assert Record.objects.filter(state="published").count() == 3


def test_history_diff_and_restore(world: World, keeper: Any) -> None:
    record = draft(world)
    services.update_record(actor=world.keeper, uid=record.uid, raw={"brand": "布鲁克"}, at=later(1))
    assert "品牌" in keeper.get(f"/work/records/{record.uid}/history/").content.decode()
    version = keeper.get(f"/work/records/{record.uid}/history/2/").content.decode()
    assert "<ins>布鲁克</ins>" in version
    answer = keeper.post(f"/work/records/{record.uid}/history/1/restore/")
    assert answer.status_code == 302
    record.refresh_from_db()
    assert "brand" not in record.attributes


def test_duplicates_are_shown_side_by_side(world: World, keeper: Any) -> None:
    draft(world)
    twin = draft(world, inner_id="X", asset_no="")
    page = keeper.get(f"/work/records/{twin.uid}/edit/").content.decode()
    assert "可能重复填报" in page
    part = keeper.get(
        f"/work/records/{twin.uid}/duplicates/", {"title": "完全不同", "model": "Z9"}
    ).content.decode()
    assert "可能重复填报" not in part


def many(world: World, count: int) -> None:
    for n in range(count):
        record = draft(world, title=f"设备{n}", model=f"M{n}", inner_id=f"N{n}", asset_no="")
        services.submit_record(actor=world.keeper, uid=record.uid, at=later(n))


@pytest.mark.parametrize("url", ["/work/records/", "/work/review/", "/work/"])
def test_queries_do_not_grow_with_the_list(world: World, admin: Any, url: str) -> None:
    counts = []
    for more in (1, 2, 20):
        many_at = Record.objects.count()
        for n in range(more):
            record = draft(
                world, title=f"设备{many_at}-{n}", model=f"M{many_at}{n}",
                inner_id=f"N{many_at}-{n}", asset_no="",
            )  # fmt: skip
            services.submit_record(actor=world.keeper, uid=record.uid, at=later(n))
        admin.get(url)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert admin.get(url).status_code == 200
        counts.append(len([q for q in seen.captured_queries if "reference_pack" not in q["sql"]]))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize("sort", ["xlsx", "csv", "jsonl"])
def test_export_is_complete_and_disarmed(world: World, admin: Any, sort: str) -> None:
    for n in range(3):
        draft(world, title=f"=cmd|' /C calc'!A{n}", inner_id=f"N{n}", asset_no="", model=f"M{n}")
    answer = admin.get("/work/records/export/", {"kind": "instrument", "format": sort})
    body = b"".join(answer.streaming_content)
    if sort == "xlsx":
        sheet = load_workbook(BytesIO(body)).active
        cells = [str(cell.value) for row in sheet.iter_rows(min_row=2) for cell in row]
        assert sheet.max_row == 4
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert any("=cmd" in cell for cell in cells)
    else:
        text = body.decode("utf-8-sig")
        assert len(text.strip().splitlines()) == (4 if sort == "csv" else 3)
        if sort == "csv":
            assert "'=cmd" in text


def test_exported_sheet_can_be_imported_again(world: World, admin: Any, tmp_path: Any) -> None:
    draft(world)
    answer = admin.get("/work/records/export/", {"kind": "instrument"})
    path = tmp_path / "back.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    Record.objects.all().delete()
    result = services.import_file(
        actor=world.admin, kind="instrument", path=path, owner=world.university.uid, at=later(1)
    )
    assert [fault.message for fault in result.faults] == []
    assert result.state == "done"


def test_print_version_has_head_and_signatures(world: World, admin: Any) -> None:
    published(world)
    answer = admin.get("/work/records/print/", {"kind": "instrument", "format": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "填报单位(盖章):上党大学(演示)" in texts
    assert any("审核人" in text for text in texts)
    assert "合计 1 条,原值 126.50 万元" in texts
    assert sheet.print_title_rows == "$3:$3"


def sheet_upload(rows: list[dict[str, Any]]) -> BytesIO:
    book = Workbook()
    titles = {c.key: c.head for c in kinds.import_columns(kinds.kind("instrument"))}
    book.active.append([titles[name] for name in rows[0]])
    for row in rows:
        book.active.append(list(row.values()))
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "台账.xlsx"
    return file


def test_wizard_from_upload_to_undo(world: World, admin: Any) -> None:
    rows = [instrument(inner_id=f"N{n}", asset_no=f"Z{n}") for n in range(2)]
    rows.append(instrument(inner_id="N9", asset_no="Z9", original_value="很贵"))
    data = {
        "kind": "instrument", "owner": world.university.uid, "mode": "valid_rows",
        "secret": "no", "file": sheet_upload(rows),
    }  # fmt: skip
    answer = admin.post("/work/imports/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    job = ImportJob.objects.get()
    url = f"/work/imports/{job.uid}/"
    page = admin.get(url, follow=True).content.decode()
    assert "规格型号" in page
    columns = {f"col-{index}": field for index, field in job.mapping["columns"].items()}
    admin.post(f"{url}columns/", columns)
    page = admin.get(url).content.decode()
    assert "正确 2 行,有误 1 行" in page
    assert "原值" in page
    marked = b"".join(admin.get(f"{url}faults/").streaming_content)
    assert load_workbook(BytesIO(marked)).sheetnames
    admin.post(f"{url}run/", {"mode": "valid_rows"})
    assert Record.objects.count() == 2
    assert "写入 2 条" in admin.get(url).content.decode()
    admin.post(f"{url}undo/")
    assert Record.objects.count() == 0
    assert "已撤销" in admin.get(url).content.decode()
    assert "台账.xlsx" in admin.get("/work/imports/").content.decode()


def test_template_is_a_workbook(admin: Any) -> None:
    answer = admin.get("/work/imports/template/instrument.xlsx")
    assert load_workbook(BytesIO(b"".join(answer.streaming_content))).sheetnames


PAGES = [
    "/work/records/",
    "/work/records/new/",
    "/work/review/",
    "/work/imports/",
    "/work/imports/new/",
]


@pytest.mark.parametrize("url", PAGES)
def test_visitors_are_led_to_the_sign_in(client: Any, db: None, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    "query",
    [
        "?page=abc&size=-1&sort=zzz&kind=nope&state=%00",
        "?page=99999999999999&q=%27%3B--",
        "?q=%00%ff",
    ],
)
def test_nonsense_in_the_address_is_no_error(world: World, admin: Any, query: str) -> None:
    for url in ("/work/records/", "/work/review/", "/work/imports/"):
        assert admin.get(url + query).status_code == 200


def test_stranger_gets_no_page_of_a_draft(world: World) -> None:
    stranger = client_of(person_with("unit_admin", world.firm))
    record = draft(world)
    for tail in ("", "edit/", "history/"):
        assert stranger.get(f"/work/records/{record.uid}/{tail}").status_code == 404


def status(client: Any, uid: str) -> int:
    answer = client.get(f"/files/{uid}")
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer.status_code


def test_picture_goes_with_the_record_and_scan_stays_in_the_unit(
    world: World, keeper: Any, client: Any
) -> None:
    from PIL import Image  # noqa: PLC0415

    file = BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "JPEG")
    file.seek(0)
    file.name = "a.jpg"
    start(keeper, world)
    record = Record.objects.get()
    data = {
        **posted(),
        "visibility": "public",
        "images-new": file,
        "images-present": "1",
        "save": "draft",
    }
    assert keeper.post(f"/work/records/{record.uid}/edit/", data).status_code == 302
    record.refresh_from_db()
    (uid,) = record.attributes["images"]
    assert status(client, uid) == 404
    assert status(keeper, uid) == 200
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    services.approve_record(actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True)
    assert status(client, uid) == 200
    assert queries.card(Record.objects.select_related("owner").get()).image.endswith("/thumb")
