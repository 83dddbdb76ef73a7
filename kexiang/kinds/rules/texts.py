"""Texts as people type and paste them: widths, spaces, dashes, addresses, numbers of standards."""

import re
import unicodedata
from functools import lru_cache

# Full-width letters, digits and the marks that stand inside numbers and addresses.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WIDE_WORDS = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")
_INVISIBLE = dict.fromkeys(
    (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D,
     0x2060, 0xFEFF)
)  # fmt: skip
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200d\u2060\ufeff\ud800-\udfff]")
_WIDE_WORD = re.compile("[\u3000\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_BLANK = frozenset({"", "-", "--", "—", "——", "/", "\\", "*", "N/A", "n/a", "NA", "null", "None"})
_NONE = _BLANK | {"无", "暂无", "没有", "不详", "未知", "空"}

_URL = re.compile(r"https?://[^\s/?#@<>\"\\]+(?:[/?#][^\s<>\"\\]*)?", re.I)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(
    r"(?:\+?86-?)?(?:1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3}-?\d{4}|\d{7,8}(?:-\d{1,6})?"
    r"|1[0-2]\d{3})"
    r"|\+(?!86)\d{1,3}-?\d{4,14}"
)
_PHONES = re.compile(r"[,，、;；/|\n]|或|\s{2,}")
_STANDARD = re.compile(r"([A-Z]+\d{0,6}(?:/[A-Z]{1,8})*)[ ]?(\d[0-9A-Z.\-:/()+ ]*)")
_STANDARD_T = re.compile(r"^([A-Z]{2}|DB\d{2,6})[ /]?T(?=[ ]?\d)")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+(?:1[0-9]|2[0-9])", re.I)
_HAS_DIGIT = re.compile(r"\d")


def safe(text: str) -> str:
    """Without control characters, zero-width characters and lone surrogates."""
    return _UNSAFE.sub("", text) if _UNSAFE.search(text) else text


def _narrow(text: str) -> str:
    """Full-width letters, digits and spaces made half-width; marks of Chinese text stay."""
    return text.translate(_WIDE_WORDS) if _WIDE_WORD.search(text) else text


def line(text: str) -> str:
    """One line: safe, single spaces, full-width letters and digits made half-width."""
    return " ".join(_narrow(safe(text)).split())


def lines(text: str) -> str:
    """Several lines: safe, without trailing spaces and without more than one empty line."""
    text = _narrow(safe(text)).replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return _SPACES.sub(" ", text).strip()
    kept: list[str] = []
    for one in text.split("\n"):
        one = _SPACES.sub(" ", one).strip()
        if one or (kept and kept[-1]):
            kept.append(one)
    return "\n".join(kept).strip()


def half(text: str) -> str:
    """One line with every full-width character that has a half-width form, and plain dashes."""
    text = safe(text)
    if not text.isascii():
        text = text.translate(_WIDE).translate(_DASHES)
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, a slash."""
    return text in _BLANK


def is_none(text: str) -> bool:
    """Whether a cell says that there is no value (also 无, 暂无 …)."""
    return text in _NONE


def is_scientific(text: str) -> bool:
    """Whether a text is what a spreadsheet makes of a long number (``1.40104E+17``)."""
    return _SCIENTIFIC.fullmatch(text) is not None


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """How labels and column heads are compared: width, case, spaces and dashes do not count."""
    text = unicodedata.normalize("NFKC", safe(text)).translate(_DASHES).casefold()
    return "".join(text.split())


def url(text: str) -> str | None:
    """An http(s) address, or ``None``. ``www.`` alone is given its ``http://``."""
    text = half(text)
    if text.lower().startswith("www."):
        text = f"http://{text}"
    return text if _URL.fullmatch(text) else None


def email(text: str) -> str | None:
    text = half(text).replace(" ", "")
    return text if _EMAIL.fullmatch(text) else None


def phone(text: str) -> str | None:
    """One telephone number, without brackets and spaces; ``None`` when it is none (or several)."""
    text = half(text)
    text = re.sub(r"^\((\d{3,4})\)[ -]?", r"\1-", text)
    text = re.sub(r"[ ]?(?:转|ext\.?)[ ]?", "-", text, flags=re.I)
    text = re.sub(r"(?<=\d) (?=\d)", "", text) if re.match(r"\+?1?\d{2,3} ", text) else text
    text = text.replace(" ", "")
    return text if _PHONE.fullmatch(text) else None


def several_phones(text: str) -> bool:
    return bool(_PHONES.search(text.strip()))


@lru_cache(maxsize=8_192)
def standard_no(text: str) -> str | None:
    """A standard's number as it is printed: ``gbt4334—2020`` is ``GB/T 4334-2020``.

    Books of methods (``中国药典2020年版 四部 通则1121``) stay as typed. ``None`` without a digit.
    """
    text = half(text)
    if not _HAS_DIGIT.search(text):
        return None
    upper = re.sub(r"\s*([-/:])\s*", r"\1", text.upper())
    upper = _STANDARD_T.sub(r"\1/T", upper)
    found = _STANDARD.fullmatch(upper)
    if not found:
        return text
    number = re.sub(r"\s+", " ", found.group(2)).strip()
    return f"{found.group(1)} {number}"
