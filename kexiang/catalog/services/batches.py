"""Approving many records at once: each by itself, and only those nothing speaks against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kexiang.catalog import policies
from kexiang.catalog.models import Record
from kexiang.catalog.services import ground, values
from kexiang.catalog.services.steps import approve_record
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, DomainError
from kexiang.kinds import queries as kinds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record of a batch; ``message`` says why it was left alone."""

    uid: str
    is_done: bool
    message: str = ""
    number: str = ""


def approve_many(
    *,
    actor: Actor,
    uids: Sequence[str],
    at: datetime,
    secrecy_checked: bool,
    versions: Mapping[str, int] = MappingProxyType({}),
) -> list[Outcome]:
    """Approve a batch, each record in its own transaction, and say what became of each.

    ``versions`` are those the reviewer saw in the list: what was taken back and rewritten
    since is left.
    The check of consistency: a record with faults, with likely duplicates or suspicious words
    is left for a person to look at (ux.md B5, 批量通过 with 一致性检查).
    """
    outcomes = []
    numbers = dict(
        Record.objects.filter(policies.visible(actor), uid__in=uids).values_list("uid", "number")
    )
    for uid in uids:
        try:
            with transaction.atomic():
                _require_unsuspicious(actor, uid, timezone.localdate(at))
                approve_record(
                    actor=actor,
                    uid=uid,
                    at=at,
                    secrecy_checked=secrecy_checked,
                    version=versions.get(uid),
                )
        except DomainError as error:
            outcomes.append(Outcome(uid, False, str(error), numbers.get(uid, "")))
        else:
            outcomes.append(Outcome(uid, True, number=numbers.get(uid, "")))
    return outcomes


def _require_unsuspicious(actor: Actor, uid: str, today: date) -> None:
    record, change = ground.locked(actor, uid)
    if record.flags.exists():
        raise Conflict(_("有错敏词或疑似重复的标记,请单独打开核对。"))
    spec = kinds.kind(record.kind)
    checked = change.values if change is not None else record.attributes
    values.require_complete(spec, checked, actor=actor, today=today)
