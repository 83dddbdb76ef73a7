"""Lists out: .xlsx, .csv and .jsonl, complete whatever their length, and the sheet for the seal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts.types import Scope
from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.queries import wording
from kexiang.catalog.queries.reading import RecordFilter, narrowed_value, records
from kexiang.catalog.types import RecordState
from kexiang.core import jobs, tabular, tabular_write
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotAllowed, Problem
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference

CHUNK = 500
FORMATS = ("xlsx", "csv", "jsonl")
_CELL_TYPES = {"money": "money", "decimal": "number", "integer": "integer", "year": "integer"}


def export_records(
    *, actor: Actor, wanted: RecordFilter, kind_of_file: str, target: Path, at: datetime
) -> int:
    """Write every record of the list to ``target``; returns how many.

    With one kind all its fields that the actor may read are columns, headed as in the template,
    so that the sheet can be imported again. Raises ``Invalid`` for an unknown format.
    """
    if not actor.may_use(Scope.RECORDS_READ):
        raise NotAllowed(_("这个令牌没有 records:read 权限。"))
    if kind_of_file not in FORMATS:
        raise Invalid([Problem("format", _("导出格式只能是 xlsx、csv 或 jsonl。"))])
    spec = kinds.kind(wanted.kind) if wanted.kind else None
    rows = records(actor, wanted)
    if kind_of_file == "jsonl":
        with target.open("w", encoding="utf-8") as file:
            return tabular.write_jsonl(file, _objects(actor, rows))
    columns = _columns(spec)
    cells = _cells(actor, rows, spec)
    if kind_of_file == "csv":
        with target.open("w", encoding="utf-8", newline="") as file:
            return tabular.write_csv(file, [column.head for column in columns], cells)
    title = spec.label if spec else _("资源记录")
    return tabular.write_xlsx(target, [tabular.Sheet(str(title), columns, cells)])


def _sheet(spec: KindSpec | None) -> Sequence[kinds.ImportColumn]:
    """The columns of the kind's template: blocks of fields stand spread out."""
    return kinds.import_columns(spec) if spec else ()


def _columns(spec: KindSpec | None) -> list[tabular.Column]:
    common = [
        tabular.Column(_("平台编号"), "text", 18),
        tabular.Column(_("单位"), "text", 28),
        tabular.Column(_("区县"), "text", 12),
        tabular.Column(_("状态"), "text", 12),
        tabular.Column(_("完整度(%)"), "integer", 10),
        tabular.Column(_("更新时间"), "text", 18),
    ]
    if spec is None:
        named = [tabular.Column(_("名称"), "text", 32), tabular.Column(_("类型"), "text", 12)]
        return [common[0], *named, *common[1:]]
    own = [
        tabular.Column(
            column.head if column.parent else _head(column.spec),
            _CELL_TYPES.get(column.spec.type, "text"),
        )
        for column in _sheet(spec)
    ]
    return [*own, *common]


def _head(field: FieldSpec) -> str:
    return f"{field.label}({field.money_unit})" if field.money_unit else str(field.label)


def _chunks(rows: QuerySet[Record]) -> Iterator[list[Record]]:
    stream = rows.iterator(chunk_size=CHUNK)
    done = 0
    while chunk := list(islice(stream, CHUNK)):
        yield chunk
        done += len(chunk)
        jobs.progress(done)


def _cells(actor: Actor, rows: QuerySet[Record], spec: KindSpec | None) -> Iterator[list[Any]]:
    """Rows of cells in words; names of what is referred to are read once per chunk."""
    columns = _sheet(spec)
    fields = list(dict.fromkeys(column.parent or column.spec for column in columns))
    visible = policies.visible(actor)
    labels = {known.code: str(known.label) for known in kinds.kinds()}
    for chunk in _chunks(rows):
        names = wording.names_for([(fields, row.attributes) for row in chunk], visible)
        for row in chunk:
            common = _common(row)
            if spec is None:
                yield [common[0], row.title, labels.get(row.kind, row.kind), *common[1:]]
            else:
                yield [*_own(actor, row, spec, columns, names), *common]


