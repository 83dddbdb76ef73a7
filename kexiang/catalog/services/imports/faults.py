"""The user's own workbook back, with its faulty cells marked."""

from pathlib import Path

from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.models import ImportFault, ImportJob
from kexiang.catalog.services.imports import reading
from kexiang.catalog.types import ImportState
from kexiang.core import tabular
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound


def fault_workbook(*, actor: Actor, job: ImportJob, target: Path) -> None:
    """Write the uploaded sheet with its faults marked to ``target``.

    After an import of the right rows only the faulty ones are in it: mended, they can be
    uploaded by themselves. Raises ``NotFound`` when the import has no faults or its file has
    been cleaned away.
    """
    policies.require_known(actor)
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
        source,
        marked,
        target,
        heads=job.heads,
        head_row=int(job.mapping["header_row"]),
        only_faulty=job.state in (ImportState.DONE, ImportState.UNDONE),
    )
