"""Files in: upload → columns → check → import → undo, resumable at any row.

An all-or-nothing import is checked row by row first and refused as a whole when a row is faulty.
It is then written in batches of held rows, which nobody sees; only when the last one stands are
they let go, batch by batch. So no transaction lasts for minutes (SQLite has one writer), and a
killed import goes on behind its last batch. When something turns up meanwhile (a number taken
by somebody else), the held rows are deleted again and the import ends as not imported.
"""

from kexiang.catalog.services.imports.command import ImportResult, import_file
from kexiang.catalog.services.imports.jobs import (
    begin_check,
    begin_run,
    begin_undo,
    fault_workbook,
    is_big,
    map_columns,
    start_import,
)
from kexiang.catalog.services.imports.passes import proceed as proceed_import
from kexiang.catalog.services.imports.passes import work_import

__all__ = [
    "ImportResult",
    "begin_check",
    "begin_run",
    "begin_undo",
    "fault_workbook",
    "import_file",
    "is_big",
    "map_columns",
    "proceed_import",
    "start_import",
    "work_import",
]