def _common(row: Record) -> list[Any]:
    return [
        row.number,
        row.owner.name,
        reference.region_name(row.region) if row.region else "",
        str(RecordState(row.state).label),
        row.completeness,
        timezone.localtime(row.updated_at).strftime("%Y-%m-%d %H:%M"),
    ]


def _own(
    actor: Actor,
    row: Record,
    spec: KindSpec,
    columns: Sequence[kinds.ImportColumn],
    names: wording.Names,
) -> list[Any]:
    seen = {field.name: field for field in spec.visible_fields(policies.reach(actor, row))}

    def shown(column: kinds.ImportColumn) -> FieldSpec | None:
        if column.parent is None:
            return seen.get(column.spec.name)
        block = seen.get(column.parent.name)
        return column.spec if block is not None and column.spec in block.fields else None

    return [
        _cell(field, _value(column, row.attributes), names) if (field := shown(column)) else ""
        for column in columns
    ]


def _value(column: kinds.ImportColumn, values: Mapping[str, Any]) -> Any:
    """The value under a column; of a block that of its single row."""
    if column.parent is None:
        return values.get(column.spec.name)
    block = values.get(column.parent.name) or [{}]
    return block[0].get(column.spec.name)


def _cell(field: FieldSpec, value: Any, names: wording.Names) -> Any:
    if value in (None, "", []):
        return ""
    if field.type in _CELL_TYPES:
        return Decimal(str(value))
    if field.type == "table":
        rows = (
            "|".join(wording.text_of(s, row.get(s.name), names) for s in field.fields)
            for row in value
        )
        return "\n".join(rows)
    if isinstance(value, list):
        return ";".join(wording.text_of(field, [one], names) for one in value)
    return wording.text_of(field, value, names)


def _objects(actor: Actor, rows: QuerySet[Record]) -> Iterator[dict[str, Any]]:
    for chunk in _chunks(rows):
        for row in chunk:
            reach = policies.reach(actor, row)
            allowed = {f.name: f for f in kinds.kind(row.kind).visible_fields(reach)}
            yield {
                "id": row.uid,
                "number": row.number,
                "kind": row.kind,
                "owner": row.owner.name,
                "region": row.region,
                "state": row.state,
                "updated_at": row.updated_at.isoformat(),
                "attributes": {
                    k: narrowed_value(allowed[k], v)
                    for k, v in row.attributes.items()
                    if k in allowed
                },
            }


@dataclass(frozen=True, slots=True)
class PrintHead:
    """What stands above and below a sheet that goes to the seal (ux.md A, 导出(打印版))."""

    title: str
    unit: str


def print_records(
    *, actor: Actor, wanted: RecordFilter, head: PrintHead, target: Path, at: datetime
) -> int:
    """The list as an A4 sheet: title, 填报单位(盖章), repeated heads, total, signatures, pages."""
    spec = kinds.kind(wanted.kind) if wanted.kind else None
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    try:
        sheet = book.add_worksheet(tabular_write.sheet_title(head.title))
        writer = _Printer(book, sheet, _print_fields(spec))
        writer.begin(head, timezone.localdate(at).strftime("%Y年%m月%d日"))
        count = writer.body(actor, records(actor, wanted))
        writer.end(count)
    finally:
        book.close()
    return count


def _print_fields(spec: KindSpec | None) -> list[FieldSpec]:
    """The columns people expect in a directory: model, numbers, value, year, contact."""
    if spec is None:
        return []
    roles = ("model", "number", "value", "year", "class", "price", "standard", "state", "open")
    names = [spec.roles[role] for role in roles if role in spec.roles]
    names += [name for name in ("lead_days", "contact_name", "contact_phone") if spec.has(name)]
    return [
        spec.field(name) for name in dict.fromkeys(names) if spec.field(name).visible == "public"
    ]


