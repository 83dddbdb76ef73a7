"""The addresses of public records for search engines, in parts of bounded size."""

from collections.abc import Sequence
from datetime import datetime

from kexiang.catalog import queries as catalog
from kexiang.kernel.actor import ANONYMOUS

PART = 5000


def parts() -> int:
    """How many parts there are; at least one, for the fixed pages."""
    return max(1, -(-catalog.records(ANONYMOUS).count() // PART))


def entries(number: int) -> Sequence[tuple[str, datetime]]:
    """``(path, last change)`` of the records of part ``number``, counted from 1."""
    if not 1 <= number <= parts():
        return []
    wanted = catalog.RecordFilter(sort="number")
    rows = catalog.records(ANONYMOUS, wanted).values_list("kind", "uid", "updated_at")
    found = rows[(number - 1) * PART : number * PART]
    return [(catalog.address(kind, uid), changed) for kind, uid, changed in found]
