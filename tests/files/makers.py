"""Bytes of real and hostile files, made here so that no sample file lies in the repository."""

import struct
import zipfile
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF_TAIL = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n"


def upload(data: bytes, name: str = "文件.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def pdf(body: bytes = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n") -> bytes:
    return b"%PDF-1.7\n" + body + PDF_TAIL


def pdf_with_hidden(text: bytes) -> bytes:
    """The text lies inside a compressed object stream."""
    packed = zlib.compress(text)
    return pdf(
        b"2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(packed)
        + packed
        + b"\nendstream\nendobj\n"
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    image = Image.new(mode, size, (200, 30, 30) if mode == "RGB" else (200, 30, 30, 120))
    image.save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A phone's picture: lying on its side, with the position in EXIF."""
    image = Image.new("RGB", (60, 40), "blue")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes that claims side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, data in entries.items():
            # A fixed date: the bytes, which name test cases, are the same in every process.
            entry = zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0))
            target.writestr(entry, data, compression)
    return out.getvalue()


def office(main: str, extra: dict[str, bytes] | None = None) -> bytes:
    types = f'<Types><Override PartName="/a.xml" ContentType="{main}"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), "a.xml": b"<a/>", **(extra or {})})


DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def ofd(namespace: str = "http://www.ofdspec.org/2016") -> bytes:
    return archive({"OFD.xml": f'<ofd:OFD xmlns:ofd="{namespace}"/>'.encode(), "Doc_0/a": b"x"})


def compound(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "".join(names).encode("utf-16-le")


def gbk_named_archive() -> bytes:
    """As Chinese tools write it: GBK bytes, UTF-8 flag off."""
    data = archive({"PLACEHOLDER1.txt": b"x"})
    return data.replace(b"PLACEHOLDER1", "检测报告甲乙".encode("gbk"))


def zip_slip(name: str) -> bytes:
    return archive({name: b"x"})
