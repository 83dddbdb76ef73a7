"""Photos with a sheet: matched by number, refused when hostile, stored once, let go by an undo."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kexiang.catalog import services
from kexiang.catalog.models import ImportJob, ImportPhoto, Record
from kexiang.catalog.services.imports import passes, photos
from kexiang.files.models import StoredFile
from kexiang.kernel.errors import Invalid
from tests.catalog.conftest import AT, World, client_of, draft, later, person_with
from tests.catalog.test_imports import jsonl, rows, xlsx
from tests.support.workbooks import wps_pictures

pytestmark = [pytest.mark.django_db, pytest.mark.req("A-07")]


def picture(colour: int = 0) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (60, 40), (colour, 90, 120)).save(stream, "JPEG")
    return stream.getvalue()


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def gbk_zip(path: Path, names: list[str]) -> Path:
    """As Windows packs it: names in GBK without the flag that says UTF-8."""
    entries = {f"n{number:06d}.jpg": picture(number) for number in range(len(names))}
    data = zipped(path, entries).read_bytes()
    for plain, name in zip(entries, names, strict=True):
        raw = name.encode("gbk")
        assert len(raw) <= 11
        data = data.replace(plain.encode(), raw.rjust(11, b"x") if len(raw) < 11 else raw)
    path.write_bytes(data)
    return path


def started(world: World, path: Path, archive: Path | None = None) -> ImportJob:
    job = services.start_import(
        actor=world.admin, kind="instrument", path=path, file_name=path.name,
        owner=world.university.uid, at=AT,
    )  # fmt: skip
    if archive is not None:
        job = services.add_photos(
            actor=world.admin, uid=job.uid, path=archive, file_name=archive.name, at=AT
        )
    return job


def checked(world: World, job: ImportJob) -> dict[str, ImportPhoto]:
    services.begin_check(actor=world.admin, uid=job.uid, at=AT)
    services.work_import(actor=world.admin, uid=job.uid, at=AT)
    return {photo.name: photo for photo in ImportPhoto.objects.filter(job=job)}


def run(world: World, job: ImportJob) -> ImportJob:
    services.begin_run(actor=world.admin, uid=job.uid, at=later(1))
    return services.work_import(actor=world.admin, uid=job.uid, at=later(1))


def test_names_lead_to_numbers() -> None:
    assert photos.candidates("ZC-0001.jpg") == ["zc-0001"]
    assert photos.candidates("照片/ZC-0001_2.JPG") == ["zc-0001_2", "zc-0001", "照片"]
    assert "zc1" in photos.candidates("ZC1/正面.jpg")
    assert "zc1" in photos.candidates("ZC1(3).png")


@pytest.mark.req("A-15")
def test_photos_find_their_rows_and_records(world: World, tmp_path: Path) -> None:
    old = draft(world, inner_id="OLD-1", asset_no="ALT-1")
    archive = zipped(
        tmp_path / "p.zip",
        {
            "z00001.jpg": picture(1),
            "Z00001_1.jpg": picture(2),
            "N00002/正面.jpg": picture(3),
            f"{old.number}.jpg": picture(4),
            "无此编号.jpg": picture(5),
            "说明.txt": b"hello",
            "__MACOSX/._z00001.jpg": b"x",
        },
    )
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(3)), archive)
    found = checked(world, job)
    states = {name: photo.outcome for name, photo in found.items()}
    assert states == {
        "z00001.jpg": "row", "Z00001_1.jpg": "row", "N00002/正面.jpg": "row",
        f"{old.number}.jpg": "record", "无此编号.jpg": "unknown", "说明.txt": "refused",
    }  # fmt: skip
    assert run(world, job).state == "done"
    first, second = (Record.objects.get(inner_no=n) for n in ("N00001", "N00002"))
    assert (len(first.attributes["images"]), len(second.attributes["images"])) == (2, 1)
    assert first.version == 1
    subjects = StoredFile.objects.filter(uid__in=first.attributes["images"])
    assert set(subjects.values_list("subject", flat=True)) == {f"record:{first.uid}"}
    old.refresh_from_db()
    assert len(old.attributes["images"]) == 1
    assert old.version == 2


def test_names_in_gbk_are_read(world: World, tmp_path: Path) -> None:
    data = rows(2)
    data[0]["asset_no"], data[1]["asset_no"] = "仪器甲1", "设备乙2"
    archive = gbk_zip(tmp_path / "p.zip", ["仪器甲1.jpg", "设备乙2.jpg"])
    found = checked(world, started(world, jsonl(tmp_path / "a.jsonl", data), archive))
    assert {name: photo.row for name, photo in found.items()} == {
        "仪器甲1.jpg": 1, "设备乙2.jpg": 2,
    }  # fmt: skip


def test_a_name_that_means_two_rows_is_told(world: World, tmp_path: Path) -> None:
    data = rows(2)
    data[1]["asset_no"] = data[0]["inner_id"]
    archive = zipped(tmp_path / "p.zip", {"N00001.jpg": picture()})
    found = checked(world, started(world, jsonl(tmp_path / "a.jsonl", data), archive))
    assert found["N00001.jpg"].outcome == "twice"


def test_more_than_a_record_takes_are_left(world: World, tmp_path: Path) -> None:
    names = {f"Z00001_{n}.jpg": picture(n) for n in range(1, 9)}
    archive = zipped(tmp_path / "p.zip", names)
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(1)), archive)
    states = sorted(photo.outcome for photo in checked(world, job).values())
    assert states == ["refused"] * 2 + ["row"] * 6
    assert len({p.outcome for p in checked(world, job).values()}) == 2


def _slip(path: Path) -> Path:
    return zipped(path, {"../../etc/Z00001.jpg": picture()})


def _absolute(path: Path) -> Path:
    return zipped(path, {"/etc/Z00001.jpg": picture()})


def _nested(path: Path) -> Path:
    inner = zipped(path.with_suffix(".inner"), {"Z00001.jpg": picture()})
    return zipped(path, {"Z00001.zip": inner.read_bytes()})


def _bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Z00001.jpg", b"\0" * (64 * 1024 * 1024))
    return path


def _lying(path: Path) -> Path:
    """The directory says 10 bytes, the stream holds more."""
    zipped(path, {"Z00001.jpg": picture()})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    return path


def _rar(path: Path) -> Path:
    path.write_bytes(b"Rar!\x1a\x07\x00" + b"x" * 100)
    return path


def _sheet(path: Path) -> Path:
    return xlsx(path.with_suffix(".xlsx"), rows(1)).rename(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [(_slip, "路径不安全"), (_absolute, "路径不安全"), (_nested, "还有压缩包"), (_bomb, "过大"),
     (_lying, "损坏"), (_rar, "zip"), (_sheet, "不是照片压缩包")],
)  # fmt: skip
def test_hostile_archives_are_refused_in_a_sentence(
    world: World, tmp_path: Path, make: Any, said: str
) -> None:
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(1)))
    with pytest.raises(Invalid, match=said):
        services.add_photos(
            actor=world.admin, uid=job.uid, path=make(tmp_path / "p.zip"), file_name="p.zip", at=AT
        )
    assert not ImportPhoto.objects.exists()


def test_what_only_looks_like_a_photo_is_told_and_the_row_stays(
    world: World, tmp_path: Path
) -> None:
    torn = picture()[:60]
    archive = zipped(tmp_path / "p.zip", {"Z00001.jpg": b"PK\x03\x04no", "Z00002.jpg": torn})
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(2)), archive)
    assert checked(world, job)["Z00001.jpg"].outcome == "refused"
    assert run(world, job).rows_good == 2
    assert ImportPhoto.objects.get(name="Z00002.jpg").outcome == "refused"
    assert not any("images" in record.attributes for record in Record.objects.all())


def test_killed_between_batches_stores_no_photo_twice(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 2)
    names = {f"Z{n:05d}.jpg": picture(n) for n in range(1, 7)}
    archive = zipped(tmp_path / "p.zip", names)
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(6)), archive)
    checked(world, job)
    calls = []

    def die(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    services.begin_run(actor=world.admin, uid=job.uid, at=later(1))
    with monkeypatch.context() as patched:
        patched.setattr(passes.jobs, "progress", die)
        with pytest.raises(KeyboardInterrupt):
            services.work_import(actor=world.admin, uid=job.uid, at=later(1))
    done = services.work_import(actor=world.admin, uid=job.uid, at=later(2))
    assert (done.state, done.rows_good) == ("done", 6)
    images = [uid for record in Record.objects.all() for uid in record.attributes["images"]]
    assert len(images) == len(set(images)) == 6
    assert StoredFile.objects.exclude(subject="").count() == 6


def test_undo_lets_the_photos_go(world: World, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "p.zip", {"Z00001.jpg": picture()})
    job = started(world, jsonl(tmp_path / "a.jsonl", rows(1)), archive)
    checked(world, job)
    run(world, job)
    services.begin_undo(actor=world.admin, uid=job.uid, at=later(3))
    services.work_import(actor=world.admin, uid=job.uid, at=later(3))
    assert not Record.objects.exists()
    assert StoredFile.objects.get().subject == ""


@pytest.mark.req("A-15")
def test_pictures_in_cells_go_with_their_rows(world: World, tmp_path: Path) -> None:
    job = started(world, wps_pictures(tmp_path / "照片.xlsx"))
    services.map_columns(
        actor=world.admin, uid=job.uid, columns=job.mapping["columns"], units={}, lenient=True
    )
    found = checked(world, job)
    assert sorted((photo.outcome, photo.row) for photo in found.values()) == [
        ("row", 2), ("row", 3), ("row", 4),
    ]  # fmt: skip
    assert len(checked(world, job)) == 3
    assert run(world, job).rows_good == 3
    images = [record.attributes["images"] for record in Record.objects.order_by("import_row")]
    assert [len(uids) for uids in images] == [1, 1, 1]
    assert len({uid for uids in images for uid in uids}) == 3


def test_photos_through_the_pages(world: World, tmp_path: Path) -> None:
    admin = client_of(person_with("unit_admin", world.university))
    sheet = BytesIO(xlsx(tmp_path / "a.xlsx", rows(1)).read_bytes())
    sheet.name = "a.xlsx"
    archive = BytesIO(zipped(tmp_path / "p.zip", {"Z00001.jpg": picture()}).read_bytes())
    archive.name = "照片.zip"
    data = {"kind": "instrument", "owner": world.university.uid, "secret": "no", "file": sheet}
    admin.post("/work/imports/new/", {**data, "photos": archive})
    job = ImportJob.objects.get()
    base = f"/work/imports/{job.uid}/"
    columns = {f"col-{n}": field for n, field in job.mapping["columns"].items()}
    page = admin.post(f"{base}columns/", columns, follow=True).content.decode()
    assert "共 1 张,1 张有对应的行或记录" in page
    assert "对应表中一行" in admin.get(f"{base}photos/list/").content.decode()
    bad = BytesIO(b"Rar!")
    bad.name = "p.rar"
    page = admin.post(f"{base}photos/", {"photos": bad}, follow=True).content.decode()
    assert "照片没有收下" in page
    admin.post(f"{base}photos/", {"drop": "1"})
    assert not ImportPhoto.objects.exists()
