"""How a unit mapped the same heads before (HeadingMemory)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from kexiang.catalog.models import HeadingMemory, ImportJob
from kexiang.catalog.rules import folded
from kexiang.catalog.services.imports.reading import OUR_HEADS, Memory


def scope_of(job: ImportJob) -> str:
    """Whose memory a job uses: that of its unit, or of its person when the sheet names units."""
    return f"org:{job.owner.uid}" if job.owner else f"person:{job.created_by}"[:40]


def heads_key(heads: Sequence[str]) -> str:
    """The digest of a set of heads; our own columns of a returned workbook do not count."""
    names = [folded(head) for head in heads if head and head not in OUR_HEADS]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def recall(job: ImportJob) -> Memory | None:
    """What is remembered for the heads of the job."""
    found = HeadingMemory.objects.filter(
        scope=scope_of(job), kind=job.kind, heads_key=heads_key(job.heads)
    ).first()
    if found is None:
        return None
    return Memory(found.columns, found.units, found.constants, found.preset)


def remember(job: ImportJob, at: datetime) -> None:
    """Keep the mapping of the job for the next sheet with the same heads.

    Columns left out are kept as well, so that they stay left out.
    """
    chosen = job.mapping["columns"]
    HeadingMemory.objects.update_or_create(
        scope=scope_of(job),
        kind=job.kind,
        heads_key=heads_key(job.heads),
        defaults={
            "columns": {
                head: chosen.get(str(index), "") for index, head in enumerate(job.heads) if head
            },
            "units": job.mapping["units"],
            "constants": job.mapping.get("constants", {}),
            "preset": job.preset,
            "used_at": at,
        },
    )
