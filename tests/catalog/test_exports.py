"""Lists out: complete, disarmed, printed with head and signatures, long ones in the background."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from kexiang.catalog import services
from kexiang.catalog.models import ExportJob
from kexiang.catalog.queries import RecordFilter
from kexiang.catalog.services import export_jobs
from kexiang.kernel.errors import Invalid, NotFound
from tests.catalog.conftest import AT, World, client_of, draft, person_with
from tests.catalog.test_imports import imported, jsonl, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(person_with("unit_admin", world.university))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.req("A-07")
def test_every_format_is_complete_and_runs_no_formula(
    world: World, admin: Client, tmp_path: Path
) -> None:
    data = rows(30)
    data[4]["title"] = "=HYPERLINK(1)"
    imported(world, jsonl(tmp_path / "a.jsonl", data))
    base = "/work/records/export/?kind=instrument&format="
    lines = list(csv.reader(io.StringIO(body(admin.get(f"{base}csv")).decode("utf-8-sig"))))
    assert len(lines) == 31
    assert any("'=HYPERLINK(1)" in line for line in lines)
    objects = [json.loads(line) for line in body(admin.get(f"{base}jsonl")).splitlines()]
    assert len(objects) == 30
    sheet = load_workbook(io.BytesIO(body(admin.get(f"{base}xlsx")))).active
    assert sheet.max_row == 31
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.req("A-07")
def test_printed_page_has_head_date_person_and_signatures(world: World, admin: Client) -> None:
    draft(world, title="扫描电镜<b>")
    page = admin.get("/work/records/print/?kind=instrument").content.decode()
    for said in (
        "大型科研仪器名录",
        "填报单位(盖章)",
        "填报日期",
        "审核人",
        "填表人",
        "打印人",
        "原值",
    ):
        assert said in page, said
    assert "扫描电镜&lt;b&gt;" in page
    answer = admin.get("/work/records/print/?kind=instrument&format=xlsx")
    sheet = load_workbook(io.BytesIO(body(answer))).active
    assert sheet["A1"].value == "大型科研仪器名录"
    assert sheet.oddFooter.center.text


def test_printed_page_takes_the_same_queries_for_more_rows(
    world: World, admin: Client, tmp_path: Path
) -> None:
    counts = []
    for number, start in ((3, 0), (40, 100)):
        data = rows(start + number)[start:]
        imported(world, jsonl(tmp_path / f"{number}.jsonl", data))
        admin.get("/work/records/print/?kind=instrument")
        with CaptureQueriesContext(connection) as seen:
            admin.get("/work/records/print/?kind=instrument")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_long_export_is_made_in_the_background_for_its_person_only(
    world: World, admin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(world, jsonl(tmp_path / "a.jsonl", rows(12)))
    monkeypatch.setattr(export_jobs, "AT_ONCE", 10)
    answer = admin.get("/work/records/export/?kind=instrument&format=csv")
    job = ExportJob.objects.get()
    assert answer.status_code == 302
    url = f"/work/exports/{job.uid}/"
    assert answer["Location"].endswith(url)
    assert "等待" in admin.get(url).content.decode()
    assert admin.get(f"{url}file/").status_code == 404
    done = services.work_export(actor=world.admin, uid=job.uid, at=AT)
    assert (done.state, done.rows_done, done.rows_total) == ("done", 12, 12)
    assert services.work_export(actor=world.admin, uid=job.uid, at=AT).state == "done"
    assert "共 12 条" in admin.get(url).content.decode()
    assert len(body(admin.get(f"{url}file/")).splitlines()) >= 13
    assert job.title in admin.get("/work/exports/").content.decode()

    other = client_of(person_with("instrument_keeper", world.university))
    for tail in ("", "file/"):
        assert other.get(f"{url}{tail}").status_code == 404


def test_printed_form_may_be_long_too(
    world: World, admin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(world, jsonl(tmp_path / "a.jsonl", rows(12)))
    monkeypatch.setattr(export_jobs, "AT_ONCE", 10)
    monkeypatch.setattr(export_jobs, "ON_A_PAGE", 5)
    page = admin.get("/work/records/print/?kind=instrument").content.decode()
    assert "只列出前" in page
    admin.get("/work/records/print/?kind=instrument&format=xlsx")
    job = services.work_export(actor=world.admin, uid=ExportJob.objects.get().uid, at=AT)
    sheet = load_workbook(job.path).active
    assert sheet.max_row >= 12 + 3


def test_killed_export_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft(world)
    wanted = RecordFilter(kind="instrument", today=AT.date())
    job = services.begin_export(actor=world.admin, wanted=wanted, form="xlsx", title="x", at=AT)
    with monkeypatch.context() as patched:
        patched.setattr(export_jobs, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            services.work_export(actor=world.admin, uid=job.uid, at=AT)
    assert services.work_export(actor=world.admin, uid=job.uid, at=AT).state == "done"


def test_unknown_form_and_old_files(world: World) -> None:
    draft(world)
    wanted = RecordFilter(kind="instrument")
    with pytest.raises(Invalid):
        services.begin_export(actor=world.admin, wanted=wanted, form="exe", title="x", at=AT)
    job = services.begin_export(actor=world.admin, wanted=wanted, form="csv", title="x", at=AT)
    job = services.work_export(actor=world.admin, uid=job.uid, at=AT)
    assert Path(job.path).is_file()
    assert services.clean_files(at=AT + timedelta(days=8)) == 1
    with pytest.raises(NotFound):
        services.export_file(actor=world.admin, uid=job.uid)
