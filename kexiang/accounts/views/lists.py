"""What every list page shares: filter, paging, export of everything found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from kexiang.accounts.forms import Filter
from kexiang.core.http import ActorRequest
from kexiang.core.tabular import Column, Sheet, write_xlsx
from kexiang.kernel.errors import Invalid, Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and where it lies in the whole."""

    items: Sequence[Any]
    number: int
    pages: int
    total: int
    size: int
    first: int


def parsed(request: ActorRequest, kind: type[Filter]) -> Filter:
    """The filter of a list from the query string; raises ``Invalid`` naming each fault."""
    form = kind(request.GET)
    if not form.is_valid():
        problems = [
            Problem(name, str(error), str(form.fields[name].label or name))
            for name, errors in form.errors.items()
            for error in errors
        ]
        raise Invalid(problems)
    return form


def page(rows: QuerySet[Any] | Sequence[Any], form: Filter) -> Page:
    """The page asked for; a number beyond the end shows the last page."""
    size = int(form.cleaned_data["size"])
    found = Paginator(rows, size).get_page(form.cleaned_data["page"] or 1)
    return Page(
        items=list(found.object_list),
        number=found.number,
        pages=found.paginator.num_pages,
        total=found.paginator.count,
        size=size,
        first=(found.number - 1) * size,
    )


def order(
    rows: QuerySet[Any], form: Filter, columns: dict[str, str], default: str
) -> QuerySet[Any]:
    """Sort by a known column, ``-`` reverses; raises ``Invalid`` for an unknown one."""
    wanted = form.cleaned_data["sort"] or default
    name = wanted.removeprefix("-")
    if name not in columns:
        raise Invalid([Problem("sort", _("不能按这一项排序,请从表头选择。"), _("排序"))])
    sign = "-" if wanted.startswith("-") else ""
    return rows.order_by(f"{sign}{columns[name]}", f"{sign}id")


def export(
    name: str, heads: Sequence[object], rows: Iterable[Any], line: Callable[[Any], Sequence[Any]]
) -> FileResponse:
    """Everything found as a workbook; cells that look like formulas stay texts."""
    file = TemporaryFile()  # noqa: SIM115 -- the response closes it
    columns = [Column(str(head)) for head in heads]
    write_xlsx(file, [Sheet(name, columns, (line(row) for row in rows))])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
