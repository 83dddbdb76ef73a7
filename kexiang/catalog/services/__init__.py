"""Writes of the catalogue. Every one is one transaction: check, change, journal, enqueue."""

from kexiang.catalog.services.steps import (
    Outcome,
    act,
    approve_many,
    approve_record,
    cancel_record,
    refuse_record,
    refuse_secret,
    restore_record,
    return_record,
    submit_record,
    take_down_record,
    withdraw_record,
)
from kexiang.catalog.services.writing import (
    confirm_record,
    create_record,
    delete_draft,
    discard_change,
    restore_revision,
    set_current_state,
    update_record,
)

__all__ = [
    "Outcome",
    "act",
    "approve_many",
    "approve_record",
    "cancel_record",
    "confirm_record",
    "create_record",
    "delete_draft",
    "discard_change",
    "refuse_record",
    "refuse_secret",
    "restore_record",
    "restore_revision",
    "return_record",
    "set_current_state",
    "submit_record",
    "take_down_record",
    "update_record",
    "withdraw_record",
]
