"""Files in: upload → columns → check → import → undo, resumable at any row.

An all-or-nothing import is checked row by row first and refused as a whole when a row is faulty.
It is then written in batches of held rows, which nobody sees; only when the last one stands are
they let go, batch by batch. So no transaction lasts for minutes (SQLite has one writer), and a
killed import goes on behind its last batch. When something turns up meanwhile (a number taken
by somebody else), the held rows are deleted again and the import ends as not imported.
"""

from kexiang.catalog.services.imports.command import ImportResult, import_file
from kexiang.catalog.services.imports.faults import fault_workbook
from kexiang.catalog.services.imports.jobs import (
    begin_check,
    begin_run,
    begin_undo,
    is_big,
    map_columns,
    start_import,
)
from kexiang.catalog.services.imports.passes import proceed as proceed_import
from kexiang.catalog.services.imports.passes import work_import
from kexiang.catalog.services.imports.presets import presets_for
from kexiang.catalog.services.imports.reading import missing_fields, needs
from kexiang.catalog.services.imports.wizard import (
    add_photos,
    choose_preset,
    choose_sheet,
    map_heads,
    remove_photos,
    replace_file,
)

__all__ = [
    "ImportResult",
    "add_photos",
    "begin_check",
    "begin_run",
    "begin_undo",
    "choose_preset",
    "choose_sheet",
    "fault_workbook",
    "import_file",
    "is_big",
    "map_columns",
    "map_heads",
    "missing_fields",
    "needs",
    "presets_for",
    "proceed_import",
    "remove_photos",
    "replace_file",
    "start_import",
    "work_import",
]
