"""What a file really is: found from its bytes, never from its name.

Accepted (ux.md B1.4): PDF, JPG, PNG, WebP, HEIC, OFD, Word, Excel, zip. Refused: anything
else, and among these what carries macros, scripts, programs or a bomb. Nothing here trusts
a length that the file states about itself.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _

from kexiang.files import archives
from kexiang.files.types import Content
from kexiang.kernel.errors import Invalid

PDF = Content("application/pdf", "pdf")
JPEG, PNG = Content("image/jpeg", "jpg"), Content("image/png", "png")
WEBP, HEIC = Content("image/webp", "webp"), Content("image/heic", "heic")
DOC = Content("application/msword", "doc")
XLS = Content("application/vnd.ms-excel", "xls")

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_ACTIVE_NAMES = (b"JavaScript", b"JS", b"Launch", b"RichMedia", b"XFA")
MAX_INFLATED = 64 * 1024 * 1024
MAX_OBJECT_STREAMS = 20_000
_DICTIONARY = 400
CHUNK = 64 * 1024


def _spelled(name: bytes) -> bytes:
    """A pattern for a PDF name, each character of which may stand as ``#xx`` (``/J#53``)."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (sign, sign) for sign in name)


_ACTIVE_PDF = re.compile(b"/(?:%s)\\b" % b"|".join(map(_spelled, _ACTIVE_NAMES)))


def inspect(path: Path) -> Content:
    """The content of a file on disk; raises ``Invalid`` with what to do instead."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Invalid(_("文件是空的,请重新选择。"))
    for matches, check in _FORMATS:
        if matches(head):
            return check(path)
    raise Invalid(_refusal(head))


def _refusal(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")):
        return _("网页、SVG 和 XML 文件可能夹带脚本,不能上传。请另存为 PDF 或 PNG 后再传。")
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return _("程序文件不能上传。")
    if head.startswith((b"Rar!", b"7z\xbc\xaf")):
        return _("RAR 和 7z 压缩包无法检查,请改用 zip 压缩后再传。")
    return _(
        "不认识这个文件的内容。可上传 PDF、JPG、PNG、HEIC、OFD、Word、Excel 和 zip;"
        "文件的扩展名改过时,请用原来的软件重新另存一份。"
    )


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _pdf(path: Path) -> Content:
    """A PDF that is nothing else besides, is complete, unlocked and carries no program."""
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        raise Invalid(_("PDF 文件不完整,可能没有下载完,请打开确认后重新上传。"))
    if b"PK\x05\x06" in data[-66_000:] and b"PK\x01\x02" in data:
        raise Invalid(_("这个 PDF 里夹带了压缩包,请重新导出 PDF 后再传。"))
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R", data):
        raise Invalid(_("PDF 设了密码或使用限制,无法检查,请去掉后再传。"))
    if _ACTIVE_PDF.search(data) or any(_ACTIVE_PDF.search(one) for one in _object_streams(data)):
        raise Invalid(_("PDF 里含有脚本或可执行动作,不能上传,请打印成新的 PDF 后再传。"))
    return PDF


def _object_streams(data: bytes) -> Iterator[bytes]:
    """The inflated object streams, one after the other.

    Work is bounded by what an honest file needs: streams do not overlap, so that together they
    read no more than the file. Header and checksum are not looked at, as readers do not either.
    """
    view, room, left = memoryview(data), MAX_INFLATED, len(data)
    for count, start in enumerate(_stream_starts(data)):
        unpacker, pieces = zlib.decompressobj(-zlib.MAX_WBITS), []
        with suppress(zlib.error):
            for at in range(start + 2, len(data), CHUNK):
                pieces.append(unpacker.decompress(view[at : at + CHUNK], room))
                room -= len(pieces[-1])
                left -= CHUNK if not unpacker.eof else CHUNK - len(unpacker.unused_data)
                if unpacker.eof or room <= 0 or left < -CHUNK:
                    break
        if room <= 0:
            raise Invalid(_("PDF 解开后过大,无法检查,请拆分或重新导出后再传。"))
        if count >= MAX_OBJECT_STREAMS or left < -CHUNK:
            raise Invalid(_("PDF 结构异常,无法检查,请打印成新的 PDF 后再传。"))
        yield b"".join(pieces)


def _stream_starts(data: bytes) -> Iterator[int]:
    """Where the bytes of each object stream begin; linear, whatever stands in the file."""
    at = data.find(b"/ObjStm")
    while at >= 0:
        found = data.find(b"stream", at, at + _DICTIONARY)
        if found >= 0:
            start = found + len(b"stream")
            yield start + (2 if data[start : start + 2] == b"\r\n" else 1)
            at = found
        at = data.find(b"/ObjStm", at + 1)


def _compound(path: Path) -> Content:
    """Word and Excel of 97–2003 (a compound file). Its names are UTF-16 in the directory."""
    data = path.read_bytes()

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise Invalid(_("文件设了打开密码,无法检查,请去掉密码后再传。"))
    if has("_VBA_PROJECT"):
        raise Invalid(_("文件里含有宏,不能上传。请另存为不含宏的 docx 或 xlsx 后再传。"))
    if has("WordDocument"):
        return DOC
    if has("Workbook") or has("Book"):
        return XLS
    raise Invalid(_("只接受 Word 和 Excel 的旧格式文件,其他请另存为 PDF 后再传。"))


def _archive(path: Path) -> Content:
    return archives.inspect(path)


_FORMATS: list[tuple[Callable[[bytes], bool], Callable[[Path], Content]]] = [
    (lambda head: head.startswith(b"%PDF-"), _pdf),
    (lambda head: head.startswith(b"\xff\xd8\xff"), lambda _path: JPEG),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), lambda _path: PNG),
    (_is_webp, lambda _path: WEBP),
    (_is_heic, lambda _path: HEIC),
    (lambda head: head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), _compound),
    (lambda head: head.startswith(b"PK\x03\x04"), _archive),
]
