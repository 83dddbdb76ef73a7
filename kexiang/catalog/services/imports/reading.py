"""From the file of a job to raw records, row by row, in memory that does not grow."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kexiang.catalog.models import ImportJob
from kexiang.catalog.rules import folded
from kexiang.catalog.services.imports import presets
from kexiang.core import tabular
from kexiang.core.tabular_heads import text_of
from kexiang.core.tabular_rows import DataRows
from kexiang.core.tabular_survey import survey
from kexiang.kernel.cells import CellPicture
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

OWNER = "@owner"
OWNER_HEADS = frozenset(
    {"单位名称", "所属单位", "管理单位", "依托单位", "owner", "单位", "统一社会信用代码"}
)
# Columns that a workbook of faults adds: they are ours, not the user's.
OUR_HEADS = frozenset({"错误说明", "原行号"})
_UNIT = re.compile(r"(万元|亿元|千元|元)")
MOST_HEADS = 500
MOST_PICTURES = 5_000

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
    """What a file looks like: its heads, where the data begin, and what a person should know.

    ``stated`` is the unit of money by column that the file itself states, ``hidden`` columns are
    not suggested for a field, ``notes`` are sentences for the page.
    """

    sheet: str
    header_row: int
    heads: tuple[str, ...]
    rows_hint: int
    preset: str
    stated: Mapping[str, str]
    hidden: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    has_pictures: bool = False


def inspect(
    path: Path, spec: KindSpec, *, name: str, sheet: str = "", header_row: int | None = None
) -> Found:
    """Find the heads (or take those of ``header_row``); raises ``Unreadable`` with the reason."""
    found = survey(path, name=name, sheet=sheet or None, known=_knower(spec), also=example)
    heads, row, units = found.heads, found.header_row, found.units
    if header_row and header_row != row:
        source = tabular.read_rows(path, sheet=found.sheet or None, name=name)
        heads, row, units = _chosen(source, header_row), header_row, {}
    if len(heads) > MOST_HEADS:
        raise Invalid(_("表格有 %d 列,最多 500 列。请删去不需要的列再上传。") % len(heads))
    hidden = {column.index for column in found.columns if column.is_hidden}
    preset = presets.recognise(heads, spec)
    return Found(
        sheet=found.sheet,
        header_row=row,
        heads=tuple(head[:200] for head in heads),
        rows_hint=max((found.rows_hint or (found.rows_seen if found.is_whole else 0)) - row, 0),
        preset=preset.code if preset else "",
        stated={str(index): unit for index, unit in units.items()},
        hidden=frozenset(hidden),
        notes=found.notes,
        has_pictures=bool(found.pictures),
    )


def example(cells: Sequence[Any]) -> str:
    """Why a row is no record: it is the example of a template."""
    return "example" if kinds.is_example_row(cells) else ""


def _knower(spec: KindSpec) -> Callable[[str], bool]:
    """Whether a text is a head of the kind, as it is labelled, named elsewhere or in a preset."""
    words: set[str] = {folded(head) for head in OWNER_HEADS}
    for column in kinds.import_columns(spec):
        one = column.spec
        names = [column.head, column.label, column.key, one.label, *one.heads]
        wire = [text for key, text in one.exchange.items() if key == "nrii"]
        words.update(form for text in (*names, *wire) for form in presets.forms(text))
    forms = presets.presets_for(spec)

    def known(text: str) -> bool:
        found = presets.forms(text)
        return any(form in words for form in found) or any(one.column(text) for one in forms)

    return known


def _chosen(source: tabular.RowSource, row: int) -> tuple[str, ...]:
    """The heads of the row somebody named. Raises ``Invalid`` when nothing stands there."""
    cells = next((cells for number, cells in source.rows(after=row - 1) if number == row), None)
    heads = tuple(text_of(cell)[:200] for cell in cells) if isinstance(cells, list) else ()
    if not any(heads):
        text = _("第 %d 行没有文字,请选择列标题所在的行。") % row
        raise Invalid([Problem("header_row", text, _("标题行"))])
    return heads


def suggest(
    found: Found, spec: KindSpec, *, preset: str = "", memory: Memory | None = None
) -> dict[str, Any]:
    """The mapping kept with a job.

    ``columns`` field by column, ``how`` it was found (``memory``, ``preset``, ``label``,
    ``alike``), ``units`` by field, ``ask`` fields whose unit nobody has told, ``values`` what a
    preset translates in the cells of a field, ``constants`` for fields without a column.
    """
    form = presets.preset(preset)
    heads = ["" if head in OUR_HEADS else head for head in found.heads]
    seen = ["" if index in found.hidden else head for index, head in enumerate(heads)]
    columns, how = _known(heads, seen, spec, form, memory)
    decided = set(memory.columns) if memory else set()
    for match in _matches(heads, spec):
        key, name = str(match.index), match.field
        if not name and match.head.strip() in OWNER_HEADS:
            name = OWNER
        left_out = match.head in decided or _left_out(form, match.head)
        left_out = left_out or match.index in found.hidden
        if name and key not in columns and name not in columns.values() and not left_out:
            columns[key], how[key] = name, "label" if match.sure else "alike"
    units, ask = money_units(heads, spec, columns, found.stated)
    if memory is not None:
        units.update({name: unit for name, unit in memory.units.items() if name in ask})
    return {
        "header_row": found.header_row,
        "columns": columns,
        "how": how,
        "units": units,
        "ask": ask,
        "stated": dict(found.stated),
        "hidden": sorted(found.hidden),
        "notes": list(found.notes),
        "pictures": found.has_pictures,
        "values": _values(heads, columns, form),
        "constants": dict(memory.constants) if memory else {},
    }


def _matches(heads: Sequence[str], spec: KindSpec) -> list[kinds.ColumnMatch]:
    """By whole heads first, then by the lowest level of those on two levels (父级/子级)."""
    whole = kinds.suggest_mapping(heads, spec)
    rest = ["" if match.field else match.head.rpartition("/")[2] for match in whole]
    own = kinds.suggest_mapping(rest, spec)
    return [
        replace(low, head=match.head) if low.field and "/" in match.head else match
        for match, low in zip(whole, own, strict=True)
    ]


def _known(
    heads: Sequence[str],
    seen: Sequence[str],
    spec: KindSpec,
    form: presets.Preset | None,
    memory: Memory | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """What memory says about the heads, then what the preset says; a field has one column.

    ``seen`` has no heads of hidden columns: only somebody who chose them once gets them again.
    """
    columns: dict[str, str] = {}
    how: dict[str, str] = {}
    allowed = {column.key for column in kinds.import_columns(spec)} | {OWNER}
    for index, head in enumerate(heads):
        told = memory.columns.get(head, "") if memory else ""
        if told in allowed and told not in columns.values():
            columns[str(index)], how[str(index)] = told, "memory"
    for index, head in enumerate(seen):
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
    heads: Sequence[str], spec: KindSpec, columns: Mapping[str, str], told: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The unit each money column states, and the fields for which nothing states one.

    ``told`` is what the file says by column (head, note above the table). A head that is our
    own field name (API, jsonl) means the unit of the field.
    """
    money = {c.key for c in kinds.import_columns(spec) if c.spec.type == "money"}
    units: dict[str, str] = {}
    ask: list[str] = []
    for index, name in columns.items():
        head = heads[int(index)]
        if name not in money or head == name:
            continue
        stated = _UNIT.search(head)
        unit = told.get(index) or (stated.group(1) if stated else "")
        if unit:
            units[name] = unit
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


