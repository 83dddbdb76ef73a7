"""An import as its people move it: upload, columns, check, run, undo, workbook of faults."""

import hashlib
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import Scope
from kexiang.audit import services as audit
from kexiang.audit.services import advance
from kexiang.catalog import policies
from kexiang.catalog.lifecycle import IMPORT
from kexiang.catalog.models import ImportFault, ImportJob
from kexiang.catalog.services.imports import reading
from kexiang.catalog.types import (
    ImportAction,
    ImportMode,
    ImportState,
    RecordState,
    SecrecyCheck,
    Visibility,
)
from kexiang.core import tabular
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Invalid, NotAllowed, NotFound, Problem
from kexiang.kernel.ids import new_uid
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

INLINE_ROWS = 300
MAX_BYTES = 200 * 1024 * 1024


def folder() -> Path:
    """Where uploaded sheets lie: below the home, never below the web root."""
    path = Path(settings.HOME) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def start_import(
    *,
    actor: Actor,
    kind: str,
    path: Path,
    file_name: str,
    at: datetime,
    owner: str = "",
    mode: str = ImportMode.ALL_OR_NOTHING,
    visibility: str = Visibility.PUBLIC,
    publish: SecrecyCheck | None = None,
    sheet: str = "",
) -> ImportJob:
    """Take in a file (copied from ``path``) and suggest which column is which field.

    ``publish`` makes the rows public at once and names who checked their secrecy; only the
    city's office may. Raises ``Invalid`` (``Unreadable``) with the reason, ``NotAllowed``.
    """
    policies.require_known(actor, Scope.IMPORTS_WRITE)
    spec = kinds.kind(kind)
    organisation = accounts.organisation(actor, owner) if owner else None
    if organisation is not None:
        policies.require_enter(actor, organisation.uid, organisation.region)
    _require_publisher(actor, organisation.region if organisation else "", publish)
    _require_choice("mode", mode, ImportMode)
    _require_choice("visibility", visibility, Visibility)
    found = reading.inspect(_small(path), spec, name=file_name, sheet=sheet)
    uid = new_uid()
    kept = folder() / f"{uid}{Path(file_name).suffix.lower()[:8]}"
    shutil.copyfile(path, kept)
    job = ImportJob(
        uid=uid,
        kind=spec.code,
        owner=organisation,
        mode=mode,
        visibility=visibility,
        file_name=Path(file_name).name[-200:],
        path=str(kept),
        sha256=digest(kept),
        sheet=found.sheet,
        heads=list(found.heads),
        mapping=found.mapping,
        rows_total=found.rows_hint,
        target_state=RecordState.PUBLISHED if publish else RecordState.DRAFT,
        secrecy_by=publish.by if publish else "",
        secrecy_at=publish.at if publish else None,
        created_by=actor.uid,
        created_at=at,
    )
    _take_in(job)
    return job


@transaction.atomic
def _take_in(job: ImportJob) -> None:
    job.save(force_insert=True)
    audit.record(
        kind="import.upload",
        subject=f"import:{job.uid}",
        actor=job.created_by,
        at=job.created_at,
        data={
            "kind": job.kind,
            "owner": job.owner.uid if job.owner else "",
            "sha256": job.sha256,
        },
    )


def _small(path: Path) -> Path:
    if path.stat().st_size > MAX_BYTES:
        raise Invalid([Problem("file", _("文件超过 200 MB,请拆成几个文件再上传。"))])
    return path


def _require_publisher(actor: Actor, region: str, publish: SecrecyCheck | None) -> None:
    if publish is None or actor.is_system:
        return
    offices = actor.regions_as({"bureau_admin"})
    covered = any(region.startswith(policies.region_prefix(code)) for code in offices)
    if not (offices and (covered or not region)):
        raise NotAllowed(
            _("只有市科技局业务科室可以在导入时直接发布,单位导入的记录请逐级提交审核。")
        )


def _require_choice(field: str, value: str, choices: Any) -> None:
    if value not in choices.values:
        allowed = "、".join(choices.values)
        raise Invalid([Problem(field, _("只能是 %s。") % allowed)])


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locked(actor: Actor, uid: str) -> ImportJob:
    """The import, locked; raises ``NotFound`` and ``NotAllowed``."""
    policies.require_known(actor, Scope.IMPORTS_WRITE)
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("owner")
        .filter(policies.imports(actor), uid=uid)
        .first()
    )
    if job is None:
        raise NotFound(_("没有找到这次导入,可能已清理,或属于其他单位。"))
    policies.require_import(actor, job)
    return job


