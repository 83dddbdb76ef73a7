"""From the file of a job to raw records, row by row, in memory that does not grow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kexiang.catalog.models import ImportJob
from kexiang.catalog.services.imports import presets
from kexiang.core import tabular
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

OWNER = "@owner"
OWNER_HEADS = frozenset(
    {"单位名称", "所属单位", "管理单位", "依托单位", "owner", "单位", "统一社会信用代码"}
)
# Columns that a workbook of faults adds: they are ours, not the user's.
OUR_HEADS = frozenset({"错误说明", "原行号"})
LOOKED_AT = 20
_UNIT = re.compile(r"(万元|亿元|千元|元)")
_TOTAL = re.compile(r"(合|总|小)\s*计|本页合计")

Raw = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Memory:
    """How the same heads were mapped before, by head and by field."""

    columns: Mapping[str, str]
    units: Mapping[str, str]
    constants: Mapping[str, str]
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file looks like: its heads, where the data begin, and the likely columns."""

    sheet: str
    header_row: int
    heads: tuple[str, ...]
    rows_hint: int
    preset: str
    is_template: bool


def inspect(
    path: Path, spec: KindSpec, *, name: str, sheet: str = "", header_row: int | None = None
) -> Found:
    """Find the heads (or take those of ``header_row``); raises ``Unreadable`` with the reason."""
    source = tabular.read_rows(path, sheet=sheet or None, name=name)
    rows = source.head(LOOKED_AT)
    header = _chosen(source, header_row) if header_row else _likely(rows, spec)
    hint = (source.rows_hint or 0) - header.row
    texts = [list(cells) for _number, cells in rows]
    known = presets.recognise(header.heads, spec)
    return Found(
        sheet=source.sheet,
        header_row=header.row,
        heads=header.heads,
        rows_hint=max(hint, 0),
        preset=known.code if known else "",
        is_template=kinds.template_version(texts) is not None,
    )


def _likely(rows: Sequence[Any], spec: KindSpec) -> tabular.Header:
    cells = _all_cells(rows)
    matches = kinds.suggest_mapping(cells, spec)
    known = {match.head for match in matches if match.field and match.sure}
    known |= {cell for cell in cells if any(p.column(cell) for p in presets.presets_for(spec))}
    return tabular.find_header(rows, lambda head: head in known)


def _chosen(source: tabular.RowSource, row: int) -> tabular.Header:
    """The heads of the row somebody named. Raises ``Invalid`` when nothing stands there."""
    cells = next((cells for number, cells in source.rows(after=row - 1) if number == row), None)
    heads = tuple(_head(cell) for cell in cells) if isinstance(cells, list) else ()
    if not any(heads):
        text = _("第 %d 行没有文字,请选择列标题所在的行。") % row
        raise Invalid([Problem("header_row", text, _("标题行"))])
    return tabular.Header(row, heads)


def _head(cell: Any) -> str:
    return " ".join(str(cell if cell is not None else "").split())[:200]


def _all_cells(rows: Sequence[Any]) -> list[str]:
    """Every text of the first rows, in the form ``find_header`` compares."""
    return list(dict.fromkeys(_head(cell) for _number, row in rows for cell in row))


def suggest(
    found_heads: Sequence[str],
    spec: KindSpec,
    *,
    header_row: int,
    preset: str = "",
    memory: Memory | None = None,
) -> dict[str, Any]:
    """The mapping kept with a job.

    ``columns`` field by column, ``how`` it was found (``memory``, ``preset``, ``label``,
    ``alike``), ``units`` by field, ``ask`` fields whose unit nobody has told, ``values`` what a
    preset translates in the cells of a field, ``constants`` for fields without a column.
    """
    form = presets.preset(preset)
    heads = ["" if head in OUR_HEADS else head for head in found_heads]
    columns, how = _known(heads, spec, form, memory)
    decided = set(memory.columns) if memory else set()
    for match in kinds.suggest_mapping(heads, spec):
        key, name = str(match.index), match.field
        if not name and match.head.strip() in OWNER_HEADS:
            name = OWNER
        left_out = match.head in decided or _left_out(form, match.head)
        if name and key not in columns and name not in columns.values() and not left_out:
            columns[key], how[key] = name, "label" if match.sure else "alike"
    units, ask = money_units(heads, spec, columns)
    if memory is not None:
        units.update({name: unit for name, unit in memory.units.items() if name in ask})
    return {
        "header_row": header_row,
        "columns": columns,
        "how": how,
        "units": units,
        "ask": ask,
        "values": _values(heads, columns, form),
        "constants": dict(memory.constants) if memory else {},
    }


