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
MAX_PARTS = 5_000
_HEADS = (b"PK", b"\xd0\xcf", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc")


class Unreadable(Invalid):
    """The file is not opened; the message says why and what to do instead."""

    code = "unreadable_file"


def kind_of(path: Path, name: str = "") -> str:
    """``xlsx``, ``xls``, ``csv`` or ``jsonl``. Raises ``Unreadable``.

    ``name`` is the name the user gave the file when the path is a stored copy.
    """
    suffix = Path(name or path.name).suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00\xef\xbb\xbf\r\n\t "):
        raise Unreadable("文件是空的。请确认选对了文件,并在保存后重新上传。")
    if suffix in (".xlsm", ".xltm"):
        raise Unreadable("文件带有宏(.xlsm)。请另存为 .xlsx 后再上传。")
    if suffix == ".xlsx":
        _check_xlsx(path, head)
        return "xlsx"
    if suffix == ".xls":
        _check_xls(path, head)
        return "xls"
    if suffix in (".csv", ".txt", ".tsv"):
        _check_text(head, suffix)
        return "csv"
    if suffix in (".jsonl", ".ndjson"):
        _check_text(head, suffix)
        return "jsonl"
    shown = suffix or "没有扩展名"
    raise Unreadable(f"不支持这种文件({shown})。可用 .xlsx、.xls、.csv 或 .jsonl。")


def _check_xlsx(path: Path, head: bytes) -> None:
    if head.startswith(OLE):
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d" in path.read_bytes()[:2_000_000]:
            raise Unreadable("文件设有打开密码,无法读取。请去掉密码后另存再上传。")
        raise Unreadable("文件其实是旧版 .xls 格式。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")
    if not head.startswith(ZIP):
        raise Unreadable("文件扩展名是 .xlsx,内容却不是 Excel 工作簿。请重新导出后上传。")
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


def _check_xls(path: Path, head: bytes) -> None:
    if head.startswith(ZIP):
        raise Unreadable("文件扩展名是 .xls,内容却是新版格式。请把扩展名改为 .xlsx 后再上传。")
    if not head.startswith(OLE):
        raise Unreadable(
            "文件扩展名是 .xls,内容却不是 Excel 工作簿(可能是网页表格)。请另存为 .xlsx 后再上传。"
        )
    if path.stat().st_size > 50 * 1024**2:
        raise Unreadable("旧版 .xls 文件过大。请另存为 .xlsx 后再上传。")


def _check_text(head: bytes, suffix: str) -> None:
    if head.startswith(_HEADS):
        raise Unreadable(f"文件扩展名是 {suffix},内容却不是文本。请重新导出后上传。")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"文件扩展名是 {suffix},内容却不是文本。请重新导出后上传。")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml")):
        raise Unreadable(f"文件扩展名是 {suffix},内容却是网页。请重新导出后上传。")
