"""Which column of somebody's own sheet is which field, and in which unit its numbers are."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kexiang.kinds.rules.texts import fold
from kexiang.kinds.types import FieldSpec, KindSpec

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_UNIT = re.compile(r"(万元|亿元|千元|元)")
_MARKS = re.compile(r"[*＊:：★●]|必填|选填")
_VERSION = re.compile(r"模板版本\s*([a-z][a-z0-9_]*):([0-9a-f]{6,})")
# ``中心编号(不可修改、新增请空缺不填)``: given by somebody else, never read.
_NOT_TO_FILL = re.compile(r"不可修改|(?<!没有)请空缺不填|无需填写|[((]不填[))]")
_GENERIC = re.compile(r"(信息|情况|资料|内容|管理|状态|参数|事项|数据|地址|部分|指标)$")
_CLOSE = 0.82


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """One column. ``field`` is a field name, a dotted one (``customs.item_number``) or empty.

    ``unit`` is the unit a money column states, ``ask_unit`` that it states none and the importer
    must ask (元 or 万元 is never guessed); ``sure`` is false for a match by likeness only.
    """

    index: int
    head: str
    field: str = ""
    label: str = ""
    unit: str = ""
    ask_unit: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column of the kind's sheet: a field, or a sub-field of a block."""

    key: str
    head: str
    spec: FieldSpec
    parent: FieldSpec | None = None

    @property
    def label(self) -> str:
        return f"{self.parent.label}-{self.spec.label}" if self.parent else self.spec.label


def import_columns(spec: KindSpec) -> tuple[ImportColumn, ...]:
    """The columns of a kind's sheet in order; blocks (tables of one row) are spread out."""
    return tuple(_columns(spec))


def _columns(spec: KindSpec) -> Iterator[ImportColumn]:
    for one in spec.fields:
        if not one.importable:
            continue
        if one.is_single_table:
            for sub in one.fields:
                head = f"{one.label}-{_with_unit(sub)}"
                yield ImportColumn(f"{one.name}.{sub.name}", head, sub, one)
        else:
            yield ImportColumn(one.name, _with_unit(one), one)


def _with_unit(one: FieldSpec) -> str:
    return f"{one.label}({one.money_unit})" if one.money_unit else one.label


def suggest_mapping(heads: Sequence[str], spec: KindSpec) -> list[ColumnMatch]:
    """For each head the field it most likely means. A field is given to one column only."""
    exact, loose = _words(import_columns(spec))
    taken: set[str] = set()
    found: dict[int, ColumnMatch] = {}
    for words in (exact, loose):
        for index, head in enumerate(heads):
            if index in found:
                continue
            column = next(
                (words[w] for w in _forms(head) if w in words and words[w].key not in taken), None
            )
            if column is not None:
                taken.add(column.key)
                found[index] = _match(index, head, column, sure=True)
    for index, head in enumerate(heads):
        if index not in found:
            column = _alike(head, exact, taken)
            if column is not None:
                taken.add(column.key)
                found[index] = _match(index, head, column, sure=False)
            else:
                found[index] = ColumnMatch(index, str(head))
    return [found[index] for index in range(len(heads))]


def _words(
    columns: Sequence[ImportColumn],
) -> tuple[dict[str, ImportColumn], dict[str, ImportColumn]]:
    """Exact names (label, own name, head of our template), and other names in use."""
    exact: dict[str, ImportColumn] = {}
    loose: dict[str, ImportColumn] = {}
    for column in columns:
        for word in (column.head, column.label, column.key):
            exact.setdefault(fold(word), column)
    for column in columns:
        one = column.spec
        others = [one.label, one.label_en, *one.heads]
        others += [wire for key, wire in one.exchange.items() if key == "nrii"]
        for word in others:
            for form in _forms(word):
                loose.setdefault(form, column)
    return exact, loose


def _forms(head: str) -> list[str]:
    """The head as it is, without marks, without brackets; longest first.

    Of a head of two levels (``联系人/电话``) also the two together (联系人电话), and the lower one
    alone where the upper one only names a part of the form (``仪器基本信息/规格型号``).
    """
    text = str(head or "")
    if _NOT_TO_FILL.search(text):
        return []
    plain = _MARKS.sub("", text)
    bare = _BRACKETS.sub("", plain)
    forms = [fold(text), fold(plain), fold(bare)]
    upper, slash, lower = bare.rpartition("/")
    if slash and upper and lower:
        forms.append(fold(bare.replace("/", "")))
        if _GENERIC.search(upper.strip()):
            forms += _forms(_lower_of(text))
    return [form for form in dict.fromkeys(forms) if form]


def _lower_of(head: str) -> str:
    """The lowest level with its brackets; a slash inside brackets parts nothing."""
    depth = 0
    for place in range(len(head) - 1, -1, -1):
        depth += (head[place] in ")）]】") - (head[place] in "(（[【")
        if head[place] == "/" and depth == 0:
            return head[place + 1 :]
    return ""


def _alike(head: str, words: dict[str, ImportColumn], taken: set[str]) -> ImportColumn | None:
    free = {word: column for word, column in words.items() if column.key not in taken}
    for form in _forms(head):
        if len(form) >= 3:
            close = difflib.get_close_matches(form, list(free), n=1, cutoff=_CLOSE)
            if close:
                return free[close[0]]
    return None


def _match(index: int, head: str, column: ImportColumn, *, sure: bool) -> ColumnMatch:
    unit, ask = "", False
    if column.spec.type == "money":
        stated = _UNIT.search(str(head))
        unit = stated.group(1) if stated else ""
        ask = not stated
    return ColumnMatch(index, str(head), column.key, column.label, unit, ask, sure)


def is_example_row(cells: Sequence[object]) -> bool:
    """Whether a row is the example of a template (ours, or one of the national platform)."""
    return any("示例" in cell for cell in cells[:1] if isinstance(cell, str)) or any(
        isinstance(cell, str) and "示例数据" in cell for cell in cells
    )


def template_version(rows: Sequence[Sequence[object]]) -> tuple[str, str] | None:
    """Kind and version of the template a sheet was made from, when it was made from ours."""
    for cells in rows:
        for cell in cells:
            found = _VERSION.search(cell) if isinstance(cell, str) else None
            if found:
                return found.group(1), found.group(2)
    return None