@transaction.atomic
def map_columns(
    *,
    actor: Actor,
    uid: str,
    columns: Mapping[str, str],
    units: Mapping[str, str],
    mode: str = "",
) -> ImportJob:
    """Set which column (by its position as text) is which field, and the units of money columns.

    An empty field leaves the column out. Raises ``Invalid`` for an unknown or doubled field.
    """
    job = locked(actor, uid)
    policies.require_own_check(actor, job)
    spec = kinds.kind(job.kind)
    chosen = {index: field for index, field in columns.items() if field}
    _require_columns(job, spec, chosen)
    job.mapping = {
        **job.mapping,
        "columns": chosen,
        "units": {
            name: unit for name, unit in units.items() if spec.has(name) and unit in ("元", "万元")
        },
    }
    if mode:
        _require_choice("mode", mode, ImportMode)
        job.mode = mode
    job.save(update_fields=["mapping", "mode"])
    return job


def _require_columns(job: ImportJob, spec: KindSpec, chosen: Mapping[str, str]) -> None:
    problems = []
    allowed = {column.key for column in kinds.import_columns(spec)} | {reading.OWNER}
    fields = list(chosen.values())
    for index, field in chosen.items():
        if not index.isdigit() or int(index) >= len(job.heads):
            problems.append(Problem(index, _("文件里没有第 %s 列。") % index))
        elif field not in allowed:
            problems.append(Problem(field, _("%(kind)s没有字段 %(field)s。") % {
                "kind": spec.label, "field": field[:40]}))  # fmt: skip
        elif fields.count(field) > 1:
            head = job.heads[int(index)]
            problems.append(Problem(field, _("“%s”等多列对应了同一个字段,请只留一列。") % head))
    if problems:
        raise Invalid(problems)


@transaction.atomic
def begin_check(*, actor: Actor, uid: str, at: datetime) -> ImportJob:
    """Start the check of all rows (dry run); ``work_import`` does it."""
    job = locked(actor, uid)
    reading.require_mapping(job, kinds.kind(job.kind))
    job.message = ""
    job.save(update_fields=["message"])
    advance(job, IMPORT, ImportAction.CHECK, actor=actor.uid, at=at)
    return job


@transaction.atomic
def begin_run(*, actor: Actor, uid: str, at: datetime) -> ImportJob:
    """Start writing; ``work_import`` does it.

    Raises ``Invalid`` for an all-or-nothing import with faulty rows.
    """
    job = locked(actor, uid)
    policies.require_own_check(actor, job)
    reading.require_mapping(job, kinds.kind(job.kind))
    if job.mode == ImportMode.ALL_OR_NOTHING:
        _require_faultless(job)
    ImportFault.objects.filter(job=job).delete()
    job.row_done = job.rows_good = job.rows_bad = 0
    job.started_at, job.message = at, ""
    job.save(update_fields=["row_done", "rows_good", "rows_bad", "started_at", "message"])
    advance(job, IMPORT, ImportAction.RUN, actor=actor.uid, at=at)
    return job


def _require_faultless(job: ImportJob) -> None:
    if job.state in (ImportState.UPLOADED, ImportState.FAILED):
        raise Invalid(_("请先校验全部行,再导入。"))
    if job.state == ImportState.CHECKED and job.rows_bad:
        raise Invalid(
            _(
                "有 %d 行有误,按“全部正确才导入”未导入任何一行。"
                "请改正后重新上传,或改为“只导入正确的行”。"
            )
            % job.rows_bad
        )


@transaction.atomic
def begin_undo(*, actor: Actor, uid: str, at: datetime) -> ImportJob:
    """Start taking an import back; records somebody has changed since will stay."""
    job = locked(actor, uid)
    advance(job, IMPORT, ImportAction.UNDO, actor=actor.uid, at=at)
    return job


def is_big(job: ImportJob) -> bool:
    """Whether the work belongs into the job queue rather than into the request."""
    size = Path(job.path).stat().st_size if Path(job.path).exists() else 0
    return job.rows_total > INLINE_ROWS or size > 2 * 1024 * 1024


def fault_workbook(*, actor: Actor, job: ImportJob, target: Path) -> None:
    """Write the uploaded sheet with its faults marked to ``target``.

    Raises ``NotFound`` when the import has no faults or its file has been cleaned away.
    """
    if not Path(job.path).exists():
        raise NotFound(_("原文件已按保存期清理,不能再生成错误清单。"))
    faults = ImportFault.objects.filter(job=job).order_by("row", "pk").iterator(chunk_size=2000)
    marked = [
        tabular.CellFault(fault.row, reading.column_index(job.mapping, fault.field), fault.message)
        for fault in faults
    ]
    if not marked:
        raise NotFound(_("这次导入没有有误的行。"))
    source = tabular.read_rows(Path(job.path), sheet=job.sheet or None, name=job.file_name)
    tabular.write_faults(
        source, marked, target, heads=job.heads, head_row=int(job.mapping["header_row"])
    )
