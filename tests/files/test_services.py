"""Storing, seeing, attaching, serving and cleaning files, on a real disk and database."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.db import connection
from django.test import RequestFactory

from kexiang.core import providers
from kexiang.files import policies, queries, services, store, views
from kexiang.files.models import Blob, StoredFile
from kexiang.files.types import MAX_BYTES, FileVisibility
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import Invalid, NotAllowed, NotAuthenticated, NotFound
from kexiang.kernel.ids import new_uid
from tests.files import makers

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORG, OTHER = new_uid(), new_uid()
OWNER = Actor("owner", frozenset({Grant("unit_admin", org=ORG)}))
COLLEAGUE = Actor("colleague", frozenset({Grant("instrument_keeper", org=ORG)}))
STRANGER = Actor("stranger", frozenset({Grant("unit_admin", org=OTHER)}))
CITY = Actor("city", frozenset({Grant("bureau_admin", region="140400")}))
SYSTEM = Actor.system("test")


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_URL = f"file:///{tmp_path / 'files'}"
    settings.FILES_ACCEL = ""
    return tmp_path / "files"


@pytest.fixture
def subjects(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Subject → uids of the actors who may see it, as a higher context would answer."""
    known: dict[str, set[str]] = {}

    def visible(*, actor: Actor, subject: str) -> bool | None:
        return actor.uid in known[subject] if subject in known else None

    monkeypatch.setitem(providers._slots, policies.SUBJECT_SLOT, [visible])
    return known


def _store(data: bytes = b"", name: str = "报告.pdf", **more: Any) -> StoredFile:
    given = {"actor": OWNER, "purpose": "attachment", "owner_org": ORG, "at": AT, **more}
    return services.store(upload=makers.upload(data or makers.pdf(), name), **given)


def test_content_lies_under_its_hash_outside_any_name(disk: Path) -> None:
    file = _store()

    path = disk / file.blob_id[:2] / f"{file.blob_id}.pdf"
    assert path.read_bytes() == makers.pdf()
    assert file.source_sha256 == file.blob_id
    assert not list((disk / "incoming").iterdir())


def test_same_content_is_kept_once() -> None:
    first, second = _store(name="甲.pdf"), _store(name="乙.pdf")

    assert first.blob_id == second.blob_id
    assert (first.name, second.name) == ("甲.pdf", "乙.pdf")
    assert Blob.objects.count() == 1


def test_picture_is_stored_anew_with_a_thumbnail(disk: Path) -> None:
    file = _store(makers.photo_with_place(), "照片.png", purpose="picture")

    assert (file.name, file.blob.media_type) == ("照片.jpg", "image/jpeg")
    assert (file.blob.width, file.blob.height) == (40, 60)
    assert file.source_sha256 != file.blob_id
    assert (disk / file.blob_id[:2] / f"{file.blob_id}.thumb.jpg").is_file()


def test_picture_field_refuses_a_document() -> None:
    with pytest.raises(Invalid, match="只能上传图片"):
        _store(purpose="picture")


@pytest.mark.parametrize(
    ("actor", "error"),
    [
        (ANONYMOUS, NotAuthenticated),
        (STRANGER, NotAllowed),
        (Actor("owner", OWNER.grants, scopes=frozenset({"records:read"})), NotAllowed),
    ],
)
def test_only_members_store_for_a_unit(actor: Actor, error: type[Exception]) -> None:
    with pytest.raises(error):
        _store(actor=actor)
    assert not StoredFile.objects.exists()


class _Endless(File):
    """An upload that announces 10 bytes and does not end."""

    size = 10

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while True:
            yield b"%PDF-" + bytes(1 << 20)


def test_more_than_50_mb_is_refused_whatever_was_announced(disk: Path) -> None:
    with pytest.raises(Invalid, match="50 MB"):
        services.store(
            actor=OWNER,
            upload=_Endless(None, name="a.pdf"),
            purpose="attachment",
            owner_org=ORG,
            at=AT,
        )
    assert not list((disk / "incoming").iterdir())
    assert MAX_BYTES == 52_428_800


@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        (FileVisibility.PUBLIC, {"", "owner", "colleague", "stranger"}),
        (FileVisibility.REGISTERED, {"owner", "colleague", "stranger"}),
        (FileVisibility.UNIT, {"owner", "colleague"}),
        (FileVisibility.RESTRICTED, {"owner"}),
    ],
)
def test_visibility_of_a_file_by_itself(visibility: str, seen_by: set[str]) -> None:
    file = _store(subject="free:1", visibility=visibility)

    def sees(actor: Actor) -> bool:
        try:
            queries.file(actor, file.uid)
        except NotFound:
            return False
        return True

    actors = (ANONYMOUS, OWNER, COLLEAGUE, STRANGER)
    assert {actor.uid for actor in actors if sees(actor)} == seen_by
    assert sees(SYSTEM)


def test_unattached_file_is_seen_by_its_uploader_only() -> None:
    file = _store(visibility=FileVisibility.PUBLIC)

    assert queries.file(OWNER, file.uid).name == "报告.pdf"
    for actor in (ANONYMOUS, COLLEAGUE, STRANGER):
        with pytest.raises(NotFound):
            queries.file(actor, file.uid)


def test_visibility_follows_the_subject(subjects: dict[str, set[str]]) -> None:
    file = _store()
    subjects["record:1"] = {"stranger"}
    services.attach(actor=OWNER, uids=[file.uid], subject="record:1", visibility="public")

    assert queries.file(STRANGER, file.uid)
    with pytest.raises(NotFound):
        queries.file(OWNER, file.uid)


