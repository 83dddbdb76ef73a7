"""Tables of the catalogue."""

from kexiang.catalog.models.imports import ImportFault, ImportJob
from kexiang.catalog.models.records import (
    PendingChange,
    Record,
    RecordColumn,
    RecordFlag,
    RecordLink,
    RecordStep,
    Revision,
    SequenceCounter,
)

__all__ = [
    "ImportFault",
    "ImportJob",
    "PendingChange",
    "Record",
    "RecordColumn",
    "RecordFlag",
    "RecordLink",
    "RecordStep",
    "Revision",
    "SequenceCounter",
]
