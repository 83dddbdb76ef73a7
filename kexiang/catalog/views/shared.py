"""What several pages need: choices, pages of a list, files to download."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.catalog import policies, queries
from kexiang.catalog.models import Record
from kexiang.core.http import ActorRequest
from kexiang.core.tabular import Column, Sheet, write_xlsx
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotAuthenticated
from kexiang.kinds import queries as kinds

SIZE = 20
SIZES = (20, 50, 100)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
TONES = {
    "draft": "end",
    "unit_check": "warn",
    "dept_check": "warn",
    "city_check": "warn",
    "published": "ok",
    "change_check": "warn",
    "returned": "bad",
    "refused": "bad",
    "withdrawn": "end",
    "taken_down": "bad",
    "cancelled": "end",
    "accepted": "ok",
}


def require_login(request: ActorRequest) -> None:
    """Raise ``NotAuthenticated``: the middleware leads visitors to the sign-in page."""
    if not request.actor.is_known:
        raise NotAuthenticated(_("请先登录。"))


# What units enter one by one all year; papers and the like mostly come from files.
DAILY = ("instrument", "test_item")
FIRST_KINDS = {"instrument_keeper": "instrument", "sample_receiver": "test_item"}


def kind_choices(actor: Actor | None = None) -> list[tuple[str, str]]:
    """The kinds by label; for somebody who enters, daily work and what his units have first.

    Where nothing is entered yet, his role says what he most likely begins with.
    """
    specs = list(kinds.kinds())
    if actor is not None:
        used = queries.kinds_used(actor)
        likely = {kind for role, kind in FIRST_KINDS.items() if role in actor.roles}
        daily = {kind for kind in DAILY if used.get(kind)}
        specs.sort(
            key=lambda spec: (
                spec.code not in likely,
                spec.code not in daily,
                -used.get(spec.code, 0),
            )
        )
    return [(spec.code, str(spec.label)) for spec in specs]


def owner_choices(request: ActorRequest) -> list[tuple[str, str]]:
    """The units for which the actor enters resources."""
    infos = accounts.organisation_infos(policies.owners(request.actor))
    return sorted(((uid, info.name) for uid, info in infos.items()), key=lambda pair: pair[1])


Trail = list[tuple[Any, str]]


def trail(*more: tuple[Any, str]) -> Trail:
    """The breadcrumb of a page below the list of records; the last entry is the page itself."""
    return [(_("资源记录"), "/work/records/"), *more]


def record_trail(record: Record, *more: tuple[Any, str]) -> Trail:
    return trail((record.title, f"/work/records/{record.uid}/"), *more)


def number(text: str | None, default: int, *, most: int) -> int:
    """A number from the address; anything else is the default."""
    if text and text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most:
        return int(text[:9])
    return default


def page_of(request: ActorRequest, rows: Any) -> dict[str, Any]:
    """One page of a queryset: rows, numbers for the pager, and the number before the first."""
    size = number(request.GET.get("size"), SIZE, most=SIZES[-1])
    total = rows.count()
    pages = max(1, -(-total // size))
    page = min(number(request.GET.get("page"), 1, most=10**6), pages)
    start = (page - 1) * size
    return {
        "rows": list(rows[start : start + size]),
        "total": total,
        "page": page,
        "pages": pages,
        "size": size,
        "sizes": SIZES,
        "before": start,
    }


def workbook(name: str, heads: Sequence[Any], lines: Sequence[Sequence[Any]]) -> FileResponse:
    """A whole list as a workbook named after it and the day."""
    columns = [Column(str(head)) for head in heads]

    def write(target: Path) -> None:
        with target.open("wb") as file:
            write_xlsx(file, [Sheet(name, columns, lines)])

    return download(f"{name}-{timezone.localdate():%Y%m%d}.xlsx", XLSX, write)


def moment(at: datetime | None) -> str:
    """An instant as a cell shows it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def download(name: str, content_type: str, write: Callable[[Path], Any]) -> FileResponse:
    """A file made by ``write``, sent as a stream; it is gone from the disk when it is sent."""
    handle = tempfile.NamedTemporaryFile(suffix=Path(name).suffix)  # noqa: SIM115 -- sent later
    write(Path(handle.name))
    handle.seek(0)
    return FileResponse(handle, as_attachment=True, filename=name, content_type=content_type)
