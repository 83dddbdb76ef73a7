"""Reading the chain back: every row is hashed again and named when it does not fit."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from kexiang.audit import anchor, guards, rules
from kexiang.audit.models import Event, Head
from kexiang.audit.types import Fault, Report

CHUNK = 2000
NEARBY = 20
MOST_SEARCHES = 200  # each looks through the whole stream


def digest_of(event: Event, seal_no: int, prev_hash: str) -> str:
    """The hash ``event`` has at this place in its chain."""
    return rules.digest(
        seal_no=seal_no,
        prev_hash=prev_hash,
        row_id=event.pk,
        stream=event.stream,
        kind=event.kind,
        subject=event.subject,
        actor=event.actor,
        at=event.at,
        data=event.data,
    )


def check() -> Report:
    """Compare every sealed row with its hash, its neighbours, the head and the anchors."""
    faults: list[Fault] = list(_missing_guards())
    streams = sorted(
        set(Event.objects.order_by().values_list("stream", flat=True).distinct())
        | set(Head.objects.values_list("stream", flat=True))
    )
    rows = 0
    for stream in streams:
        faults.extend(_Chain(stream).faults())
        rows += Event.objects.filter(stream=stream, seal_no__isnull=False).count()
    faults.extend(_anchor_faults())
    return Report(tuple(faults), rows, tuple(streams))


def _missing_guards() -> Iterator[Fault]:
    for name in sorted(guards.missing(connection)):
        yield Fault("guard", _("数据库中缺少日志保护触发器 %(name)s。") % {"name": name})


class _Chain:
    """One pass over a stream in the order of its seal numbers."""

    def __init__(self, stream: str) -> None:
        self.stream, self.last, self.hash = stream, 0, rules.GENESIS
        self.searched = 0

    def faults(self) -> Iterator[Fault]:
        sealed = Event.objects.filter(stream=self.stream, seal_no__isnull=False)
        for event in sealed.order_by("seal_no").iterator(chunk_size=CHUNK):
            yield from self._row(event)
        head = Head.objects.filter(stream=self.stream).first()
        yield from self._end(head)

    def _row(self, event: Event) -> Iterator[Fault]:
        number, previous = event.seal_no or 0, event.prev_hash or ""
        if number != self.last + 1:
            yield self._gap(self.last + 1, number - 1)
        if event.hash != digest_of(event, number, previous):
            yield self._misplaced(event) or self._named(
                "altered", event, _("内容与封存时不一致,已被改动")
            )
        elif previous != self.hash and number == self.last + 1:
            yield self._named("altered", event, _("与前一条的封存值不衔接,前一条已被改动或替换"))
        self.last, self.hash = number, event.hash or ""

    def _misplaced(self, event: Event) -> Fault | None:
        """A row whose own contents fit another place in the chain was moved, not altered."""
        previous = event.prev_hash or ""
        self.searched += 1
        if self.searched > MOST_SEARCHES:
            return None
        for place in self._places(event):
            if place != event.seal_no and digest_of(event, place, previous) == event.hash:
                text = _("位置被调换,原在第 %(place)s 条") % {"place": place}
                return self._named("reordered", event, text)
        return None

    def _places(self, event: Event) -> Iterator[int]:
        """Where a row may have stood: behind its predecessor, before its successor, nearby."""
        rows = Event.objects.filter(stream=self.stream, seal_no__isnull=False)
        for number in rows.filter(hash=event.prev_hash).values_list("seal_no", flat=True)[:2]:
            yield (number or 0) + 1
        for number in rows.filter(prev_hash=event.hash).values_list("seal_no", flat=True)[:2]:
            yield (number or 0) - 1
        here = event.seal_no or 0
        yield from range(max(1, here - NEARBY), here + NEARBY + 1)

    def _end(self, head: Head | None) -> Iterator[Fault]:
        end = head.seal_no if head else 0
        if end > self.last:
            yield self._gap(self.last + 1, end, problem="truncated")
        elif end < self.last:
            extra = Event.objects.filter(stream=self.stream, seal_no__gt=end).order_by("seal_no")
            for event in extra.iterator(chunk_size=CHUNK):
                yield self._named("inserted", event, _("不是由封存程序写入的"))
        elif head and head.hash != self.hash:
            yield Fault(
                "altered",
                _("日志流 %(stream)s 的链尾与最后一条的封存值不符。") % {"stream": self.stream},
                self.stream,
                end,
            )

    def _gap(self, first: int, last: int, problem: str = "removed") -> Fault:
        names = {"stream": self.stream, "first": first, "last": last}
        message = (
            _("日志流 %(stream)s 第 %(first)s 条被删除。")
            if first == last
            else _("日志流 %(stream)s 第 %(first)s 至 %(last)s 条被删除。")
        )
        return Fault(problem, message % names, self.stream, first)

    def _named(self, problem: str, event: Event, what: str) -> Fault:
        message = _(
            "日志流 %(stream)s 第 %(no)s 条(编号 %(id)s,%(kind)s,%(subject)s)%(what)s。"
        ) % {
            "stream": self.stream,
            "no": event.seal_no,
            "id": event.pk,
            "kind": event.kind,
            "subject": event.subject,
            "what": what,
        }
        return Fault(
            problem, message, self.stream, event.seal_no, event.pk, event.kind, event.subject
        )


def _anchor_faults() -> Iterator[Fault]:
    try:
        marks = [*anchor.marks().values(), *anchor.history()]
    except ValueError:
        yield Fault("anchor", _("日志锚点文件 %(path)s 已损坏。") % {"path": anchor.path()})
        return
    journals = dict(Head.objects.values_list("stream", "journal"))
    told: set[tuple[str, str]] = set()
    for mark in marks:
        fault = _against(mark, journals.get(mark.stream))
        if fault and (fault.problem, mark.stream) not in told:
            told.add((fault.problem, mark.stream))
            yield fault


def _against(mark: anchor.Mark, journal: str | None) -> Fault | None:
    names = {"stream": mark.stream, "no": mark.seal_no}
    if journal != mark.journal:
        text = _("数据库中的日志流 %(stream)s 不是锚点所属的那一条,可能被整体替换。")
        return Fault("anchor", text % names, mark.stream)
    event = Event.objects.filter(stream=mark.stream, seal_no=mark.seal_no).first()
    if event is None:
        text = _("日志流 %(stream)s 曾封存到第 %(no)s 条,现已缺失:尾部被截去或删除。")
        return Fault("truncated", text % names, mark.stream, mark.seal_no)
    if event.hash != mark.hash:
        text = _("日志流 %(stream)s 第 %(no)s 条的封存值与锚点不符:链被重新计算过。")
        return Fault(
            "altered", text % names, mark.stream, mark.seal_no, event.pk, event.kind, event.subject
        )
    return None
