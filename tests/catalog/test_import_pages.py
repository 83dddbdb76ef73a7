"""The wizard as pages: what is said at each step, what stays for later, mended files."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kexiang.catalog.models import ImportJob
from tests.catalog.conftest import World, client_of, person_with
from tests.catalog.test_import_wizard import LINE, ledger
from tests.catalog.test_imports import rows, xlsx


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(person_with("unit_admin", world.university))


def uploaded(admin: Client, world: World, path: Path, **more: Any) -> ImportJob:
    with path.open("rb") as file:
        upload = BytesIO(file.read())
    upload.name = path.name
    data = {"kind": "instrument", "owner": world.university.uid, "secret": "no", "file": upload}
    answer = admin.post("/work/imports/new/", {**data, **more})
    assert answer.status_code == 302, answer.content.decode()
    job = ImportJob.objects.latest("id")
    assert answer["Location"].endswith(f"/work/imports/{job.uid}/columns/")
    return job


def test_ledger_through_the_pages(world: World, admin: Client, tmp_path: Path) -> None:
    job = uploaded(admin, world, ledger(tmp_path, LINE, [*LINE[:1], "", *LINE[2:]]))
    base = f"/work/imports/{job.uid}/"
    page = admin.get(f"{base}columns/").content.decode()
    for said in ("高校固定资产台账", "请选择,平台不猜测", "1265000", "不代为换算"):
        assert said in page
    columns = {f"col-{n}": field for n, field in job.mapping["columns"].items()}
    page = admin.post(f"{base}columns/", {**columns, "lenient": "on"})
    assert page.status_code == 422
    assert "元还是万元" in page.content.decode()
    money = next(n for n, field in job.mapping["columns"].items() if field == "original_value")
    sent = {**columns, f"unit-{money}": "元", "lenient": "on"}
    page = admin.post(f"{base}columns/", sent, follow=True).content.decode()
    assert "正确 1 行,有误 1 行" in page
    assert "必填的没有填" in page
    page = admin.post(f"{base}run/", {"mode": "valid_rows"}, follow=True).content.decode()
    assert "写入 1 条" in page
    assert "还缺必填项" in page


def test_sheet_page_and_keeping_for_later(world: World, admin: Client, tmp_path: Path) -> None:
    job = uploaded(admin, world, ledger(tmp_path, LINE))
    base = f"/work/imports/{job.uid}/"
    page = admin.get(f"{base}sheet/").content.decode()
    assert "上党大学固定资产台账" in page
    back = admin.post(f"{base}sheet/", {"sheet": job.sheet, "header_row": "500"}, follow=True)
    assert "没有文字" in back.content.decode()
    columns = {f"col-{n}": field for n, field in job.mapping["columns"].items()}
    kept = admin.post(f"{base}columns/", {**columns, "keep": "1", "lenient": "on"}, follow=True)
    assert "已保存" in kept.content.decode()
    job.refresh_from_db()
    assert job.state == "uploaded"


def test_doubled_field_is_told_and_choices_stay(
    world: World, admin: Client, tmp_path: Path
) -> None:
    job = uploaded(admin, world, ledger(tmp_path, LINE))
    page = admin.post(f"/work/imports/{job.uid}/columns/", {"col-0": "title", "col-1": "title"})
    assert page.status_code == 422
    assert "请只留一列" in page.content.decode()


def test_mended_file_through_the_page(world: World, admin: Client, tmp_path: Path) -> None:
    job = uploaded(admin, world, xlsx(tmp_path / "a.xlsx", rows(2, bad=(2,))))
    base = f"/work/imports/{job.uid}/"
    columns = {f"col-{n}": field for n, field in job.mapping["columns"].items()}
    admin.post(f"{base}columns/", columns)
    mended = BytesIO(xlsx(tmp_path / "b.xlsx", rows(2)).read_bytes())
    mended.name = "b.xlsx"
    page = admin.post(f"{base}again/", {"file": mended}, follow=True).content.decode()
    assert "正确 2 行,有误 0 行" in page
    assert admin.post(f"{base}again/", follow=True).status_code == 200
    broken = BytesIO(b"nothing")
    broken.name = "c.xlsx"
    assert (
        "不是 Excel" in admin.post(f"{base}again/", {"file": broken}, follow=True).content.decode()
    )


def test_pages_need_the_same_queries_for_many_faults(
    world: World, admin: Client, tmp_path: Path
) -> None:
    counts = []
    for number in (2, 40):
        bad = tuple(range(1, number))
        job = uploaded(admin, world, xlsx(tmp_path / f"{number}.xlsx", rows(number, bad=bad)))
        columns = {f"col-{n}": field for n, field in job.mapping["columns"].items()}
        admin.post(f"/work/imports/{job.uid}/columns/", columns)
        admin.get(f"/work/imports/{job.uid}/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            admin.get(f"/work/imports/{job.uid}/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
