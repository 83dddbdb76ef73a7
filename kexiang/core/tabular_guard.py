"""Files that must not be opened, recognised by content and refused in one clear sentence.

Refused: a name that does not fit the content, passwords, macros, links to other workbooks,
archives that unpack to much more than they look, XML with declarations of its own (peers.md 13.2).
"""

import zipfile
from pathlib import Path

from kexiang.kernel.errors import Invalid

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MAX_UNPACKED = 4 * 1024**3
MAX_PART_RATIO = 250
_RATIO_FROM = 16 * 1024**2
MAX_PARTS = 20_000
_MAX_OLE = 50 * 1024**2
_HEADS = (b"PK", b"\xd0\xcf", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc")


class Unreadable(Invalid):
    """The file is not opened; the message says why and what to do instead."""

    code = "unreadable_file"


def kind_of(path: Path, name: str = "") -> str:
    """``xlsx``, ``xls``, ``html``, ``xml``, ``csv`` or ``jsonl``, by its content.

    Raises ``Unreadable`` with the reason.

    ``name`` is the name the user gave the file when the path is a stored copy.
    """
    suffix = Path(name or path.name).suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00\xef\xbb\xbf\r\n\t "):
        raise Unreadable("文件是空的。请确认选对了文件,并在保存后重新上传。")
    if suffix in (".xlsm", ".xltm", ".xlsb"):
        raise Unreadable(f"不接收带宏或二进制的工作簿({suffix})。请另存为 .xlsx 后再上传。")
    if suffix in (".xlsx", ".xls", ".et"):
        return _workbook_kind(path, head, suffix)
    if suffix in (".csv", ".txt", ".tsv"):
        _check_text(head, suffix)
        return "csv"
    if suffix in (".jsonl", ".ndjson"):
        _check_text(head, suffix)
        return "jsonl"
    shown = suffix or "没有扩展名"
    raise Unreadable(f"不支持这种文件({shown})。可用 .xlsx、.xls、.csv 或 .jsonl。")


def _workbook_kind(path: Path, head: bytes, suffix: str) -> str:
    """What a workbook is by its content: systems name web pages and text tables ``.xls``."""
    if head.startswith(ZIP):
        _check_xlsx(path)
        return "xlsx"
    if head.startswith(OLE):
        _check_xls(path)
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if b"office:spreadsheet" in head and start.startswith(b"<?xml"):
        return "xml"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style")):
        return "html"
    if start.startswith((b"mime-version", b"from:")):
        raise Unreadable("文件是单个网页档案(.mht)。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    if suffix == ".xls" and not head.startswith(_HEADS) and _is_text_table(head):
        return "csv"
    raise Unreadable(f"文件扩展名是 {suffix},内容却不是 Excel 工作簿。请重新导出后上传。")


def _is_text_table(head: bytes) -> bool:
    """A text with tabs or commas, in whatever encoding, is no picture and no program."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(head.count(bytes((code,))) for code in (*range(9), *range(14, 32)))
    return not controls and (b"\t" in head or b"," in head)


def _check_xlsx(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable("文件已损坏,无法打开。请用 Excel 或 WPS 重新保存后再上传。") from None
    lower = {name.lower() for name in names}
    if "xl/workbook.xml" not in lower and "[content_types].xml" not in lower:
        raise Unreadable("文件是压缩包,不是 Excel 工作簿。请上传 .xlsx 文件本身。")
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise Unreadable("文件带有宏。请另存为不含宏的 .xlsx 后再上传。")
    if any(name.startswith("xl/externallinks/") for name in lower):
        raise Unreadable("表格引用了其他工作簿(外部链接)。请断开链接,或复制后“粘贴为数值”再上传。")


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive by its own table of contents, before anything is unpacked."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable("文件解压后过大,疑似异常文件。请只保留需要导入的工作表再上传。")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and ratio > MAX_PART_RATIO:
            raise Unreadable("文件压缩比异常,疑似恶意文件,已拒绝打开。请重新导出后上传。")
        if part.flag_bits & 0x1:
            raise Unreadable("文件设有密码,无法读取。请去掉密码后再上传。")


def _check_xls(path: Path) -> None:
    """An OLE file: an old workbook, or the wrapping of one with a password."""
    if path.stat().st_size > _MAX_OLE:
        raise Unreadable("旧版 .xls 文件过大。请另存为 .xlsx 后再上传。")
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("文件设有打开密码,无法读取。请去掉密码后另存再上传。")
    if all(name.encode("utf-16-le") not in data for name in ("Workbook", "Book")):
        raise Unreadable("文件已损坏,或不是 Excel 工作簿。请另存为 .xlsx 后再上传。")


def _check_text(head: bytes, suffix: str) -> None:
    if head.startswith(_HEADS):
        raise Unreadable(f"文件扩展名是 {suffix},内容却不是文本。请重新导出后上传。")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"文件扩展名是 {suffix},内容却不是文本。请重新导出后上传。")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml")):
        raise Unreadable(f"文件扩展名是 {suffix},内容却是网页。请重新导出后上传。")