def print_rows(
    actor: Actor, kind: str, rows: QuerySet[Record]
) -> tuple[list[str], list[list[str]], Decimal, frozenset[int]]:
    """Heads, rows as texts, the sum of values in 万元, and which columns hold money."""
    fields = _print_fields(kinds.kind(kind) if kind else None)
    lines: list[list[str]] = []
    total = Decimal(0)
    found = list(rows)
    names = wording.names_for([(fields, row.attributes) for row in found], policies.visible(actor))
    for number, row in enumerate(found, start=1):
        texts = [_printed(field, row, names) for field in fields]
        place = reference.region_name(row.region) if row.region else ""
        state = str(RecordState(row.state).label)
        lines.append([str(number), row.number, row.title, *texts, place, state])
        total += row.value_wan or 0
    money = frozenset(n for n, field in enumerate(fields, start=3) if field.type == "money")
    return _print_heads(fields), lines, total, money


def _printed(field: FieldSpec, row: Record, names: wording.Names) -> str:
    value = row.attributes.get(field.name)
    if field.type == "money" and value not in (None, ""):
        return f"{Decimal(str(value)):,.2f}"
    return wording.text_of(field, value, names)[:500]


def _print_heads(fields: Sequence[FieldSpec]) -> list[str]:
    own = [_head(field) for field in fields]
    return [_("序号"), _("编号"), _("名称"), *own, _("区县"), _("状态")]


class _Printer:
    """Writes the printed sheet row by row."""

    def __init__(self, book: Any, sheet: Any, fields: list[FieldSpec]) -> None:
        self.sheet, self.fields = sheet, fields
        bold = {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
        self.plain = book.add_format({"font_size": 10})
        self.headed = book.add_format({**bold, "border": 1, "font_size": 10})
        box = {"border": 1, "font_size": 9, "text_wrap": True, "valign": "vcenter"}
        self.cell = book.add_format(box)
        self.right = book.add_format({**box, "align": "right", "num_format": "#,##0.00"})
        self.heads = _print_heads(fields)

    def begin(self, head: PrintHead, day: str) -> None:
        sheet, last = self.sheet, len(self.heads) - 1
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.set_footer(_("&C第 &P 页 共 &N 页"))
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 16)
        sheet.set_column(2, 2, 28)
        sheet.set_column(3, last, 13)
        sheet.write_string(0, 0, head.title, self.title)
        sheet.write_string(1, 0, _("填报单位(盖章):%s") % head.unit, self.plain)
        sheet.write_string(1, max(last - 1, 1), _("填报日期:%s") % day, self.plain)
        for column, text in enumerate(self.heads):
            sheet.write_string(2, column, text, self.headed)

    def body(self, actor: Actor, rows: QuerySet[Record]) -> int:
        self.total = Decimal(0)
        count = 0
        for chunk in _chunks(rows):
            pairs = [(self.fields, row.attributes) for row in chunk]
            names = wording.names_for(pairs, policies.visible(actor))
            for row in chunk:
                count += 1
                self._row(count, row, names)
        return count

    def _row(self, count: int, row: Record, names: wording.Names) -> None:
        line = count + 2
        self.sheet.write_number(line, 0, count, self.cell)
        self.sheet.write_string(line, 1, row.number, self.cell)
        self.sheet.write_string(line, 2, row.title, self.cell)
        for column, field in enumerate(self.fields, start=3):
            value = row.attributes.get(field.name)
            if field.type == "money" and value not in (None, ""):
                self.sheet.write_number(line, column, Decimal(str(value)), self.right)
            else:
                text = wording.text_of(field, value, names)[:500]
                self.sheet.write_string(line, column, text, self.cell)
        last = len(self.heads) - 2
        place = reference.region_name(row.region) if row.region else ""
        self.sheet.write_string(line, last, place, self.cell)
        self.sheet.write_string(line, last + 1, str(RecordState(row.state).label), self.cell)
        self.total += row.value_wan or 0

    def end(self, count: int) -> None:
        line = count + 3
        if self.total:
            text = _("合计 %(count)d 条,原值 %(total)s 万元") % {
                "count": count,
                "total": f"{self.total:,.2f}",
            }
        else:
            text = _("合计 %d 条") % count
        self.sheet.write_string(line, 0, text, self.plain)
        signs = _("单位负责人:            审核人:            填表人:            联系电话:")
        self.sheet.write_string(line + 2, 0, signs, self.plain)
