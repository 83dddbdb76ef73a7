"""The Excel template of a kind: heads, drop-downs, an example, and a sheet that explains."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from kexiang.kinds.rules import ImportColumn, import_columns
from kexiang.kinds.types import FieldSpec, KindSpec

# (code, label) of the list behind a field, in order; empty when the field has none
Choices = Mapping[str, Sequence[tuple[str, str]]]

GUIDE = "填写说明"
EXAMPLE_MARK = "示例(不导入)"
_LISTS = "代码表"
_ROWS = 20_000
_FIRST = 2  # title and heads stand above
_TYPES = {
    "text": "文字", "long_text": "文字,可换行", "integer": "整数", "decimal": "数字",
    "money": "数字", "date": "日期,如 2024-01-05", "year": "4 位年份", "boolean": "是 或 否",
    "code": "从下拉列表选择", "codes": "可填多项,用分号隔开", "region": "区县名称或行政区划代码",
    "organisation": "单位全称或统一社会信用代码", "url": "网址,以 http:// 或 https:// 开头",
    "phone": "电话号码", "email": "电子邮箱", "record": "已登记资源的编号",
    "records": "已登记资源的编号,用分号隔开", "standard_no": "标准号",
    "model_no": "型号,照铭牌填写",
}  # fmt: skip


def workbook(spec: KindSpec, choices: Choices) -> bytes:
    """The template as bytes. ``choices`` has the code lists by field key (``customs.share``)."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{spec.label}导入模板", "comments": version_text(spec)})
    columns = import_columns(spec)
    page = book.add_worksheet(spec.label[:31])
    guide = book.add_worksheet(GUIDE)
    lists = book.add_worksheet(_LISTS)
    ranges = _write_lists(lists, columns, choices)
    _write_page(book, page, spec, columns, ranges, choices)
    _write_guide(book, guide, spec, columns, choices)
    lists.hide()
    lists.protect()
    page.activate()
    book.close()
    return stream.getvalue()


def version_text(spec: KindSpec) -> str:
    """The text by which an import recognises the template and its version."""
    return f"模板版本 {spec.code}:{spec.version}"


def shown_choices(items: Sequence[tuple[str, str]]) -> list[str]:
    """What stands in a drop-down: the label; with its code before it where labels repeat."""
    labels = [label for _, label in items]
    if len(set(labels)) == len(labels) and len(labels) <= 120:
        return labels
    return [f"{code} {label}" for code, label in items]


def _write_lists(page: Any, columns: Sequence[ImportColumn], choices: Choices) -> dict[str, str]:
    """Lists that are equal stand once; gives the range of each column's list."""
    ranges: dict[str, str] = {}
    known: dict[tuple[str, ...], str] = {}
    for column in columns:
        words = tuple(shown_choices(choices.get(column.key, ())))
        if not words or column.spec.type == "codes":
            continue
        if words not in known:
            position = len(known)
            page.write_string(0, position, column.label)
            for row, word in enumerate(words, start=1):
                page.write_string(row, position, word)
            letter = xlsxwriter.utility.xl_col_to_name(position, True)
            known[words] = f"={_LISTS}!{letter}$2:{letter}${len(words) + 1}"
        ranges[column.key] = known[words]
    return ranges


def _write_page(
    book: Any,
    page: Any,
    spec: KindSpec,
    columns: Sequence[ImportColumn],
    ranges: Mapping[str, str],
    choices: Choices,
) -> None:
    title = book.add_format({"bold": True, "font_size": 14})
    grey = book.add_format({"font_color": "#6B7280"})
    base = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    head = book.add_format({**base, "bg_color": "#DCE6F4"})
    must = book.add_format({**base, "bg_color": "#DCE6F4", "font_color": "#B42318"})
    page.write_string(0, 0, f"{spec.label}导入模板", title)
    page.write_string(0, 3, version_text(spec), grey)
    page.write_string(0, 5, f"带 * 的必填;各列含义见“{GUIDE}”。请勿改动本行和列标题。", grey)
    page.write_string(1, 0, "序号", head)
    page.write_string(2, 0, EXAMPLE_MARK, grey)
    page.set_column(0, 0, 12)
    for position, column in enumerate(columns, start=1):
        mark = "*" if _is_must(column) else ""
        page.write_string(1, position, f"{column.head}{mark}", must if mark else head)
        page.set_column(position, position, _width(column.spec), _format(book, column.spec))
        _write_example(book, page, position, column.spec, choices.get(column.key, ()))
        options = _validation(column, ranges)
        if options:
            page.data_validation(_FIRST, position, _FIRST + _ROWS, position, options)
    page.set_row(1, 36)
    page.freeze_panes(2, 2)


def _is_must(column: ImportColumn) -> bool:
    return column.spec.required and column.parent is None


def _width(one: FieldSpec) -> int:
    wide = {"long_text": 40, "table": 40, "url": 28, "text": 20, "standard_no": 18}
    return max(wide.get(one.type, 14), min(len(one.label) * 2 + 4, 30))


def _format(book: Any, one: FieldSpec) -> Any:
    """Dates and numbers have their format; everything else is text, so that zeros stay."""
    if one.type == "date":
        return book.add_format({"num_format": "yyyy-mm-dd"})
    if one.type in ("money", "decimal"):
        places = "." + "0" * one.decimals if one.decimals else ""
        return book.add_format({"num_format": f"0{places}"})
    if one.type in ("integer", "year"):
        return book.add_format({"num_format": "0"})
    return book.add_format({"num_format": "@"})