def require_mapping(job: ImportJob) -> None:
    """Raise ``Invalid`` when a column is missing or a money column says no unit."""
    problems = needs(job)
    if problems:
        raise Invalid(problems)


def needs(job: ImportJob) -> list[Problem]:
    """What is still to be chosen before the rows can be checked."""
    spec = kinds.kind(job.kind)
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
    return problems


Pictures = dict[str, tuple[int, int]]


def raw_rows(job: ImportJob, *, after: int = 0, pictures: Pictures | None = None) -> Iterator[Raw]:
    """Rows behind ``after`` as raw records by field name; totals and the like are passed over.

    Pictures in cells are noted in ``pictures`` by name: row and column.
    """
    source = tabular.read_rows(Path(job.path), sheet=job.sheet or None, name=job.file_name)
    mapping = job.mapping
    pairs = [(int(index), field) for index, field in mapping["columns"].items()]
    named = [(job.heads[index], field) for index, field in pairs]
    constants = mapping.get("constants", {})
    translations = mapping.get("values", {})
    rows = DataRows(
        source, header_row=int(mapping["header_row"]), heads=job.heads, after=after, also=example
    )
    for number, cells in rows:
        if isinstance(cells, dict):
            row = {field: cells.get(head) for head, field in named}
        else:
            width = len(cells)
            row = {field: cells[index] for index, field in pairs if index < width}
            if pictures is not None:
                _note_pictures(number, cells, pictures)
        for field, words in translations.items():
            row[field] = _translated(row.get(field), words)
        yield number, {**constants, **row} if constants else row


def _note_pictures(number: int, cells: Sequence[Any], pictures: Pictures) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, CellPicture) and len(pictures) < MOST_PICTURES:
            pictures[cell.name] = (number, column)


def _translated(value: Any, words: Mapping[str, str]) -> Any:
    """What a preset says for the text of a cell; 1 and 1.0 are the code "1"."""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value).strip() if value is not None else ""
    return words.get(text, value)


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
