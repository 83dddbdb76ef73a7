"""From the file of a job to raw records, row by row, in memory that does not grow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kexiang.catalog.models import ImportJob
from kexiang.core import tabular
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

OWNER = "@owner"
OWNER_HEADS = frozenset(
    {"单位名称", "所属单位", "管理单位", "依托单位", "owner", "单位", "统一社会信用代码"}
)
_TOTAL = re.compile(r"(合|总|小)\s*计|本页合计")

Raw = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a file looks like: its heads, where the data begin, and the likely columns."""

    sheet: str
    header_row: int
    heads: tuple[str, ...]
    rows_hint: int
    mapping: dict[str, Any]


def inspect(path: Path, spec: KindSpec, *, name: str, sheet: str = "") -> Found:
    """Find the heads and suggest a field for each; raises ``Unreadable`` with the reason."""
    source = tabular.read_rows(path, sheet=sheet or None, name=name)
    known = {
        match.head
        for match in kinds.suggest_mapping(_all_cells(source.head()), spec)
        if match.field and match.sure
    }
    header = tabular.find_header(source.head(), lambda head: head in known)
    hint = (source.rows_hint or 0) - header.row
    mapping = suggest(header.heads, spec, header_row=header.row)
    return Found(source.sheet, header.row, header.heads, max(hint, 0), mapping)


def _all_cells(rows: Sequence[Any]) -> list[str]:
    """Every text of the first rows, in the form ``find_header`` compares."""
    cells: dict[str, None] = {}
    for _number, row in rows:
        for cell in row:
            cells[" ".join(str(cell if cell is not None else "").split())[:200]] = None
    return list(cells)


def suggest(heads: Sequence[str], spec: KindSpec, *, header_row: int) -> dict[str, Any]:
    """The mapping kept with a job: field by column, unit by field, fields whose unit is unknown."""
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    ask: list[str] = []
    for match in kinds.suggest_mapping(heads, spec):
        if match.field:
            columns[str(match.index)] = match.field
            if match.unit:
                units[match.field] = match.unit
            elif match.ask_unit and match.head != match.field:
                ask.append(match.field)
        elif match.head.strip() in OWNER_HEADS and OWNER not in columns.values():
            columns[str(match.index)] = OWNER
    return {"header_row": header_row, "columns": columns, "units": units, "ask": ask}


def require_mapping(job: ImportJob, spec: KindSpec) -> None:
    """Raise ``Invalid`` when a column is missing or a money column says no unit."""
    chosen = set(job.mapping["columns"].values())
    problems = []
    if spec.title_field not in chosen:
        label = spec.field(spec.title_field).label
        message = _("没有对应“%s”的列,请在列对应中选择。") % label
        problems.append(Problem(spec.title_field, message, label=label))
    if job.owner is None and OWNER not in chosen:
        problems.append(
            Problem(OWNER, _("请选择填报单位,或指定哪一列是单位名称。"), label=_("单位"))
        )
    for name in job.mapping.get("ask", []):
        if name in chosen and name not in job.mapping["units"]:
            label = spec.field(name).label if spec.has(name) else name
            message = _("“%s”列没有写明单位,请选择元还是万元。") % label
            problems.append(Problem(name, message, label=label))
    if problems:
        raise Invalid(problems)


def raw_rows(job: ImportJob, *, after: int = 0) -> Iterator[Raw]:
    """Rows behind ``after`` as raw records by field name; rows of totals are passed over."""
    source = tabular.read_rows(Path(job.path), sheet=job.sheet or None, name=job.file_name)
    pairs = [(int(index), field) for index, field in job.mapping["columns"].items()]
    named = [(job.heads[index], field) for index, field in pairs]
    start = max(after, int(job.mapping["header_row"]))
    for number, cells in source.rows(after=start):
        if isinstance(cells, dict):
            yield number, {field: cells.get(head) for head, field in named}
        elif not _is_total(cells) and not kinds.is_example_row(cells):
            width = len(cells)
            yield number, {field: cells[index] for index, field in pairs if index < width}


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
