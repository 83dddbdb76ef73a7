"""Names of files as people typed them, made safe to store, show and send. Pure."""

import re
import unicodedata

MAX_NAME = 120
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


def _ungarbled(name: str) -> str:
    """GBK bytes that a browser or script sent and that were read as Latin-1."""
    if not any("\x80" <= char <= "\xff" for char in name) or any(char > "\xff" for char in name):
        return name
    try:
        return name.encode("latin-1").decode("gb18030")
    except UnicodeDecodeError:
        return name


def clean_name(name: str, extension: str) -> str:
    """A name without folders, control and direction characters, ending in what the file is.

    ``报告\u202efdp.exe`` must not look like a PDF, and ``a.pdf`` that is a picture becomes
    ``a.jpg``. A name of which nothing is left is 附件.
    """
    last = re.split(r"[\\/]", _ungarbled(name))[-1]
    last = _FORBIDDEN.sub("", unicodedata.normalize("NFC", last)).replace("\ufffd", "")
    stem, dot, ending = last.rpartition(".")
    stem = (stem if dot and len(ending) <= 5 else last).strip(" .") or "附件"
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