def test_attaching_takes_only_own_files() -> None:
    theirs = _store(actor=STRANGER, owner_org=OTHER)

    with pytest.raises(NotAllowed, match=r"报告\.pdf"):
        services.attach(actor=OWNER, uids=[theirs.uid], subject="record:1", visibility="public")
    with pytest.raises(NotFound):
        services.attach(actor=OWNER, uids=[new_uid()], subject="record:1", visibility="public")


def test_file_of_one_subject_cannot_be_moved_to_another() -> None:
    file = _store(subject="record:1")

    with pytest.raises(NotAllowed):
        services.attach(actor=OWNER, uids=[file.uid], subject="record:2", visibility="public")


def test_stock_picture_is_shown_by_many_and_belongs_to_none() -> None:
    stock = _store(
        makers.picture(), "a.jpg", actor=SYSTEM, subject="stock:demo", visibility="public"
    )
    for subject in ("record:1", "record:2"):
        services.attach(actor=OWNER, uids=[stock.uid], subject=subject, visibility="unit")

    stock.refresh_from_db()
    assert (stock.subject, stock.visibility) == ("stock:demo", "public")
    with pytest.raises(NotAllowed, match="图库"):
        _store(subject="stock:mine")


def test_files_left_out_are_let_go() -> None:
    first, second = _store(), _store(name="乙.pdf")
    uids = [first.uid, second.uid]
    services.attach(actor=OWNER, uids=uids, subject="record:1", visibility="unit")

    services.attach(actor=OWNER, uids=[second.uid], subject="record:1", visibility="unit")

    assert [info.uid for info in queries.files_of(OWNER, "record:1")] == [second.uid]
    assert set(queries.infos(uids)) == set(uids)


def test_cleaning_takes_old_loose_files_and_unused_contents(disk: Path) -> None:
    kept = _store(subject="record:1")
    loose = _store(makers.picture(), "a.jpg", at=AT)
    _store(makers.picture(), "b.jpg", at=AT + timedelta(days=6))
    lonely = _store(makers.picture("PNG"), "c.png", at=AT)

    removed = services.clean(at=AT + timedelta(days=7, seconds=1))

    assert removed == 1
    assert set(Blob.objects.values_list("pk", flat=True)) == {kept.blob_id, loose.blob_id}
    assert not list(disk.rglob(f"{lonely.blob_id}*"))
    assert queries.faults() == []


def test_cleaning_takes_what_a_dead_process_left(disk: Path) -> None:
    (disk / "incoming").mkdir(parents=True)
    half = disk / "incoming" / new_uid()
    half.write_bytes(b"x")
    services.clean(at=AT)
    assert half.exists()

    os.utime(half, (0, 0))
    services.clean(at=AT)

    assert not half.exists()


def test_lost_content_is_named_and_written_again_by_the_next_upload(disk: Path) -> None:
    file = _store()
    path = store.place(file.blob_id, ".pdf")
    path.unlink()
    assert queries.faults() == [file.blob_id]
    with pytest.raises(NotFound, match="管理员"):
        queries.served(OWNER, file.uid, thumb=False)

    _store()

    assert queries.faults() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_from_many_at_once_is_one_content() -> None:
    data, together = makers.picture(), threading.Barrier(4)
    errors: list[BaseException] = []

    def send() -> None:
        together.wait()
        try:
            _store(data, "a.jpg")
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert errors == []
    assert (Blob.objects.count(), StoredFile.objects.count()) == (1, 4)
    assert queries.faults() == []


def _get(file: StoredFile, view: Any = views.file_detail, *, actor: Actor = OWNER, **h: str) -> Any:
    request: Any = RequestFactory().get(f"/files/{file.uid}", headers=h)
    request.actor = actor
    return view(request, uid=file.uid)


def _body(response: Any) -> bytes:
    body = b"".join(response.streaming_content)
    response.file_to_stream.close()  # the response's own close would end the test's transaction
    return body


def test_document_is_served_with_its_name_and_nothing_runs() -> None:
    data = makers.office(makers.DOCX_MAIN)

    response = _get(_store(data, "说明.docx"))

    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%AF%B4")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert _body(response) == data


def test_pdf_and_pictures_are_shown_in_place() -> None:
    pdf = _get(_store())
    thumb = _get(_store(makers.picture(), "图.jpg"), views.file_thumb)

    assert pdf["Content-Disposition"].startswith("inline")
    assert _body(pdf) == makers.pdf()
    assert thumb["Content-Type"] == "image/jpeg"
    assert _body(thumb).startswith(b"\xff\xd8")


def test_second_look_costs_nothing() -> None:
    file = _store()
    first = _get(file)
    assert _body(first) == makers.pdf()

    again = _get(file, **{"If-None-Match": first["ETag"]})

    assert again.status_code == 304


def test_front_server_can_send_the_bytes(settings: Any) -> None:
    settings.FILES_ACCEL = "/protected/"
    file = _store()

    response = _get(file)

    assert response["X-Accel-Redirect"] == f"/protected/{file.blob_id[:2]}/{file.blob_id}.pdf"
    assert response.content == b""


def test_thumbnail_of_a_document_and_files_of_others_are_not_found() -> None:
    file = _store()

    with pytest.raises(NotFound):
        _get(file, views.file_thumb)
    with pytest.raises(NotFound):
        _get(file, actor=STRANGER)
    with pytest.raises(NotFound):
        queries.file(OWNER, "../../etc/passwd")


def test_officer_may_store_for_any_unit() -> None:
    assert _store(actor=CITY, owner_org=OTHER).owner_org == OTHER


def test_store_elsewhere_than_on_disk_is_refused(settings: Any) -> None:
    settings.FILES_URL = "s3://bucket"
    with pytest.raises(ValueError, match="KEXIANG_FILES_URL"):
        store.root()
