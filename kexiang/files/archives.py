"""Zip containers: Office documents, OFD, and plain zip. Bombs, tricks and macros are refused."""

import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from kexiang.files.types import Content
from kexiang.kernel.errors import Invalid

DOCX = Content("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
XLSX = Content("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
OFD = Content("application/ofd", "ofd")
ZIP = Content("application/zip", "zip")

MAX_ENTRIES = 5_000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200
"""Real Office XML reaches about 60; a bomb is beyond 1,000."""
SMALL = 1024 * 1024

_PROGRAMS = (
    "exe com bat cmd msi scr dll js jse vbs vbe wsf wsh ps1 jar apk sh app lnk hta html htm "
    "xhtml svg docm xlsm pptm dotm xltm xlam"
)
PROGRAMS = frozenset(_PROGRAMS.split())
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
}


def inspect(path: Path) -> Content:
    """What sort of container it is; raises ``Invalid``."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            names = {entry.filename for entry in entries}
            _unpack(archive, entries)
            if "[Content_Types].xml" in names:
                return _office(archive, names)
            if "OFD.xml" in names:
                return _ofd(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise Invalid(_("压缩包已损坏或不完整,请重新压缩后再传。")) from error
    _check_names(names)
    return ZIP


def readable_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; without the UTF-8 flag Chinese tools wrote GBK, read as cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise Invalid(_("压缩包里的文件过多(上限 5,000 个),请分成几个压缩包。"))
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name[:3] or ".." in PurePosixPath(name).parts:
            raise Invalid(_("压缩包里的路径不安全(“%s”),请重新压缩后再传。") % readable_name(entry))
        if entry.flag_bits & 0x1:
            raise Invalid(_("压缩包设了密码,无法检查,请去掉密码后再传。"))
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked / packed > MAX_RATIO):
        raise Invalid(_("压缩包解开后过大(上限 300 MB),无法检查,请分成几个压缩包。"))


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read everything once: checks each CRC and counts what really comes out."""
    room = MAX_UNPACKED
    for entry in entries:
        with archive.open(entry) as member:
            while block := member.read(1 << 20):
                room -= len(block)
                if room < 0:
                    raise Invalid(_("压缩包解开后过大(上限 300 MB),无法检查,请分成几个压缩包。"))


def _check_names(names: set[str]) -> None:
    for name in sorted(names):
        if PurePosixPath(name.lower()).suffix.lstrip(".") in PROGRAMS:
            raise Invalid(
                _("压缩包里有程序、网页或带宏的文件(“%s”),请去掉后再传。")
                % PurePosixPath(name).name
            )


def _office(archive: zipfile.ZipFile, names: set[str]) -> Content:
    types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    if "macroEnabled" in types or any(n.lower().endswith("vbaproject.bin") for n in names):
        raise Invalid(_("文件里含有宏,不能上传。请另存为不含宏的 docx 或 xlsx 后再传。"))
    if any("/embeddings/" in n and n.lower().endswith((".bin", ".exe")) for n in names):
        raise Invalid(_("文件里嵌入了其他程序对象,请删除嵌入对象后再传。"))
    _check_names(names)
    for main, content in _MAIN.items():
        if f'"{main}"' in types:
            return content
    raise Invalid(_("只接受 Word 和 Excel 文件,其他 Office 文件请另存为 PDF 后再传。"))


def _ofd(archive: zipfile.ZipFile) -> Content:
    """GB/T 33190: a zip with OFD.xml in the standard's namespace."""
    if b"http://www.ofdspec.org/2016" not in archive.read("OFD.xml")[:4096]:
        raise Invalid(_("OFD 文件的结构不对,请用原来的软件重新导出。"))
    return OFD