def _known(
    heads: Sequence[str], spec: KindSpec, form: presets.Preset | None, memory: Memory | None
) -> tuple[dict[str, str], dict[str, str]]:
    """What memory says about the heads, then what the preset says; a field has one column."""
    columns: dict[str, str] = {}
    how: dict[str, str] = {}
    allowed = {column.key for column in kinds.import_columns(spec)} | {OWNER}
    for index, head in enumerate(heads):
        told = memory.columns.get(head, "") if memory else ""
        if told in allowed and told not in columns.values():
            columns[str(index)], how[str(index)] = told, "memory"
    for index, head in enumerate(heads):
        if memory is not None and head in memory.columns:
            continue
        column = form.column(head) if form and head else None
        if column and column.field in allowed and column.field not in columns.values():
            columns[str(index)], how[str(index)] = column.field, "preset"
    return columns, how


def _left_out(form: presets.Preset | None, head: str) -> bool:
    column = form.column(head) if form else None
    return column is not None and not column.field


def money_units(
    heads: Sequence[str], spec: KindSpec, columns: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The unit each money column states in its head, and the fields whose head states none.

    A head that is our own field name (API, jsonl) means the unit of the field.
    """
    money = {c.key for c in kinds.import_columns(spec) if c.spec.type == "money"}
    units: dict[str, str] = {}
    ask: list[str] = []
    for index, name in columns.items():
        head = heads[int(index)]
        if name not in money or head == name:
            continue
        stated = _UNIT.search(head)
        if stated:
            units[name] = stated.group(1)
        else:
            ask.append(name)
    return units, ask


def _values(
    heads: Sequence[str], columns: Mapping[str, str], form: presets.Preset | None
) -> dict[str, dict[str, str]]:
    found = {}
    for index, name in columns.items():
        column = form.column(heads[int(index)]) if form else None
        if column and column.field == name and column.values:
            found[name] = dict(column.values)
    return found


def missing_fields(job: ImportJob, spec: KindSpec) -> list[str]:
    """Required fields that no column and no constant fills: every row would lack them."""
    filled = set(job.mapping["columns"].values()) | set(job.mapping.get("constants", {}))
    blocks = {name.partition(".")[0] for name in filled}
    return [one.name for one in spec.required if one.name not in blocks]


def require_mapping(job: ImportJob, spec: KindSpec) -> None:
    """Raise ``Invalid`` when a column is missing or a money column says no unit."""
    chosen = set(job.mapping["columns"].values())
    constant = set(job.mapping.get("constants", {}))
    problems = []
    if job.owner is None and OWNER not in chosen:
        problems.append(
            Problem(OWNER, _("请选择填报单位,或指定哪一列是单位名称。"), label=_("单位"))
        )
    for name in missing_fields(job, spec):
        label = spec.field(name).label
        if name == spec.title_field:
            message = _("没有对应“%s”的列,请在列对应中选择。") % label
        elif job.is_lenient:
            continue
        else:
            message = _("必填栏目“%s”没有对应的列:请选择一列,或给全部行填一个固定值。") % label
        problems.append(Problem(name, message, label=label))
    for name in job.mapping.get("ask", []):
        if name in chosen - constant and name not in job.mapping["units"]:
            label = spec.field(name).label if spec.has(name) else name
            message = _("“%s”列没有写明单位,请选择元还是万元。") % label
            problems.append(Problem(name, message, label=label))
    if problems:
        raise Invalid(problems)


def raw_rows(job: ImportJob, *, after: int = 0) -> Iterator[Raw]:
    """Rows behind ``after`` as raw records by field name; rows of totals are passed over."""
    source = tabular.read_rows(Path(job.path), sheet=job.sheet or None, name=job.file_name)
    mapping = job.mapping
    pairs = [(int(index), field) for index, field in mapping["columns"].items()]
    named = [(job.heads[index], field) for index, field in pairs]
    constants = mapping.get("constants", {})
    translations = mapping.get("values", {})
    start = max(after, int(mapping["header_row"]))
    for number, cells in source.rows(after=start):
        if isinstance(cells, dict):
            row = {field: cells.get(head) for head, field in named}
        elif _is_total(cells) or kinds.is_example_row(cells):
            continue
        else:
            width = len(cells)
            row = {field: cells[index] for index, field in pairs if index < width}
        for field, words in translations.items():
            row[field] = _translated(row.get(field), words)
        yield number, {**constants, **row} if constants else row


def _translated(value: Any, words: Mapping[str, str]) -> Any:
    """What a preset says for the text of a cell; 1 and 1.0 are the code "1"."""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value).strip() if value is not None else ""
    return words.get(text, value)


def _is_total(cells: Sequence[Any]) -> bool:
    first = next((cell for cell in cells if cell not in (None, "")), None)
    return isinstance(first, str) and _TOTAL.match(first.strip()) is not None


def batches(rows: Iterator[Raw], size: int) -> Iterator[list[Raw]]:
    """Rows in lists of ``size``."""
    while batch := list(islice(rows, size)):
        yield batch


def column_index(mapping: Mapping[str, Any], field: str) -> int | None:
    """In which column of the file a field stands (for marking its faults)."""
    name = field.partition(".")[0]
    for index, chosen in mapping["columns"].items():
        if chosen in (field, name):
            return int(index)
    return None
