"""The API: the same rules as the pages, declared answers, nothing for strangers."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kexiang.catalog import services
from kexiang.catalog.models import ImportJob, Record
from tests.catalog.conftest import (
    World,
    client_of,
    draft,
    instrument,
    later,
    person_with,
    published,
    token_of,
)

BASE = "/api/v1/records"


def call(client: Any, method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
    data = json.dumps(body)
    return client.generic(method, url, data, content_type="application/json", headers=headers)


@pytest.fixture
def keeper(world: World) -> dict[str, str]:
    return token_of(person_with("instrument_keeper", world.university))


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return token_of(person_with("unit_admin", world.university))


@pytest.fixture
def city(world: World) -> dict[str, str]:
    return token_of(person_with("bureau_admin", region="140400"))


@pytest.mark.req("AA-01")
def test_from_draft_to_public(
    client: Any, world: World, keeper: dict[str, str], admin: dict[str, str], city: dict[str, str]
) -> None:
    body = {"kind": "instrument", "is_secret": False, "attributes": instrument()}
    made = call(client, "POST", BASE, body, keeper)
    assert made.status_code == 201, made.content.decode()
    url = f"{BASE}/{made.json()['id']}"
    assert made.json()["actions"] == ["submit"]
    assert client.get(url).status_code == 404

    assert call(client, "POST", f"{url}/submit", {}, admin).json()["state"] == "city_check"
    assert call(client, "POST", f"{url}/approve", {}, city).status_code == 422
    done = call(client, "POST", f"{url}/approve", {"secrecy_checked": True}, city)
    assert done.json()["state"] == "published"
    public = client.get(url).json()
    assert public["attributes"]["model"] == "D8 ADVANCE"
    assert "asset_no" not in public["attributes"]
    assert public["url"] == f"/r/{public['id']}"
    assert {hit["must_share"] for hit in public["duty"]} == {True}


@pytest.mark.req("A-24", "AA-04")
def test_secret_item_is_refused_and_not_kept(
    client: Any, world: World, keeper: dict[str, str]
) -> None:
    body = {"kind": "instrument", "is_secret": True, "attributes": {"title": "绝密雷达"}}
    answer = call(client, "POST", BASE, body, keeper)
    assert answer.status_code == 422
    assert "绝密" not in answer.content.decode()
    assert Record.objects.count() == 0


def test_writing_without_a_token_is_401(client: Any, world: World) -> None:
    session = client_of(person_with("unit_admin", world.university))
    record = draft(world)
    for caller in (client, session):
        assert call(caller, "POST", BASE, {}, {}).status_code in (401, 422)
        body = {"kind": "instrument", "is_secret": False, "attributes": {}}
        assert call(caller, "POST", BASE, body, {}).status_code == 401
        assert call(caller, "PATCH", f"{BASE}/{record.uid}", {}, {}).status_code in (401, 404)


def test_scope_is_needed(client: Any, world: World) -> None:
    reader = token_of(person_with("unit_admin", world.university), "records:read")
    body = {"kind": "instrument", "is_secret": False, "attributes": {}}
    answer = call(client, "POST", BASE, body, reader)
    assert answer.status_code == 403
    assert "records:write" in answer.json()["detail"]


def test_faults_name_their_fields(client: Any, world: World, keeper: dict[str, str]) -> None:
    attributes = {"title": "x", "original_value": "很贵", "nonsense": 1}
    body = {"kind": "instrument", "is_secret": False, "attributes": attributes}
    answer = call(client, "POST", BASE, body, keeper)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"original_value", "nonsense"}


def test_patch_with_a_stale_version_is_409(
    client: Any, world: World, keeper: dict[str, str]
) -> None:
    record = draft(world)
    url = f"{BASE}/{record.uid}"
    body = {"attributes": {"brand": "A"}, "version": 1}
    assert call(client, "PATCH", url, body, keeper).status_code == 200
    assert call(client, "PATCH", url, body, keeper).status_code == 409


def test_same_key_makes_one_record(client: Any, world: World, keeper: dict[str, str]) -> None:
    body = {"kind": "instrument", "is_secret": False, "attributes": instrument()}
    headers = {**keeper, "Idempotency-Key": "one"}
    first = call(client, "POST", BASE, body, headers)
    again = call(client, "POST", BASE, body, headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert Record.objects.count() == 1
    assert call(client, "POST", BASE, {**body, "visibility": "unit"}, headers).status_code == 409


def test_list_pages_by_cursor(client: Any, world: World) -> None:
    for n in range(5):
        record = draft(world, title=f"设备{n}", model=f"M{n}", inner_id=f"N{n}", asset_no="")
        services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
        services.approve_record(actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True)
    draft(world, inner_id="hidden", asset_no="")
    seen, cursor = [], ""
    while True:
        page = client.get(BASE, {"size": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert page["total"] == len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "query",
    [{"size": 0}, {"size": 101}, {"cursor": "x"}, {"cursor": "-1"}, {"updated_after": "gestern"}],
)
def test_parameters_out_of_range_are_422(client: Any, db: None, query: dict[str, Any]) -> None:
    answer = client.get(BASE, query)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("uid", ["x", "0" * 26, "%00", "' OR 1=1", "../../etc", "记录"])
def test_unknown_records_are_404(client: Any, db: None, uid: str) -> None:
    assert client.get(f"{BASE}/{uid}").status_code in (404, 422)


@pytest.mark.parametrize(
    "attributes",
    [
        {"title": ["a", {"b": 1}]},
        {"title": "\x00\ud800"},
        {"prices": "nonsense"},
        {"prices": [{"item": {}}, 5, None]},
        {"original_value": 1e308},
        {"original_value": "9" * 400},
        {"commissioned_on": "9999-99-99"},
        {"lead_days": 10**30},
        {"images": [1, None, "x"]},
        {"subjects": {"a": 1}},
        {"region": 5},
    ],
    ids=str,
)
def test_hostile_values_never_break(
    client: Any, world: World, keeper: dict[str, str], attributes: dict[str, Any]
) -> None:
    body = {"kind": "instrument", "is_secret": False, "attributes": attributes}
    assert call(client, "POST", BASE, body, keeper).status_code in (201, 422)


def test_import_from_upload_to_undo(client: Any, world: World, admin: dict[str, str]) -> None:
    rows = [instrument(inner_id=f"N{n}", asset_no=f"Z{n}") for n in range(3)]
    rows[1]["original_value"] = "很贵"
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file = SimpleUploadedFile("a.jsonl", text.encode())
    data = {"kind": "instrument", "owner": world.university.uid, "mode": "valid_rows",
            "is_secret": "false", "dry_run": "false", "file": file}  # fmt: skip
    answer = client.post("/api/v1/imports", data, headers=admin)
    assert answer.status_code == 202, answer.content.decode()
    job = answer.json()
    assert (job["state"], job["rows_good"], job["rows_bad"]) == ("done", 2, 1)
    url = f"/api/v1/imports/{job['id']}"
    faults = client.get(f"{url}/faults", headers=admin).json()
    assert [(fault["row"], fault["field"]) for fault in faults["items"]] == [(2, "original_value")]
    assert client.get(url).status_code == 401
    undone = call(client, "POST", f"{url}/undo", {}, admin)
    assert undone.json()["state"] == "undone"
    assert Record.objects.count() == 0


@pytest.mark.req("AA-01")
def test_secret_sheet_is_not_taken_in(client: Any, world: World, admin: dict[str, str]) -> None:
    file = SimpleUploadedFile("a.jsonl", b'{"title": "x"}')
    data = {"kind": "instrument", "owner": world.university.uid, "file": file}
    answer = client.post("/api/v1/imports", {**data, "is_secret": "true"}, headers=admin)
    assert answer.status_code == 422
    assert "未保存任何内容" in answer.content.decode()
    file.seek(0)
    assert client.post("/api/v1/imports", data, headers=admin).status_code == 422
    assert ImportJob.objects.count() == 0


ACTIONS = [
    ("submit", "draft", {}),
    ("withdraw", "city_check", {}),
    ("approve", "city_check", {"secrecy_checked": True}),
    ("return", "city_check", {"reason": "请补照片"}),
    ("refuse", "city_check", {"reason": "不符合范围"}),
    ("take_down", "published", {"reason": "维修"}),
    ("restore", "taken_down", {}),
    ("cancel", "published", {"reason": "报废", "document_no": "资〔2026〕1号"}),
    ("submit", "published", {}),
    ("approve", "draft", {"secrecy_checked": True}),
    ("return", "city_check", {}),
    ("cancel", "published", {"reason": "报废"}),
]
WHO = {"submit": "unit", "withdraw": "unit"}


@pytest.mark.parametrize(("action", "state", "words"), ACTIONS)
def test_page_and_api_agree(
    client: Any, world: World, action: str, state: str, words: dict[str, Any]
) -> None:
    """The same act through both doors gives the same status class and the same state."""
    unit = person_with("unit_admin", world.university)
    city = person_with("bureau_admin", region="140400")
    person = unit if WHO.get(action) == "unit" else city
    headers, session = token_of(person), client_of(person)
    outcomes = []
    for number in range(2):
        record = bring(world, state, number)
        if number == 0:
            answer = call(client, "POST", f"{BASE}/{record.uid}/{action}", words, headers)
        else:
            posted = {k: "on" if v is True else v for k, v in words.items()}
            answer = session.post(f"/work/records/{record.uid}/{action}/", posted)
        record.refresh_from_db()
        status = answer.status_code
        outcomes.append((200 if status in (200, 302) else status, record.state))
    assert outcomes[0] == outcomes[1]


def bring(world: World, state: str, number: int) -> Record:
    record = draft(
        world, title=f"设备{number}{state}", model=f"M{number}", inner_id=f"N{number}", asset_no=""
    )
    if state == "draft":
        return record
    services.submit_record(actor=world.admin, uid=record.uid, at=later(1))
    if state in ("published", "taken_down"):
        services.approve_record(actor=world.city, uid=record.uid, at=later(2), secrecy_checked=True)
    if state == "taken_down":
        services.take_down_record(actor=world.city, uid=record.uid, at=later(3), reason="维修")
    record.refresh_from_db()
    return record


def test_published_record_of_another_visibility(client: Any, world: World) -> None:
    record = published(world)
    Record.objects.filter(pk=record.pk).update(visibility="unit")
    assert client.get(f"{BASE}/{record.uid}").status_code == 404
    reader = token_of(person_with("unit_admin", world.firm))
    assert client.get(f"{BASE}/{record.uid}", headers=reader).status_code == 404
    own = token_of(person_with("researcher", world.university))
    assert client.get(f"{BASE}/{record.uid}", headers=own).status_code == 200


def ledger_upload() -> SimpleUploadedFile:
    """Heads nobody knows, money without a unit, no column for what is required."""
    head = "名目,本校编号,资产编号,单价"
    return SimpleUploadedFile("a.csv", f"{head}\n天平,N1,Z1,1265000\n".encode("gb18030"))


def test_columns_may_be_given_with_the_sheet(
    client: Any, world: World, admin: dict[str, str]
) -> None:
    data = {"kind": "instrument", "owner": world.university.uid, "is_secret": "false"}
    columns = {"名目": "title", "本校编号": "inner_id"}
    waiting = client.post(
        "/api/v1/imports",
        {**data, "file": ledger_upload(), "lenient": "true", "columns": json.dumps(columns)},
        headers=admin,
    )
    assert waiting.status_code == 202, waiting.content.decode()
    job = waiting.json()
    assert job["state"] == "uploaded"
    assert [need["field"] for need in job["needs"]] == ["original_value"]
    url = f"/api/v1/imports/{job['id']}"
    patched = call(client, "PATCH", url, {"units": {"original_value": "元"}}, admin)
    assert patched.json()["needs"] == []
    checked = call(client, "POST", f"{url}/check", {}, admin).json()
    assert (checked["state"], checked["rows_good"], checked["rows_open"]) == ("checked", 1, 1)
    done = call(client, "POST", f"{url}/run", {}, admin).json()
    assert done["state"] == "done"
    assert str(Record.objects.get().value_wan) == "126.500000"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"columns": "[]"}, "JSON 对象"),
        ({"columns": "{"}, "JSON 对象"),
        ({"columns": '{"没有的列": "title"}'}, "没有列"),
        ({"columns": '{"名目": "nonsense"}'}, "没有字段"),
        ({"constants": '{"nonsense": "x"}'}, "没有字段"),
        ({"preset": "nonsense"}, "没有这种表格格式"),
        ({"header_row": "999"}, "没有文字"),
        ({"sheet": "别的"}, "工作表"),
    ],
    ids=str,
)
def test_mapping_that_does_not_fit_is_told(
    client: Any, world: World, admin: dict[str, str], more: dict[str, str], said: str
) -> None:
    data = {"kind": "instrument", "owner": world.university.uid, "is_secret": "false"}
    upload = ledger_upload()
    if "sheet" in more:
        from tests.catalog.test_pages import sheet_upload  # noqa: PLC0415

        upload = SimpleUploadedFile("a.xlsx", sheet_upload([instrument()]).read())
    answer = client.post("/api/v1/imports", {**data, **more, "file": upload}, headers=admin)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_workbook_photos_and_mended_file(
    client: Any, world: World, admin: dict[str, str], tmp_path: Any
) -> None:
    from tests.catalog.test_import_photos import picture, zipped  # noqa: PLC0415

    rows = [instrument(inner_id="N1", asset_no="Z1", original_value="很贵")]
    text = json.dumps(rows[0], ensure_ascii=False)
    data = {"kind": "instrument", "owner": world.university.uid, "is_secret": "false"}
    archive = zipped(tmp_path / "p.zip", {"Z1.jpg": picture()}).read_bytes()
    answer = client.post(
        "/api/v1/imports",
        {**data, "file": SimpleUploadedFile("a.jsonl", text.encode()),
         "photos": SimpleUploadedFile("p.zip", archive)},
        headers=admin,
    )  # fmt: skip
    job = answer.json()
    assert (job["state"], job["rows_bad"], job["photos"]) == ("checked", 1, {"row": 1})
    url = f"/api/v1/imports/{job['id']}"
    book = client.get(f"{url}/workbook", headers=admin)
    assert book.status_code == 200
    assert b"".join(book.streaming_content).startswith(b"PK")
    faults = client.get(f"{url}/faults?sort=value", headers=admin).json()
    assert (faults["groups"][0]["count"], faults["items"][0]["sort"]) == (1, "value")
    photos = client.get(f"{url}/photos", headers=admin).json()
    assert photos["items"][0]["number"] == "z1"
    mended = json.dumps({**rows[0], "original_value": "3"}, ensure_ascii=False)
    again = client.post(
        f"{url}/file", {"file": SimpleUploadedFile("b.jsonl", mended.encode())}, headers=admin
    )
    assert (again.json()["rows_good"], again.json()["id"]) == (1, job["id"])
    assert client.get(f"{url}/workbook", headers=admin).status_code == 404


def test_import_api_of_another_unit_is_out_of_reach(
    client: Any, world: World, admin: dict[str, str]
) -> None:
    data = {"kind": "instrument", "owner": world.university.uid, "is_secret": "false"}
    job = client.post(
        "/api/v1/imports", {**data, "file": ledger_upload()}, headers=admin
    ).json()["id"]  # fmt: skip
    other = token_of(person_with("unit_admin", world.firm))
    url = f"/api/v1/imports/{job}"
    for tail in ("", "/faults", "/workbook", "/photos"):
        assert client.get(f"{url}{tail}", headers=other).status_code == 404
    assert call(client, "PATCH", url, {"columns": {}}, other).status_code == 404
    for tail in ("/file", "/photos"):
        sent = {"file": ledger_upload()}
        assert client.post(f"{url}{tail}", sent, headers=other).status_code == 404
