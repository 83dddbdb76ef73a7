"""What is accepted is decided by bytes; the hostile ones are refused with a clear sentence."""

import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from kexiang.files import archives, content, pictures, rules
from kexiang.kernel.errors import Invalid
from tests.files import makers


def _inspect(tmp_path: Path, data: bytes) -> content.Content:
    path = tmp_path / "file"
    path.write_bytes(data)
    return content.inspect(path)


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (makers.pdf(), "pdf"),
        (makers.picture("JPEG"), "jpg"),
        (makers.picture("PNG"), "png"),
        (makers.picture("WEBP"), "webp"),
        (makers.picture("HEIF"), "heic"),
        (makers.office(makers.DOCX_MAIN), "docx"),
        (makers.office(makers.XLSX_MAIN), "xlsx"),
        (makers.compound("WordDocument"), "doc"),
        (makers.compound("Workbook"), "xls"),
        (makers.ofd(), "ofd"),
        (makers.archive({"数据/a.csv": b"1,2"}), "zip"),
        (makers.gbk_named_archive(), "zip"),
    ],
)
def test_accepted_contents_are_told_by_their_bytes(
    tmp_path: Path, data: bytes, extension: str
) -> None:
    assert _inspect(tmp_path, data).extension == extension


BOMB = makers.archive({"a.txt": bytes(40_000_000)})
ENCRYPTED = bytearray(makers.archive({"a.txt": b"x"}))
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1
ENCRYPTED[6] |= 1


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空的"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "网页"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "SVG"),
        (b'<?xml version="1.0"?><svg/>', "SVG"),
        (b"MZ\x90\x00" + bytes(100), "程序"),
        (b"\x7fELF" + bytes(100), "程序"),
        (b"#!/bin/sh\nrm -rf /\n", "程序"),
        (b"Rar!\x1a\x07\x00", "zip"),
        (b"GIF89a" + bytes(50), "不认识"),
        (b"plain text", "不认识"),
        (b"<html>" + makers.pdf(), "网页"),
        (makers.pdf()[:-20], "不完整"),
        (makers.pdf(b"1 0 obj << /OpenAction << /S /JavaScript /JS (x) >> >> endobj\n"), "脚本"),
        (makers.pdf(b"1 0 obj << /S /J#61vaScript >> endobj\n"), "脚本"),
        (makers.pdf(b"1 0 obj << /S /Launch /F (cmd.exe) >> endobj\n"), "脚本"),
        (makers.pdf_with_hidden(b"1 0 << /S /JavaScript >>"), "脚本"),
        (makers.pdf(b"trailer << /Encrypt 5 0 R >>\n"), "密码"),
        (makers.pdf() + makers.archive({"a": b"x"}) + makers.PDF_TAIL, "压缩包"),
        (makers.office(makers.DOCM_MAIN), "宏"),
        (makers.office(makers.DOCX_MAIN, {"word/vbaProject.bin": b"x"}), "宏"),
        (makers.office(makers.DOCX_MAIN, {"word/embeddings/oleObject1.bin": b"x"}), "嵌入"),
        (makers.office("application/vnd.ms-powerpoint.main+xml"), "PDF"),
        (makers.compound("Workbook", "_VBA_PROJECT"), "宏"),
        (makers.compound("EncryptedPackage"), "密码"),
        (makers.compound("PowerPoint Document"), "PDF"),
        (makers.ofd("http://example.invalid"), "OFD"),
        (makers.zip_slip("../../etc/passwd"), "不安全"),
        (makers.zip_slip("/etc/passwd"), "不安全"),
        (makers.zip_slip("C:/windows/a"), "不安全"),
        (makers.archive({"a/setup.EXE": b"MZ"}), "setup.EXE"),
        (makers.archive({"index.html": b"<html>"}), "index.html"),
        (makers.archive({f"{n}.txt": b"" for n in range(5_001)}), "过多"),
        (BOMB, "过大"),
        (bytes(ENCRYPTED), "密码"),
        (makers.archive({"a.txt": b"hello" * 50})[:-30], "损坏"),
    ],
)
def test_hostile_and_broken_contents_are_refused(tmp_path: Path, data: bytes, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        _inspect(tmp_path, data)


def test_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    """The directory says 10 bytes, the stream holds 40 MB: the read stops and the CRC is wrong."""
    honest = makers.archive({"a.txt": bytes(40_000_000)})
    size = (40_000_000).to_bytes(4, "little")
    with pytest.raises(Invalid):
        _inspect(tmp_path, honest.replace(size, (10).to_bytes(4, "little")))


def test_gbk_names_in_archives_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(makers.gbk_named_archive())
    with zipfile.ZipFile(path) as archive:
        assert archives.readable_name(archive.infolist()[0]) == "检测报告甲乙.txt"


def _encode(tmp_path: Path, data: bytes) -> pictures.Picture:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return pictures.encode(path, content.inspect(path))


def _open(tmp_path: Path, data: bytes) -> Image.Image:
    (tmp_path / "again").write_bytes(data)
    image = Image.open(tmp_path / "again")
    image.load()
    return image


def test_photo_loses_place_and_device_and_stands_upright(tmp_path: Path) -> None:
    picture = _encode(tmp_path, makers.photo_with_place())

    image = _open(tmp_path, picture.data)
    assert (image.size, (picture.width, picture.height)) == ((40, 60), (40, 60))
    assert not image.getexif()
    assert b"SecretPhone" not in picture.data + picture.thumb


def test_heic_becomes_jpeg(tmp_path: Path) -> None:
    picture = _encode(tmp_path, makers.picture("HEIF", (64, 64)))

    assert picture.content == content.JPEG
    assert _open(tmp_path, picture.data).format == "JPEG"


def test_png_with_holes_stays_png_and_its_thumbnail_is_on_white(tmp_path: Path) -> None:
    picture = _encode(tmp_path, makers.picture("PNG", (1000, 500)))

    assert picture.content == content.PNG
    assert _open(tmp_path, picture.data).mode == "RGBA"
    thumb = _open(tmp_path, picture.thumb)
    assert (thumb.format, thumb.size) == ("JPEG", (480, 240))


def test_polyglot_picture_keeps_only_its_pixels(tmp_path: Path) -> None:
    hidden = makers.archive({"evil.js": b"alert(1)"})
    script = b"<script>alert(1)</script>"

    picture = _encode(tmp_path, makers.picture("JPEG", comment=script) + hidden)

    assert b"PK\x03\x04" not in picture.data
    assert script not in picture.data


@pytest.mark.parametrize(
    "data",
    [
        makers.png_bomb(),
        makers.png_bomb(11_000),
        makers.picture("JPEG", (400, 400))[:300],
        b"\xff\xd8\xff" + b"\0" * 50,
        b"RIFF\x10\0\0\0WEBPVP8 " + bytes(30),
        b"\0\0\0\x18ftypheic" + bytes(40),
    ],
)
def test_bombs_and_torn_pictures_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid, match=r"像素|打不开"):
        _encode(tmp_path, data)


