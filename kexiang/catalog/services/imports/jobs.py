"""An import as its people move it: upload, columns, check, run, undo, workbook of faults."""

import hashlib
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
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
from kexiang.catalog.services.imports import memory, photos, presets, reading
from kexiang.catalog.types import (
    ImportAction,
    ImportMode,
    ImportState,
    RecordState,
    SecrecyCheck,
    Visibility,
)
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from kexiang.kernel.ids import new_uid
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec

INLINE_ROWS = 300
MAX_BYTES = 200 * 1024 * 1024
MAX_CONSTANT = 500


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
    header_row: int | None = None,
) -> ImportJob:
    """Take in a file (copied from ``path``) and suggest which column is which field.

    ``publish`` makes the rows public at once and names who checked their secrecy; only the
    city's office may. Raises ``Invalid`` (``Unreadable``) with the reason, ``NotAllowed``.
    """
    policies.require_known(actor, Scope.IMPORTS_WRITE)
    spec = kinds.offered(kind)
    organisation = accounts.organisation(actor, owner) if owner else None
    if organisation is not None:
        policies.require_enter(actor, organisation.uid, organisation.region)
    _require_publisher(actor, organisation.region if organisation else "", publish)
    require_choice("mode", mode, ImportMode)
    require_choice("visibility", visibility, Visibility)
    found = reading.inspect(small(path), spec, name=file_name, sheet=sheet, header_row=header_row)
    job = ImportJob(
        uid=new_uid(),
        kind=spec.code,
        owner=organisation,
        mode=mode,
        visibility=visibility,
        target_state=RecordState.PUBLISHED if publish else RecordState.DRAFT,
        secrecy_by=publish.by if publish else "",
        secrecy_at=publish.at if publish else None,
        created_by=actor.uid,
        created_at=at,
    )
    keep_file(job, path, file_name)
    lay_out(job, spec, found)
    _take_in(job)
    return job


def keep_file(job: ImportJob, path: Path, file_name: str) -> None:
    """Copy a sheet into the folder of imports and note it in the job (unsaved)."""
    kept = folder() / f"{job.uid}-{new_uid()}{Path(file_name).suffix.lower()[:8]}"
    shutil.copyfile(path, kept)
    job.path, job.sha256 = str(kept), digest(kept)
    job.file_name = Path(file_name).name[-200:]


def lay_out(job: ImportJob, spec: KindSpec, found: reading.Found) -> None:
    """Note what a sheet looks like: heads, preset, mapping as remembered or suggested (unsaved)."""
    job.sheet, job.heads, job.rows_total = found.sheet, list(found.heads), found.rows_hint
    job.preset = found.preset
    known = memory.recall(job)
    use_preset(job, spec, found, known.preset if known else found.preset, known)


def use_preset(
    job: ImportJob,
    spec: KindSpec,
    found: reading.Found,
    code: str,
    known: reading.Memory | None,
) -> None:
    """Suggest the mapping by a preset (or, empty, by the heads alone) and memory (unsaved)."""
    form = presets.preset(code)
    job.preset = form.code if form is not None and spec.code in form.kinds else ""
    job.mapping = reading.suggest(found, spec, preset=job.preset, memory=known)
    job.is_lenient = bool(job.preset and form and form.is_lenient) and not job.publishes


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


def small(path: Path) -> Path:
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


def require_choice(field: str, value: str, choices: Any) -> None:
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
    constants: Mapping[str, str] = MappingProxyType({}),
    mode: str = "",
    lenient: bool | None = None,
    at: datetime | None = None,
) -> ImportJob:
    """Set which column (by its position as text) is which field, and the units of money columns.

    An empty field leaves the column out; ``constants`` fill fields that no column has. With
    ``at`` the choice is remembered for the next sheet with the same heads. Raises ``Invalid``
    for an unknown or doubled field.
    """
    job = locked(actor, uid)
    policies.require_own_check(actor, job)
    spec = kinds.kind(job.kind)
    chosen = {index: field for index, field in columns.items() if field}
    fixed = {name: text.strip() for name, text in constants.items() if text.strip()}
    _require_columns(job, spec, chosen)
    _require_constants(spec, chosen, fixed)
    job.mapping = {
        **job.mapping,
        **_money(job, spec, chosen, units),
        "columns": chosen,
        "constants": fixed,
    }
    if mode:
        require_choice("mode", mode, ImportMode)
        job.mode = mode
    if lenient is not None:
        job.is_lenient = lenient and not job.publishes
    reopen(job, actor=actor, at=at)
    job.save(update_fields=["mapping", "mode", "is_lenient"])
    if at is not None:
        memory.remember(job, at)
    return job


