"""Reads: search, suggestions, what an actor may find."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import OVERSEERS
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import NotFound
from kexiang.reference import queries as reference
from kexiang.search import ask, outbox, reader, registry, tree, why
from kexiang.search.analysis import entries, marks
from kexiang.search.analysis.fold import fold
from kexiang.search.models import SavedSearch
from kexiang.search.plan import Plan, Stage
from kexiang.search.port import Found, SearchRequest, SearchResult, facet_field
from kexiang.search.types import (
    PUBLIC,
    REGISTERED,
    Bucket,
    Hit,
    HitView,
    SearchPage,
    SearchQuery,
    Suggestion,
    SuggestionGroup,
)

NotReady = reader.NotReady
SUGGESTIONS = 10
PER_GROUP = 4


def audience(actor: Actor) -> frozenset[str]:
    """The audience tokens an actor holds: what he may find is what carries one of them."""
    if actor.is_system:
        return frozenset({ask.EVERYTHING})
    tokens = {PUBLIC}
    if actor.is_known:
        tokens.add(REGISTERED)
    tokens.update(f"org:{org}" for org in actor.orgs)
    tokens.update(f"region:{code}" for code in actor.regions_as(OVERSEERS))
    tokens.update(f"dept:{org}" for org in actor.orgs_as({"dept_officer"}))
    return frozenset(tokens)


def search(actor: Actor, query: SearchQuery) -> SearchPage:
    """One page of what ``actor`` may find.

    Raises ``Invalid`` for a question out of range and ``NotReady`` before the first index.
    """
    began = time.perf_counter()
    index = reader.serving()
    stale = False
    if query.min_seq is not None and (place := outbox.place_of(query.min_seq)) is not None:
        stale = not reader.wait_for(index, place)
        index = reader.serving()
    asked = ask.prepare(index, audience(actor), query)
    found = ask.answer(index, asked)
    plan = ask.plan_of(index, found.read_as) if found.read_as else asked.plan
    reasons = why.Reasons(plan) if query.why else None
    hits = _hits(actor, found.result.hits, plan, reasons)
    facets = _facets(query, found.result)
    return SearchPage(
        total=found.result.total,
        took_ms=round((time.perf_counter() - began) * 1000, 2),
        hits=hits,
        facets=facets,
        notes=_notes(query, found),
        stale=stale,
        cursor=found.next_cursor,
        widened=found.stage is not Stage.EXACT,
        read_as=found.read_as,
        advice=found.advice,
    )


def _notes(query: SearchQuery, found: ask.Answer) -> list[str]:
    notes = [str(ask.NOTES[found.stage])] if found.stage is not Stage.EXACT else []
    if found.read_as:
        words = {"asked": query.q.strip(), "read": found.read_as}
        notes.insert(0, _("没有找到“%(asked)s”,以下是“%(read)s”的结果。") % words)
    return notes


def saved_searches(actor: Actor) -> QuerySet[Any]:
    """What this person keeps, newest first, each with ``unread``: records not seen yet."""
    rows = SavedSearch.objects.filter(person=actor.uid) if actor.is_known else None
    unread = Count("hits", filter=Q(hits__read_at__isnull=True))
    return (
        (SavedSearch.objects.none() if rows is None else rows)
        .annotate(unread=unread)
        .order_by("-id")
    )


def saved_search(actor: Actor, uid: str) -> Any:
    """One of them; raises ``NotFound``."""
    row = saved_searches(actor).filter(uid=uid).first()
    if row is None:
        raise NotFound(_("没有找到这个收藏的检索,可能已经删除。"))
    return row


def told_records(actor: Actor, row: SavedSearch, limit: int = 100) -> list[tuple[HitView, bool]]:
    """The records told for it that the actor may still see, newest first; whether unread."""
    told = list(row.hits.order_by("-id")[:limit])
    views = views_of(actor, [hit.key for hit in told])
    return [(views[hit.key], hit.read_at is None) for hit in told if hit.key in views]


def todos(*, actor: Actor, at: datetime) -> list[Mapping[str, object]]:
    """For the slot ``workbench.todos``: saved searches with records not seen yet."""
    rows: Iterable[Any] = saved_searches(actor) if actor.is_known else ()
    return [
        {
            "title": _("收藏的检索“%(name)s”有新结果") % {"name": row.name},
            "count": row.unread,
            "url": f"/work/searches/{row.uid}/",
        }
        for row in rows
        if row.unread
    ]


def counts(actor: Actor, query: SearchQuery) -> dict[str, int]:
    """Number of results per kind, for the tabs above a list."""
    page = search(actor, replace(query, page=1, size=1, cursor="", facets=("kind",)))
    return {bucket.value: bucket.count for bucket in page.facets["kind"]}


def suggest(actor: Actor, q: str, kind: str = "", limit: int = SUGGESTIONS) -> list[str]:
    """Phrases beginning with what was typed so far (as text, pinyin or initials).

    The pack's hot words come first. Raises ``NotReady`` before the first index.
    """
    typed = fold(q.strip())
    if not typed or len(typed) > entries.SUGGEST_LIMIT:
        return []
    found = dict.fromkeys(w for w in reference.hot_words() if fold(w).startswith(typed))
    index = reader.serving()
    conditions = ask.permitted(index.spec, audience(actor))
    if kind:
        conditions.append(tree.Term(facet_field("kind"), kind))
    condition = conditions[0] if len(conditions) == 1 else tree.And(tuple(conditions))
    for stored, count in index.reader.suggest(typed, condition, limit * 2):
        if count:
            found[entries.suggestion_text(stored)] = None
    return list(found)[:limit]


def suggest_groups(actor: Actor, q: str) -> list[SuggestionGroup]:
    """Suggestions by kind, and units called so; groups without any are left out.

    Raises ``NotReady`` before the first index.
    """
    typed = fold(q.strip())
    if not typed or len(typed) > entries.SUGGEST_LIMIT:
        return []
    index = reader.serving()
    conditions = ask.permitted(index.spec, audience(actor))
    groups = []
    for source in registry.sources():
        labels = source.facet_labels("kind", source.spec().suggest_kinds)
        for kind in source.spec().suggest_kinds:
            of_kind = tree.And((*conditions, tree.Term(facet_field("kind"), kind)))
            found: dict[str, int] = {}
            for stored, count in index.reader.suggest(typed, of_kind, PER_GROUP * 3):
                if count:
                    found.setdefault(entries.suggestion_text(stored), count)
            items = [Suggestion(text, count) for text, count in found.items()][:PER_GROUP]
            groups.append(SuggestionGroup(kind, labels.get(kind, kind), tuple(items)))
    groups.append(_units(actor, index, typed, conditions))
    return [group for group in groups if group.items]


def _units(
    actor: Actor, index: reader.Serving, typed: str, conditions: Sequence[tree.Query]
) -> SuggestionGroup:
    """Units whose name, code or pinyin begins like this, with their records in the index."""
    items = []
    for unit in accounts.organisations_named(actor, typed)[:PER_GROUP]:
        owned = tree.And((*conditions, tree.Term(facet_field("owner"), unit.uid)))
        total = index.reader.search(SearchRequest(query=owned, limit=1)).total
        items.append(Suggestion(unit.name, total))
    return SuggestionGroup("unit", _("单位"), tuple(items))


def _hits(
    actor: Actor, rows: Sequence[Found], plan: Plan, reasons: why.Reasons | None
) -> list[Hit]:
    """Rows as they are now, in one read per source; what is no longer visible is left out."""
    views = views_of(actor, [row.key for row in rows])
    hits = []
    for row in rows:
        name, _colon, uid = row.key.partition(":")
        if row.key in views:
            hits.append(_hit(row, name, uid, views[row.key], plan, reasons))
    return hits


def views_of(actor: Actor, keys: Sequence[str]) -> dict[str, HitView]:
    """What ``actor`` may see of the rows behind these keys (``source:uid``)."""
    wanted: dict[str, list[str]] = {}
    for key in keys:
        name, _colon, uid = key.partition(":")
        wanted.setdefault(name, []).append(uid)
    found: dict[str, HitView] = {}
    for name, uids in wanted.items():
        source = registry.source(name)
        views = source.hydrate(actor, uids) if source else {}
        found.update({f"{name}:{uid}": view for uid, view in views.items()})
    return found


def _hit(
    row: Found, name: str, uid: str, view: HitView, plan: Plan, reasons: why.Reasons | None
) -> Hit:
    terms = plan.marked
    title = marks.marks(view.title, terms)
    told = reasons.of(view) if reasons else why.Why()
    return Hit(
        id=uid,
        kind=view.kind,
        score=row.score,
        source=name,
        view=view,
        highlight=marks.excerpt(view.summary, terms),
        title_html=marks.html(view.title, title),
        title_marks=title,
        why=told.sentences,
        is_literal=told.is_literal,
    )


def _facets(query: SearchQuery, result: SearchResult) -> dict[str, list[Bucket]]:
    chosen: dict[str, set[str]] = {name: set(values) for name, values in query.filters.items()}
    for name, value in (("kind", query.kind), ("region", query.region), ("owner", query.owner)):
        if value:
            chosen.setdefault(name, set()).add(value)
    labels = {
        name: _labels(name, [value for value, _ in buckets])
        for name, buckets in result.facets.items()
    }
    return {
        name: [
            Bucket(value, count, labels[name].get(value, value), value in chosen.get(name, ()))
            for value, count in buckets
        ]
        for name, buckets in result.facets.items()
    }


def _labels(name: str, values: Sequence[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for source in registry.sources():
        if values:
            labels.update(source.facet_labels(name, values))
    return labels
