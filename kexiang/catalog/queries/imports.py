"""Imports as an actor may see them: jobs, faults counted and by cell, photos, the file itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.models import ImportFault, ImportJob, ImportPhoto
from kexiang.catalog.types import FaultSort, PhotoOutcome
from kexiang.core import tabular
from kexiang.core.tabular_rows import DataRows
from kexiang.core.tabular_types import SheetInfo, letter_of
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound

SHOWN_ROWS = 15
SHOWN_COLUMNS = 40
SAMPLED_ROWS = 200
SAMPLES = 3


JOB_SORTS = {
    "newest": ("-id",),
    "oldest": ("id",),
    "name": ("file_name", "-id"),
    "bad": ("-rows_bad", "-id"),
}


def import_jobs(
    actor: Actor, *, q: str = "", kind: str = "", state: str = "", sort: str = "newest"
) -> QuerySet[ImportJob]:
    """The imports the actor may see, newest first; ``q`` is part of the file's name."""
    rows = ImportJob.objects.filter(policies.imports(actor)).select_related("owner")
    if q:
        rows = rows.filter(file_name__icontains=q)
    exact = {"kind": kind, "state": state}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows.order_by(*JOB_SORTS.get(sort, JOB_SORTS["newest"]))


def import_job(actor: Actor, uid: str) -> ImportJob:
    """One import; raises ``NotFound``."""
    found = import_jobs(actor).filter(uid=uid).first() if uid.isprintable() else None
    if found is None:
        raise NotFound(_("没有找到这次导入,可能已清理,或属于其他单位。"))
    return found


def import_faults(job: ImportJob, *, sort: str = "", field: str = "") -> QuerySet[ImportFault]:
    """The faults of its last pass by row; of one kind of fault, or of one field, when named."""
    rows = ImportFault.objects.filter(job=job)
    if sort:
        rows = rows.filter(sort=sort)
    if field:
        rows = rows.filter(field=field)
    return rows.order_by("row", "pk")


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """So many cells of one field have one kind of fault; ``example`` is one of the sentences."""

    sort: str
    sort_label: str
    field: str
    label: str
    count: int
    first_row: int
    example: str


def fault_groups(job: ImportJob) -> list[FaultGroup]:
    """The faults counted by kind and field, most frequent first."""
    rows = (
        ImportFault.objects.filter(job=job)
        .values("sort", "field", "label")
        .annotate(count=Count("pk"), first_row=Min("row"), example=Min("message"))
        .order_by("-count", "field")
    )
    return [FaultGroup(sort_label=str(FaultSort(row["sort"]).label), **row) for row in rows[:200]]


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What became of the photos: how many in each state, and those that found no place."""

    counts: Mapping[str, int]
    total: int
    others: Sequence[ImportPhoto]

    @property
    def placed(self) -> int:
        return self.counts.get(PhotoOutcome.ROW, 0) + self.counts.get(PhotoOutcome.RECORD, 0)


def import_photos(job: ImportJob) -> PhotoFacts:
    """The photos of an import; of those without a place the first fifty."""
    states = Counter(job.photos.values_list("outcome", flat=True))
    placed = (PhotoOutcome.ROW, PhotoOutcome.RECORD)
    others = list(job.photos.exclude(outcome__in=placed).order_by("outcome", "pk")[:50])
    return PhotoFacts(dict(states), states.total(), others)


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a sheet, to find the row of heads: row number and texts of its cells."""

    sheets: Sequence[SheetInfo]
    sheet: str
    letters: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def preview(job: ImportJob, sheet: str = "") -> Preview:
    """The first rows of a sheet of the job's file; raises ``NotFound`` when it is gone."""
    path = _path(job)
    source = tabular.read_rows(path, sheet=sheet or job.sheet or None, name=job.file_name)
    infos = (
        [] if source.kind in ("csv", "jsonl")
        else tabular.sheet_infos(path, source.kind, source.encoding)
    )  # fmt: skip
    rows = [
        (number, [_shown(cell) for cell in cells[:SHOWN_COLUMNS]])
        for number, cells in source.head(SHOWN_ROWS)
        if isinstance(cells, list)
    ]
    width = max((len(cells) for _number, cells in rows), default=0)
    padded = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in rows]
    return Preview(infos, source.sheet, [letter_of(n) for n in range(width)], padded)


def samples(job: ImportJob) -> list[list[str]]:
    """Some values of each column, as they stand in the file."""
    source = tabular.read_rows(_path(job), sheet=job.sheet or None, name=job.file_name)
    found: list[list[str]] = [[] for _head in job.heads]
    rows = DataRows(source, header_row=int(job.mapping["header_row"]), heads=job.heads)
    for _number, cells in islice(rows, SAMPLED_ROWS):
        values = [cells.get(head) for head in job.heads] if isinstance(cells, dict) else cells
        for place, value in zip(found, values, strict=False):
            text = _shown(value)
            if text and len(place) < SAMPLES and text not in place:
                place.append(text)
    return found


def _path(job: ImportJob) -> Path:
    path = Path(job.path)
    if not path.exists():
        raise NotFound(_("原文件已按保存期清理,请重新上传。"))
    return path


def _shown(value: Any) -> str:
    text = " ".join(str(value).split()) if value is not None else ""
    return text if len(text) <= 30 else f"{text[:30]}…"