def reopen(job: ImportJob, *, actor: Actor, at: datetime | None) -> None:
    """What was checked before counts no longer when the mapping or the file changes."""
    if at is not None and job.state in (ImportState.CHECKED, ImportState.FAILED):
        advance(job, IMPORT, ImportAction.REOPEN, actor=actor.uid, at=at)
    elif job.state not in (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED):
        raise Conflict(_("这次导入正在处理或已经结束,不能再改。"))


def _money(
    job: ImportJob, spec: KindSpec, chosen: Mapping[str, str], units: Mapping[str, str]
) -> dict[str, Any]:
    """Units of the chosen money columns: the head's own word first, then what somebody said."""
    told_by_file = job.mapping.get("stated", {})
    stated, ask = reading.money_units(job.heads, spec, chosen, told_by_file)
    told = {name: unit for name, unit in units.items() if unit in ("元", "万元")}
    return {"units": {**{n: u for n, u in told.items() if spec_has(spec, n)}, **stated}, "ask": ask}


def spec_has(spec: KindSpec, name: str) -> bool:
    """Whether an import of the kind knows the field (``customs.item_number`` too)."""
    return any(column.key == name for column in kinds.import_columns(spec))


def _require_constants(spec: KindSpec, chosen: Mapping[str, str], fixed: Mapping[str, str]) -> None:
    problems = [
        Problem(name, _("“%s”已有对应的列,不能再填固定值。") % name[:40])
        for name in fixed
        if name in chosen.values()
    ]
    problems += [
        Problem(name, _("%(kind)s没有字段 %(field)s。") % {"kind": spec.label, "field": name[:40]})
        for name in fixed
        if not spec_has(spec, name)
    ]
    if any(len(text) > MAX_CONSTANT for text in fixed.values()):
        problems.append(Problem("constants", _("固定值最多 %d 字。") % MAX_CONSTANT))
    if problems:
        raise Invalid(problems)


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
    reading.require_mapping(job)
    job.message = ""
    job.save(update_fields=["message"])
    advance(job, IMPORT, ImportAction.CHECK, actor=actor.uid, at=at)
    return job


@transaction.atomic
def begin_run(*, actor: Actor, uid: str, at: datetime, mode: str = "") -> ImportJob:
    """Start writing; ``work_import`` does it. ``mode`` changes what happens to faulty rows.

    Raises ``Invalid`` for an all-or-nothing import with faulty rows, and for photos that have
    not been matched yet.
    """
    job = locked(actor, uid)
    policies.require_own_check(actor, job)
    reading.require_mapping(job)
    if mode:
        require_choice("mode", mode, ImportMode)
        job.mode = mode
        job.save(update_fields=["mode"])
    if photos.has_photos(job) and job.state != ImportState.CHECKED:
        raise Invalid(_("请先校验全部行,核对照片对应哪些行,再导入。"))
    if job.mode == ImportMode.ALL_OR_NOTHING:
        _require_faultless(job)
    ImportFault.objects.filter(job=job).delete()
    job.row_done = job.rows_good = job.rows_bad = job.rows_open = 0
    job.started_at, job.message = at, ""
    job.save(
        update_fields=["row_done", "rows_good", "rows_bad", "rows_open", "started_at", "message"]
    )
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
    """Whether the work belongs into the job queue rather than into the request.

    A sheet that does not say how many rows it has, and was too long to be seen to its end, is big.
    """
    size = Path(job.path).stat().st_size if Path(job.path).exists() else 0
    most = 2 * 1024**2 if job.rows_total else 32 * 1024
    return job.rows_total > INLINE_ROWS or size > most
