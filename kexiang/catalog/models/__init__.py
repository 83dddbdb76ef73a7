"""Tables of the catalogue."""

from kexiang.catalog.models.exports import ExportJob
from kexiang.catalog.models.imports import HeadingMemory, ImportFault, ImportJob, ImportPhoto
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
    "ExportJob",
    "HeadingMemory",
    "ImportFault",
    "ImportJob",
    "ImportPhoto",
    "PendingChange",
    "Record",
    "RecordColumn",
    "RecordFlag",
    "RecordLink",
    "RecordStep",
    "Revision",
    "SequenceCounter",
]
