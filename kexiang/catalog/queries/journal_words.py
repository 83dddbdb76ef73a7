"""What codes of the catalogue in the journal are called (slot ``audit.words``)."""

from collections.abc import Mapping, Set

from kexiang.catalog.models import Record
from kexiang.catalog.types import ChangeState, ExportState, ImportState, RecordState
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

STATES = {
    **dict(ExportState.choices),
    **dict(ImportState.choices),
    **dict(ChangeState.choices),
    **dict(RecordState.choices),
}


def journal_words(*, codes: Mapping[str, Set[str]]) -> dict[tuple[str, str], str]:
    """Words for states, kinds, fields, reasons and numbers of records; one query."""
    found: dict[tuple[str, str], str] = {}
    for key in ("from", "to"):
        found |= {(key, c): str(STATES[c]) for c in codes.get(key, ()) if c in STATES}
    specs = {spec.code: spec for spec in kinds.kinds()}
    found |= {("kind", c): str(specs[c].label) for c in codes.get("kind", ()) if c in specs}
    for code in codes.get("fields", ()):
        named = next((spec for spec in specs.values() if spec.has(code)), None)
        if named is not None:
            found["fields", code] = str(named.field(code).label)
    reasons = {item.code: item.label for item in reference.codes("return_reason")}
    wanted = codes.get("reason_code", frozenset())
    found |= {("reason_code", c): str(reasons[c]) for c in wanted if c in reasons}
    uids = codes.get("record", frozenset()) | codes.get("records", frozenset())
    numbers = dict(Record.objects.filter(uid__in=uids).values_list("uid", "number"))
    for key in ("record", "records"):
        found |= {(key, c): numbers[c] for c in codes.get(key, ()) if c in numbers}
    return found
