"""The rules of kinds, pure: values in, stored values and Chinese sentences out."""

from kexiang.kinds.rules.cleaner import Cleaned, Cleaner, clean
from kexiang.kinds.rules.codes import CodeTable, Lookup, Nothing, Unclear
from kexiang.kinds.rules.completeness import completeness
from kexiang.kinds.rules.mapping import (
    ColumnMatch,
    ImportColumn,
    import_columns,
    is_example_row,
    suggest_mapping,
    template_version,
)

__all__ = [
    "Cleaned",
    "Cleaner",
    "CodeTable",
    "ColumnMatch",
    "ImportColumn",
    "Lookup",
    "Nothing",
    "Unclear",
    "clean",
    "completeness",
    "import_columns",
    "is_example_row",
    "suggest_mapping",
    "template_version",
]