def _write_example(
    book: Any, page: Any, position: int, one: FieldSpec, items: Sequence[tuple[str, str]]
) -> None:
    grey = {"font_color": "#6B7280", "italic": True}
    text = example_of(one, items)
    if not text:
        return
    if one.type == "date":
        style = book.add_format({**grey, "num_format": "yyyy-mm-dd"})
        page.write_datetime(2, position, date.fromisoformat(text), style)
    elif one.type in ("money", "decimal", "integer", "year"):
        page.write_number(2, position, Decimal(text), book.add_format(grey))
    else:
        page.write_string(2, position, text, book.add_format({**grey, "num_format": "@"}))


def example_of(one: FieldSpec, items: Sequence[tuple[str, str]] = ()) -> str:
    """The example of a field, made from its list or its columns when the file gives none."""
    if one.type == "table":
        cells = [sub.example for sub in one.fields]
        while cells and not cells[-1]:
            cells.pop()
        return "|".join(cells) if any(cells) else ""
    if one.example or not items or one.type not in ("code", "codes"):
        return one.example
    return shown_choices(items)[0]


def _validation(column: ImportColumn, ranges: Mapping[str, str]) -> dict[str, Any]:
    """The rule Excel itself applies while typing; the import applies all rules again."""
    one = column.spec
    options: dict[str, Any] = {
        "input_title": column.spec.label[:32],
        "input_message": (one.help or _TYPES.get(one.type, ""))[:255],
        "error_title": "填写有误",
    }
    if not options["input_message"]:
        del options["input_message"], options["input_title"]
    if column.key in ranges:
        rule: dict[str, Any] = {"validate": "list", "source": ranges[column.key]}
        if one.open_codes or one.type == "region":
            rule["error_type"] = "information"
        return {**options, **rule, "error_message": "请从下拉列表中选择。"}
    if one.type == "boolean":
        return {
            **options,
            "validate": "list",
            "source": ["是", "否"],
            "error_message": "请填是或否。",
        }
    if one.max_length and not one.many and one.type not in ("phone", "url", "email"):
        rule = {"validate": "length", "criteria": "<=", "value": one.max_length}
        return {**options, **rule, "error_message": f"最多 {one.max_length} 字。"}
    return {**options, "validate": "any"} if "input_message" in options else {}


def _write_guide(
    book: Any, page: Any, spec: KindSpec, columns: Sequence[ImportColumn], choices: Choices
) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F4", "border": 1})
    bold = book.add_format({"bold": True, "font_size": 14})
    page.write_string(0, 0, f"{spec.label}填写说明", bold)
    notes = (
        "1. 一行填一条记录,从示例行的下一行开始填;示例行不会导入,可以保留。",
        "2. 带 * 的列必填;日期写成 2024-01-05,也可写 2024/1/5、20240105 或 2024年1月5日。",
        "3. 金额的单位写在列标题里;单元格里写明单位(如 1265000元)时按写明的单位换算。",
        "4. 编号列已设为文本格式,前面的 0 和 18 位号码都会保留。",
        f"5. {version_text(spec)}。",
    )
    for row, note in enumerate(notes, start=1):
        page.write_string(row, 0, note)
    top = len(notes) + 2
    for position, word in enumerate(("列标题", "含义", "必填", "格式", "可选值", "示例")):
        page.write_string(top, position, word, head)
    for row, column in enumerate(columns, start=top + 1):
        for position, text in enumerate(guide_row(spec, column, choices.get(column.key, ()))):
            page.write_string(row, position, text, wrap)
    for position, width in enumerate((26, 44, 22, 30, 44, 30)):
        page.set_column(position, position, width)
    page.freeze_panes(top + 1, 1)


def guide_row(
    spec: KindSpec, column: ImportColumn, items: Sequence[tuple[str, str]]
) -> tuple[str, str, str, str, str, str]:
    """Head, meaning, whether required, format, choices and example of one column."""
    one = column.spec
    words = shown_choices(items)
    shown = ";".join(words[:60]) + (f" …… 共 {len(words)} 项" if len(words) > 60 else "")
    example = example_of(one, items)
    return column.head, one.help or one.label, _must_text(spec, column), limits(one), shown, example


def _must_text(spec: KindSpec, column: ImportColumn) -> str:
    if column.parent is not None:
        return f"填写“{column.parent.label}”时必填" if column.spec.required else "否"
    if column.spec.required:
        return "是"
    if column.spec.required_when:
        names = dict.fromkeys(spec.field(c.field).label for c in column.spec.required_when)
        return f"按“{'、'.join(names)}”的选择必填"
    return "否"


def limits(one: FieldSpec) -> str:
    """The format of a field with its limits, in words."""
    if one.type == "table":
        heads = "|".join(sub.label for sub in one.fields)
        return f"一行一条,各栏用竖线隔开:{heads};最多 {one.max_items} 行"
    parts = [_TYPES.get(one.type, "")]
    if one.type == "text" and one.many:
        parts = ["可填多项,用分号隔开"]
    if one.money_unit:
        parts.append(f"单位{one.money_unit}")
    if one.decimals and one.type in ("money", "decimal"):
        parts.append(f"{one.decimals} 位小数")
    if one.max_length and one.type not in ("code", "codes", "date"):
        parts.append(f"{'每项' if one.many else ''}最多 {one.max_length} 字")
    if one.max_items and one.many:
        parts.append(f"最多 {one.max_items} 项")
    if one.min is not None or one.max is not None:
        parts.append(_bounds(one))
    if one.pattern_hint:
        parts.append(one.pattern_hint)
    return ";".join(part for part in parts if part)


def _bounds(one: FieldSpec) -> str:
    if one.min is not None and one.max is not None:
        return f"{one.min}~{one.max}"
    return f"不小于 {one.min}" if one.min is not None else f"不大于 {one.max}"