def test_huge_photo_is_made_smaller(tmp_path: Path) -> None:
    picture = _encode(tmp_path, makers.picture("JPEG", (9_000, 300)))

    assert (picture.width, picture.height) == (6_000, 200)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("检测报告.pdf", "检测报告.pdf"),
        ("检测报告.pdf".encode("gbk").decode("latin-1"), "检测报告.pdf"),
        ("C:\\Users\\张\\报告.PDF", "报告.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a.pdf.exe", "a.pdf.pdf"),
        ("报告\u202efdp.exe", "报告fdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        (" . ", "附件.pdf"),
        ("", "附件.pdf"),
        ("\ufffd\ufffd.pdf", "附件.pdf"),
        ("GB 4943.1-2022 说明", "GB 4943.1-2022 说明.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert rules.clean_name(given, "pdf") == kept


@pytest.mark.parametrize(
    "body",
    [
        b"/ObjStm " * 300_000,
        b"/ObjStm stream\nxxxxxxxxxx" * 100_000,
        b"#4a" * 800_000,
        b"/ObjStm stream\n" * 20 + zlib.compress(b"a") * 100_000,
        (b"/ObjStm stream\n" + zlib.compress(b"x") + b"endstream ") * 30_000,
    ],
    ids=["names", "bad streams", "escapes", "same stream", "many streams"],
)
def test_hostile_pdf_costs_little(tmp_path: Path, body: bytes) -> None:
    """Processor time, not the clock: the machine may be busy."""
    data = b"%PDF-1.4\n" + body + b"\nstartxref\n1\n%%EOF"
    began = time.process_time()
    with suppress(Invalid):
        _inspect(tmp_path, data)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", [b"/JS", b"/J#53", b"/#4a#53", b"/#4Aava#53cript", b"/#58FA"])
def test_active_names_are_seen_however_spelled(tmp_path: Path, name: bytes) -> None:
    packed = zlib.compress(b"<< " + name + b" (x) >>")[:-4] + b"torn"
    for body in (name + b" (x)", b"<< /Type /ObjStm >>\nstream\r\n" + packed):
        with pytest.raises(Invalid, match="脚本"):
            _inspect(tmp_path, b"%PDF-1.4\n" + body + b"\nendstream\nstartxref\n1\n%%EOF")
