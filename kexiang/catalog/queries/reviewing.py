"""What an office needs beside a record to decide at a glance: where it stands in the queue,
what looks like it, which reasons were written before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from kexiang.catalog import policies
from kexiang.catalog.models import Record, RecordFlag, RecordStep
from kexiang.catalog.queries import quality
from kexiang.catalog.queries.reading import RecordFilter
from kexiang.catalog.queries.work import review_queue
from kexiang.catalog.types import FlagKind, RecordAction
from kexiang.kernel.actor import Actor

LONGEST_QUEUE = 1000
REMEMBERED = 5
LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Hints:
    """What was marked for the reviewer. ``hidden`` counts look-alikes the unit has not let go."""

    words: Sequence[RecordFlag]
    twins: Sequence[quality.Suspect]
    hidden: int

    def __bool__(self) -> bool:
        return bool(self.words or self.twins or self.hidden)


def hints(actor: Actor, row: Record) -> Hints:
    """The marks of a record; of look-alikes only what the actor may see (X-06, AA-02)."""
    flags = list(RecordFlag.objects.filter(record=row).order_by("pk"))
    words = [flag for flag in flags if flag.kind == FlagKind.ERROR_WORD]
    reasons = {flag.other_id: flag.text for flag in flags if flag.other_id}
    others = Record.objects.filter(policies.visible(actor), pk__in=reasons) if reasons else []
    twins = [quality.suspect(other, reasons[other.pk]) for other in others]
    return Hints(words, twins, len(reasons) - len(twins))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands among those that wait for the same actor (1-based)."""

    number: int
    total: int
    previous: str
    next: str


def place_in_queue(actor: Actor, row: Record) -> Place | None:
    """The place of a record in the queue with its neighbours; ``None`` when it does not wait."""
    waiting = review_queue(actor, RecordFilter(sort="submitted"))
    uids = list(waiting.values_list("uid", flat=True)[:LONGEST_QUEUE])
    if row.uid not in uids:
        return None
    at = uids.index(row.uid)
    before = uids[at - 1] if at else ""
    after = uids[at + 1] if at + 1 < len(uids) else ""
    return Place(at + 1, len(uids), before, after)


def reasons_given(actor: Actor) -> list[str]:
    """What the actor last wrote when he sent records back, newest first, each once."""
    wanted = Q(by=actor.uid, action__in=[RecordAction.RETURN, RecordAction.REFUSE])
    rows = (
        RecordStep.objects.filter(wanted)
        .exclude(reason="")
        .values("reason")
        .annotate(last=Max("id"))
        .order_by("-last")[: REMEMBERED * 2]
    )
    found = [row["reason"] for row in rows if len(row["reason"]) <= LONGEST_REASON]
    return found[:REMEMBERED]
