"""From a ``SearchQuery`` to requests to the engine: permission, filters, order, widening."""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from django.utils import timezone
from django.utils.translation import gettext_lazy

from kexiang.reference import queries as reference
from kexiang.search import correct, near, tree
from kexiang.search.concepts import Count
from kexiang.search.cursor import Cursor, decode
from kexiang.search.filters import filters, invalid
from kexiang.search.parse import parse
from kexiang.search.plan import Plan, Stage, Vocabulary
from kexiang.search.port import (
    PINYIN,
    IndexSpec,
    SearchRequest,
    SearchResult,
    facet_field,
    number_field,
)
from kexiang.search.reader import Serving
from kexiang.search.registry import sources
from kexiang.search.synonyms import Synonyms
from kexiang.search.types import SORTS, SearchQuery

EVERYTHING = "*"  # audience of the system itself
EXPIRES = "expires"
MAX_SIZE = 100
MAX_DEPTH = 1000
MAX_Q = 300
_CACHED = 512
_MUCH_MORE = 5
_ORDERS: dict[str, tuple[str, bool]] = {
    "newest": (number_field("published"), True),
    "year": (number_field("year"), True),
    "value": (number_field("value"), True),
    "price": (number_field("price"), False),
    "fresh": (number_field("fresh"), True),
    "pinyin": (PINYIN, False),
}
NOTES = {
    Stage.INITIALS: gettext_lazy("没有找到原文,已按拼音首字母查找。"),
    Stage.NEAR: gettext_lazy("没有完全一致的结果,以下结果包含您输入的全部文字,但不一定连在一起。"),
    Stage.WORDS: gettext_lazy("完全一致的结果没有或很少,已拆成词语查找。"),
    Stage.SOME: gettext_lazy("已按您的描述查找,以下结果符合其中大部分。"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready to be put: ``base`` is the request of the exact reading."""

    plan: Plan
    base: SearchRequest
    order: str
    cursor: Cursor | None
    few: int = 0
    q: str = ""
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """``read_as`` is the question that was answered instead, for want of any hit of the one
    that was asked; ``advice`` one that would find (more)."""

    result: SearchResult
    stage: Stage
    next_cursor: str
    read_as: str = ""
    advice: str = ""


_vocabularies: dict[tuple[str, str], tuple[float, Vocabulary]] = {}
_LEARNED_FOR = 600.0  # seconds until abbreviations of new records are read again


def vocabulary(index: Serving) -> Vocabulary:
    """Field names and synonyms in force; prepared once per index and pack, and from time to
    time for what the records have taught since."""
    key = (index.folder, reference.active_pack().key)
    prepared, found = _vocabularies.get(key, (0.0, None))
    if found is None or time.monotonic() - prepared > _LEARNED_FOR:
        found = Vocabulary(
            frozenset(index.spec.facets),
            frozenset(index.spec.numbers),
            Synonyms.of(
                reference.synonyms(), reference.problem_words(), near.learned(index.folder)
            ),
        )
        _vocabularies.clear()
        _vocabularies[key] = (time.monotonic(), found)
    return found


def plan_of(index: Serving, q: str) -> Plan:
    """The plan of a question as it stands."""
    words = vocabulary(index)
    return Plan(parse(q, words.field_of), words)


def order_of(query: SearchQuery) -> tuple[str, str, bool]:
    """Name, number field ("" for relevance) and direction of the wanted order.

    Without words relevance has no meaning: the newest come first. Raises ``Invalid``.
    """
    name = query.sort or "relevance"
    if name == "relevance":
        return ("relevance", "", True) if query.q.strip() else ("newest", *_ORDERS["newest"])
    bare = name.removeprefix("-")
    if bare not in _ORDERS:
        allowed = "、".join((*SORTS, *(f"-{s}" for s in _ORDERS)))
        raise invalid("sort", f"排序方式只能是 {allowed}。")
    field, descending = _ORDERS[bare]
    return name, field, descending != name.startswith("-")


def prepare(index: Serving, audience: frozenset[str], query: SearchQuery) -> Asked:
    """Check the question and translate all of it but the width. Raises ``Invalid``."""
    _check(query)
    name, field, descending = order_of(query)
    cursor = decode(query.cursor, name) if query.cursor else None
    plan = plan_of(index, query.q)
    offset = (query.page - 1) * query.size
    if cursor is not None:
        offset = cursor.offset if not field else 0
    facets = facet_names(index.spec, query)
    base = SearchRequest(
        query=tree.narrow(tree.All(), *permitted(index.spec, audience)),
        post_filters=tuple(filters(index.spec, query)),
        facets=tuple((facet, query.facet_size) for facet in facets),
        order=field,
        descending=descending,
        after=(cursor.value, cursor.tie) if cursor is not None and field else None,
        limit=query.size,
        offset=offset,
    )
    return Asked(plan, base, name, cursor, query.few, query.q, query.literal)


def _check(query: SearchQuery) -> None:
    if not 1 <= query.size <= MAX_SIZE:
        raise invalid("size", f"size 的范围是 1–{MAX_SIZE}。")
    if query.page < 1:
        raise invalid("page", "page 从 1 开始。")
    if not query.cursor and query.page * query.size > MAX_DEPTH:
        raise invalid(
            "page", f"page × size 最多 {MAX_DEPTH};要取更多结果,请改用上一次回答中的 cursor。"
        )
    if len(query.q) > MAX_Q:
        raise invalid("q", f"检索词最多 {MAX_Q} 个字。")


def facet_names(spec: IndexSpec, query: SearchQuery) -> tuple[str, ...]:
    """The facets to count: those asked for, else the usual ones and the kind's own."""
    if query.facets is not None:
        unknown = [name for name in query.facets if name not in spec.facets]
        if unknown:
            raise invalid("facets", f"没有这个分面:{unknown[0]}。")
        return tuple(query.facets)
    own = [n for s in sources() for n in s.spec().kind_facets.get(query.kind, ())]
    names = dict.fromkeys(("kind", "region", "owner", "year", *own))
    return tuple(name for name in names if name in spec.facets)


def permitted(spec: IndexSpec, audience: frozenset[str]) -> list[tree.Query]:
    """The conditions on whatever this audience may find today.

    A document whose number ``expires`` (YYYYMMDD) lies before today is found by nobody: an
    accreditation that has run out needs no job to disappear.
    """
    conditions: list[tree.Query] = []
    if EVERYTHING not in audience:
        conditions.append(tree.Terms("acl", tuple(sorted(audience))))
    if EXPIRES in spec.numbers:
        day = int(timezone.localdate().strftime("%Y%m%d"))
        conditions.append(tree.Not(tree.Range(number_field(EXPIRES), None, day - 1)))
    return conditions


def weighted(query: tree.Query) -> tree.Query:
    """``query`` with the weights of kinds, where sources give any."""
    weights = {k: w for s in sources() for k, w in s.spec().weights.items() if w}
    if not weights or isinstance(query, tree.All | tree.Nothing):
        return query
    wishes = tuple(
        tree.Const(tree.Term(facet_field("kind"), kind), weight)
        for kind, weight in sorted(weights.items())
    )
    if isinstance(query, tree.Rank):
        return replace(query, should=(*query.should, *wishes))
    return tree.Rank(query, wishes)


def request_for(asked: Asked, stage: Stage, count: Count | None = None) -> SearchRequest:
    """The request for one reading of the question."""
    wanted = weighted(asked.plan.query(stage, count))
    return replace(asked.base, query=tree.narrow(wanted, *_conditions(asked)))


def _conditions(asked: Asked) -> list[tree.Query]:
    """What the audience may find, taken off the request of the exact reading."""
    conditions: list[tree.Query] = []
    query = asked.base.query
    while isinstance(query, tree.Filter):
        conditions.insert(0, query.filter)
        query = query.part
    return conditions


def _counting(index: Serving, asked: Asked) -> Count:
    """How many documents this audience finds by a query."""
    conditions = _conditions(asked)

    def count(query: tree.Query) -> int:
        request = SearchRequest(query=tree.narrow(query, *conditions), limit=1)
        return _cached(index, request).total

    return count


def answer(index: Serving, asked: Asked) -> Answer:
    """Put the question; where the exact reading finds nothing, wider ones in turn.

    Where it finds only ``few``, a question written without spaces is also read as its words
    (ux.md E20: 316L 阀体晶间腐蚀 must find the test, not one paper with just these letters).
    A question nothing answers as it is written may hold a slip: the nearest phrase that finds
    something is answered instead, which the answer says; never when ``literal`` is asked.
    """
    if asked.cursor is not None:
        return _continued(index, asked, asked.cursor)
    result, stage = _widened(index, asked, Stage.EXACT, Stage.NEAR)
    if result.total > asked.few:
        return Answer(result, stage, _next(asked, result, stage))
    if not result.total and not asked.literal and (other := _corrected(index, asked)):
        return other
    advice = ""
    if result.total or asked.literal:
        advice = _advice(index, asked, result.total)
    if any(s >= Stage.WORDS for s in asked.plan.stages()):
        wide, wide_stage = _widened(index, asked, Stage.WORDS, Stage.SOME)
        if wide.total > result.total and (not result.total or wide_stage is Stage.WORDS):
            result, stage = wide, wide_stage
    return Answer(result, stage, _next(asked, result, stage), advice=advice)


def _widened(index: Serving, asked: Asked, first: Stage, last: Stage) -> tuple[SearchResult, Stage]:
    """The first reading between both that finds something; else the last one tried."""
    tried = [s for s in (Stage.EXACT, *asked.plan.stages()) if first <= s <= last]
    count = _counting(index, asked)
    for stage in tried:
        result = _cached(index, request_for(asked, stage, count))
        if result.total:
            break
    return result, stage


def _continued(index: Serving, asked: Asked, cursor: Cursor) -> Answer:
    """The page behind a cursor, of the same reading as the page before."""
    read_as = ""
    if cursor.is_corrected and (found := _correction(index, asked)):
        asked, read_as = found.asked, found.q
    stage = Stage(cursor.stage)
    result = _cached(index, request_for(asked, stage, _counting(index, asked)))
    return Answer(result, stage, _next(asked, result, stage, corrected=bool(read_as)), read_as)


@dataclass(frozen=True, slots=True)
class _Correction:
    q: str
    asked: Asked
    total: int
    stage: Stage


def _correction(index: Serving, asked: Asked) -> _Correction | None:
    """The best question near to this one that finds something as it is written."""
    best: _Correction | None = None
    for q in correct.corrections(asked.plan, asked.q, index.folder):
        other = replace(asked, q=q, plan=plan_of(index, q))
        total = _counting(index, other)(other.plan.query())
        if total:
            return _Correction(q, other, total, Stage.EXACT)
        if best is None:
            best = _in_words(index, other, q)
    return best


def _in_words(index: Serving, other: Asked, q: str) -> _Correction | None:
    """A corrected word of a longer question in plain words."""
    if Stage.WORDS not in other.plan.stages():
        return None
    count = _counting(index, other)
    total = count(other.plan.query(Stage.WORDS, count))
    return _Correction(q, other, total, Stage.WORDS) if total else None


def _corrected(index: Serving, asked: Asked) -> Answer | None:
    found = _correction(index, asked)
    if found is None:
        return None
    request = request_for(found.asked, found.stage, _counting(index, found.asked))
    result = _cached(index, request)
    if not result.total:  # other filters leave nothing of it
        return None
    cursor = _next(found.asked, result, found.stage, corrected=True)
    return Answer(result, found.stage, cursor, found.q)


def _advice(index: Serving, asked: Asked, total: int) -> str:
    """A question that finds much more than this one."""
    found = _correction(index, asked)
    return found.q if found and found.total >= max(1, _MUCH_MORE * total) else ""


def _next(asked: Asked, result: SearchResult, stage: Stage, *, corrected: bool = False) -> str:
    if len(result.hits) < asked.base.limit:
        return ""
    if not asked.base.order:
        seen = asked.base.offset + len(result.hits)
        if seen >= result.total:
            return ""
        return Cursor(asked.order, stage, offset=seen, is_corrected=corrected).encode()
    last = result.hits[-1]
    return Cursor(asked.order, stage, last.value, last.tie, is_corrected=corrected).encode()


_answers: OrderedDict[tuple[str, SearchRequest], SearchResult] = OrderedDict()
_lock = Lock()


def _cached(index: Serving, request: SearchRequest) -> SearchResult:
    """Per process, per commit: above all for the page without a question."""
    key = (index.generation(), request)
    with _lock:
        found = _answers.get(key)
        if found is not None:
            _answers.move_to_end(key)
            return found
    found = index.reader.search(request)
    with _lock:
        _answers[key] = found
        while len(_answers) > _CACHED:
            _answers.popitem(last=False)
    return found


def forget() -> None:
    """Drop what is kept per process (between tests and for cold measurements)."""
    _vocabularies.clear()
    _answers.clear()
