"""我的收藏检索: keeping a question, and telling what is new for it.

A record is new for a saved search when it was published after the search was saved (or last
changed) and has not been told for it yet. Whether somebody may see it is asked at the moment
of telling and again whenever the list is shown.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.audit import services as audit
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAuthenticated, NotFound, Problem
from kexiang.search import asked, queries, reader
from kexiang.search.models import SavedHit, SavedSearch
from kexiang.search.types import Hit

log = logging.getLogger("kexiang.search")
MOST_PER_PERSON = 30
MOST_TOLD = 50  # new records told at once for one saved search; the rest follows next time
MOST_PEOPLE = 500  # people served in one run of the job
_LATE = timedelta(days=2)  # a record may reach the index after it was published
_EVERY = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "never": timedelta(days=3650)}
_KEPT = timedelta(days=90)  # what was read is forgotten after that
_PAGE, _MOST_PAGES = 100, 20
_IN_MAIL = 10
Frequency = SavedSearch.Frequency


def _own(actor: Actor, uid: str) -> SavedSearch:
    row = SavedSearch.objects.filter(uid=uid, person=actor.uid).first()
    if row is None:
        raise NotFound(_("没有找到这个收藏的检索,可能已经删除。"))
    return row


def _require_known(actor: Actor) -> None:
    if not actor.is_known:
        raise NotAuthenticated(_("请先登录,再收藏检索。"))


def _checked(name: str, frequency: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise Invalid([Problem("name", _("请填写名称,不超过 60 个字。"), _("名称"))])
    if frequency not in Frequency.values:
        raise Invalid([Problem("frequency", _("请选择提醒频率。"), _("提醒"))])
    return name


def _journal(verb: str, row: SavedSearch, actor: Actor, at: datetime) -> None:
    audit.record(
        kind=f"saved_search.{verb}",
        subject=f"saved_search:{row.uid}",
        actor=actor.uid,
        at=at,
        data={"frequency": row.frequency},
    )


@transaction.atomic
def save_search(
    *, actor: Actor, name: str, question: str, frequency: str, at: datetime
) -> SavedSearch:
    """Keep a question. Raises ``Invalid``, ``Conflict`` (name taken, too many) and
    ``NotAuthenticated``."""
    _require_known(actor)
    name = _checked(name, frequency)
    question = asked.canonical(question, reader.serving().spec)
    if SavedSearch.objects.filter(person=actor.uid).count() >= MOST_PER_PERSON:
        raise Conflict(_("最多收藏 %(most)s 个检索,请先删除不用的。") % {"most": MOST_PER_PERSON})
    row = SavedSearch(
        person=actor.uid,
        name=name,
        question=question,
        frequency=frequency,
        created_at=at,
        seen_from=at,
        due_at=at + _EVERY[frequency],
    )
    _store(row)
    _journal("create", row, actor, at)
    return row


def _store(row: SavedSearch) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        message = _("您已有一个同名的收藏检索,请换一个名称。")
        raise Conflict(message) from None


@transaction.atomic
def change_search(
    *, actor: Actor, uid: str, name: str, frequency: str, is_paused: bool, at: datetime
) -> SavedSearch:
    """Rename, set how often, pause or go on. What appears during a pause is not told later."""
    row = _own(actor, uid)
    row.name = _checked(name, frequency)
    if (row.frequency, row.is_paused) != (frequency, is_paused):
        row.seen_from, row.due_at = at, at + _EVERY[frequency]
    row.frequency, row.is_paused = frequency, is_paused
    _store(row)
    _journal("change", row, actor, at)
    return row


@transaction.atomic
def delete_search(*, actor: Actor, uid: str, at: datetime) -> None:
    row = _own(actor, uid)
    _journal("delete", row, actor, at)
    row.delete()


def forget_person(*, person: str) -> None:
    """Delete what a closed account had saved, with what it was told (AA-02)."""
    SavedSearch.objects.filter(person=person).delete()


@transaction.atomic
def mark_read(*, actor: Actor, uid: str, at: datetime) -> int:
    """What was told for this search has been seen; returns how many records."""
    return _own(actor, uid).hits.filter(read_at__isnull=True).update(read_at=at)


def tell_due(*, at: datetime) -> int:
    """Ask every saved search that is due and tell its owner what is new; returns how many
    records were told. Searches of accounts that are locked are paused."""
    due = SavedSearch.objects.filter(due_at__lte=at, is_paused=False).exclude(frequency="never")
    people = list(due.order_by("person").values_list("person", flat=True).distinct()[:MOST_PEOPLE])
    readers = accounts.readers(people, today=at.date())
    told = 0
    for person in people:
        if person not in readers:
            SavedSearch.objects.filter(person=person).update(is_paused=True)
            continue
        actor, address = readers[person]
        news = {row: _tell(row, actor, at) for row in due.filter(person=person)}
        told += sum(map(len, news.values()))
        if address and any(news.values()):
            _mail(address, {row: hits for row, hits in news.items() if hits})
    return told


@transaction.atomic
def _tell(row: SavedSearch, actor: Actor, at: datetime) -> list[Hit]:
    """What is new for one search, noted as told."""
    hits = _new_records(row, actor)
    SavedHit.objects.bulk_create(
        SavedHit(saved=row, key=_key(hit), told_at=at) for hit in hits[:MOST_TOLD]
    )
    if len(hits) <= MOST_TOLD:
        row.seen_from = max(row.seen_from, at - _LATE)
    row.due_at = at + _EVERY[row.frequency]
    row.save(update_fields=["due_at", "seen_from"])
    row.hits.filter(read_at__lt=at - _KEPT).delete()
    return hits[:MOST_TOLD]


def _new_records(row: SavedSearch, actor: Actor) -> list[Hit]:
    """Records published since and not told yet, the earliest first, as its owner may find them
    now. Looser readings of the question count only where it is always read so."""
    try:
        query = asked.read(row.question, reader.serving().spec)
        usual = queries.search(actor, replace(query, size=1, facets=(), literal=True))
    except Invalid:
        log.warning("saved search %s asks for what is gone", row.uid)
        return []
    ranges = {**query.ranges, "published": (row.seen_from.timestamp(), None)}
    query = replace(query, ranges=ranges, sort="-newest", size=_PAGE, facets=(), literal=True)
    told = set(row.hits.values_list("key", flat=True))
    found: list[Hit] = []
    for _number in range(_MOST_PAGES):
        page = queries.search(actor, query)
        if page.widened and not usual.widened:
            return []
        found += [hit for hit in page.hits if _key(hit) not in told]
        if len(found) > MOST_TOLD or not page.cursor:
            break
        query = replace(query, cursor=page.cursor)
    return found


def _key(hit: Hit) -> str:
    return f"{hit.source}:{hit.id}"


def _mail(address: str, news: dict[SavedSearch, list[Hit]]) -> None:
    """One letter with all that is new; a mail server that is away loses the letter only, for
    the same stands in the workbench."""
    lines = []
    for row, hits in news.items():
        lines.append(_("“%(name)s”有 %(count)s 条新结果:") % {"name": row.name, "count": len(hits)})
        lines += [f"  · {hit.view.title}({hit.view.owner})" for hit in hits[:_IN_MAIL]]
        lines.append("")
    lines.append(_("登录后在工作台“我的收藏检索”中查看全部,也可在那里暂停或取消提醒。"))
    subject = _("您收藏的检索有新结果")
    try:
        send_mail(subject, "\n".join(lines), None, [address])
    except (SMTPException, OSError):
        log.exception("the letter about saved searches was not sent")
