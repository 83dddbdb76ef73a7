"""Choices: yes or no, codes of a list, and things registered elsewhere."""

import re
from collections.abc import Callable
from typing import Any

from kexiang.kernel import classes
from kexiang.kernel.ids import is_uid
from kexiang.kinds.rules import texts
from kexiang.kinds.rules.base import Bad, Clean, shown, split_items, text_of
from kexiang.kinds.rules.codes import CodeTable, Lookup, Unclear
from kexiang.kinds.types import FieldSpec

LONGEST_CODE = 40
_YES = frozenset(
    {"是", "有", "对", "y", "yes", "true", "t", "1", "1.0", "√", "✓", "☑", "是的", "on"}
)
_NO = frozenset(
    {"否", "无", "没有", "不是", "错", "n", "no", "false", "f", "0", "0.0", "×", "✗", "☐", "off"}
)


def table_of(spec: FieldSpec, lookup: Lookup) -> CodeTable:
    """The field's own options, or the code list it names."""
    if spec.options:
        return CodeTable((o.code, o.label, o.label_en, "") for o in spec.options)
    return lookup.codes(spec.codes)


def boolean(spec: FieldSpec) -> Clean:
    def clean(value: Any) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        word = texts.fold(text_of(value, spec.label))
        if word in _YES:
            return True
        if word in _NO:
            return False
        if texts.is_blank(word):
            return None
        raise Bad(f"{spec.label}应填“是”或“否”,现为“{shown(value)}”。")

    return clean


def code(spec: FieldSpec, table: CodeTable) -> Clean:
    resolve = _resolver(spec, table)

    def clean(value: Any) -> str | None:
        if value is None:
            return None
        text = texts.line(text_of(value, spec.label))
        # First the list: NA is Namibia, 无 may be a choice of its own.
        code = resolve(text) if text else None
        if code is not None:
            return code
        if texts.is_none(text):
            return None
        raise Bad(f"{spec.label}“{shown(text)}”{table.why_not(text)}")

    return clean


def _resolver(spec: FieldSpec, table: CodeTable) -> Callable[[str], str | None]:
    """Code or label to code, with aliases, short class codes and codes newer than the list."""
    pattern = re.compile(spec.pattern, re.ASCII) if spec.pattern else None
    aliases = dict(spec.aliases)

    def resolve(text: str) -> str | None:
        text = aliases.get(text, text)
        code = table.resolve(text)
        if code is not None:
            return aliases.get(code, code)
        if spec.open_codes and pattern is not None:
            word = texts.half(text).upper()
            return _class_code(table, pattern, word)
        return texts.half(text) if not table and is_plain_code(text) else None

    return resolve


def _class_code(table: CodeTable, pattern: re.Pattern[str], word: str) -> str | None:
    """A code as other lists write it, or one deeper than the list under a class it knows.

    0103 is 010300, 3311 is C3311; S511.01 stays as typed because S511 is known.
    """
    filled = word.ljust(6, "0") if word.isdigit() and len(word) in (2, 4) else word
    for known in (filled, table.lettered(word)):
        if known in table.labels:
            return known
    if len(word) > LONGEST_CODE or not pattern.search(word):
        return None
    if not table or any(parent in table.labels for parent in classes.above(word)):
        return word
    return None


def is_plain_code(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9._\-/]{1,40}", text) is not None


def codes(spec: FieldSpec, table: CodeTable) -> Clean:
    resolve = _resolver(spec, table)
    label, limit = spec.label, spec.max_items or 1

    def clean(value: Any) -> list[str] | None:
        if value is None:
            return None
        if isinstance(value, (list, tuple)):
            parts = [texts.line(text_of(item, label)) for item in value]
        else:
            parts = _code_parts(texts.lines(text_of(value, label)), resolve)
        found: dict[str, None] = {}
        for part in parts:
            code = resolve(part) if part else None
            if code is None:
                if texts.is_none(part):
                    continue
                raise Bad(f"{label}中的“{shown(part)}”{table.why_not(part)}")
            found[code] = None
        if len(found) > limit:
            raise Bad(
                f"{label}最多选 {limit} 项,现有 {len(found)} 项,请删去 {len(found) - limit} 项。"
            )
        return list(found) or None

    return clean


def _code_parts(text: str, resolve: Callable[[str], str | None]) -> list[str]:
    """Items of a list of codes typed as one text; labels may themselves hold a 、."""
    if resolve(text) is not None:
        return [text]
    parts: list[str] = []
    for piece in re.split(r"[;；,，|\n]+", text):
        piece = piece.strip()
        if not piece or resolve(piece) is not None or not re.search(r"[、/ ]", piece):
            parts.append(piece)
        else:
            parts += _joined(re.split(r"([、/ ])", piece), resolve)
    return parts


def _joined(bits: list[str], resolve: Callable[[str], str | None]) -> list[str]:
    """Longest runs of ``bits`` (words and the marks between them) that are labels."""
    if len(bits) > 41:
        return ["".join(bits)]
    parts: list[str] = []
    start = 0
    while start < len(bits):
        for end in range(len(bits), start, -2):
            run = "".join(bits[start:end]).strip()
            if run and resolve(run) is not None:
                break
        else:
            return [*parts, "".join(bits[start:]).strip()]
        parts.append(run)
        start = end + 1
    return parts


def found(spec: FieldSpec, find: Callable[[str], str | None], advice: str) -> Clean:
    label = spec.label

    def clean(value: Any) -> str | None:
        if value is None:
            return None
        text = texts.half(text_of(value, label))
        if texts.is_none(text):
            return None
        try:
            found = find(text)
        except Unclear as error:
            raise Bad(f"{label}“{shown(text)}”{error}") from None
        if found is None:
            raise Bad(f"{label}“{shown(text)}”没有找到,请{advice}。")
        return found

    return clean


def references(spec: FieldSpec, lookup: Lookup) -> Clean:
    """Records and files: uids, or numbers that the lookup knows."""
    of_records = spec.type in ("record", "records")

    def find(text: str) -> str | None:
        if of_records:
            return lookup.record(spec.target, text)
        return lookup.file(text) if is_uid(text) else None

    advice = "填已登记资源的编号或全名" if of_records else "先上传文件"
    one = found(spec, find, advice)
    if not spec.many:
        return one
    label, limit = spec.label, spec.max_items or 1

    def clean(value: Any) -> list[str] | None:
        if value is None:
            return None
        parts = (
            value if isinstance(value, (list, tuple)) else split_items(spec, text_of(value, label))
        )
        found = dict.fromkeys(uid for part in parts if (uid := one(part)) is not None)
        if len(found) > limit:
            raise Bad(
                f"{label}最多 {limit} 项,现有 {len(found)} 项,请删去 {len(found) - limit} 项。"
            )
        return list(found) or None

    return clean
