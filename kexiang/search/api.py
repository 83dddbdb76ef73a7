"""``GET /search`` and ``GET /suggest`` of the public interface (design.md §3)."""

from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from kexiang.accounts.types import Scope
from kexiang.core.http import ActorRequest
from kexiang.core.problems import ProblemOut
from kexiang.kernel.errors import Invalid, NotAllowed, Problem
from kexiang.search import queries, reader
from kexiang.search.ask import MAX_Q, MAX_SIZE
from kexiang.search.types import FEW, SearchPage, SearchQuery

router = Router(tags=["检索"])
_RANGE_ENDS = ("_from", "_to")


class ItemOut(Schema):
    id: str
    kind: str
    title: str
    summary: str
    highlight: str = Field(description="转义后的 HTML,命中处以 <mark> 标出")
    owner: str
    region: str
    year: int | None
    url: str
    why: list[str] = Field(description="为什么找到它:命中的字段,以及所用的同义词、写法或拼音")


class BucketOut(Schema):
    value: str
    label: str
    count: int


class SearchOut(Schema):
    total: int
    took_ms: float
    items: list[ItemOut]
    facets: dict[str, list[BucketOut]]
    notes: list[str]
    stale: bool
    cursor: str | None
    read_as: str | None = Field(description="检索词没有结果且像是笔误时,实际检索的词")
    did_you_mean: str | None = Field(description="结果很少时建议改用的检索词")


class SuggestionOut(Schema):
    text: str
    count: int


class SuggestGroupOut(Schema):
    kind: str
    label: str
    items: list[SuggestionOut]


class SuggestOut(Schema):
    items: list[str]
    groups: list[SuggestGroupOut] = Field(
        description="按类别分组的建议(仪器、检测项目、标准、单位),groups=true 时给出"
    )


class SearchIn(Schema):
    """Other parameters: any facet of the kind (``state=…``, may repeat) and, for its numbers,
    ``<name>_from`` and ``<name>_to``."""

    q: str = Field("", max_length=MAX_Q, description="检索词;引号为词组,-为排除,字段:值为限定")
    kind: str = Field("", max_length=32)
    region: str = Field("", max_length=12)
    owner: str = Field("", max_length=64)
    year_from: int | None = Field(None, ge=1000, le=2999)
    year_to: int | None = Field(None, ge=1000, le=2999)
    sort: str = Field(
        "relevance",
        max_length=16,
        description="relevance、newest、year、value、price、fresh、pinyin;前加 - 为反序",
    )
    page: int = Field(1, ge=1, le=1000)
    size: int = Field(20, ge=1, le=MAX_SIZE)
    cursor: str = Field("", max_length=300)
    min_seq: int | None = Field(None, ge=0, le=2**62)
    literal: bool = Field(False, description="只按原文检索,不改正笔误")


class SuggestIn(Schema):
    q: str = Field("", max_length=MAX_Q)
    kind: str = Field("", max_length=32)
    groups: bool = Field(False, description="另按类别分组给出,带条数")


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not -1e15 < number < 1e15:
        raise Invalid([Problem(name, _("%(name)s 应为数字。") % {"name": name}, name)])
    return number


def _facets_and_ranges(
    request: ActorRequest,
) -> tuple[dict[str, list[str]], dict[str, tuple[float | None, float | None]]]:
    """The parameters that are not fixed. Raises ``Invalid`` for an unknown one."""
    spec = reader.serving().spec
    filters: dict[str, list[str]] = {}
    ends: dict[str, list[float | None]] = {}
    for name, values in request.GET.lists():
        if name in SearchIn.model_fields:
            continue
        if name in spec.facets:
            filters[name] = [v for v in values if v][:100]
            continue
        bare, end = next(
            ((name.removesuffix(e), i) for i, e in enumerate(_RANGE_ENDS) if name.endswith(e)),
            ("", 0),
        )
        if bare not in spec.numbers:
            raise Invalid([_unknown(name, spec.facets)])
        ends.setdefault(bare, [None, None])[end] = _number(name, values[-1])
    return filters, {name: (low, high) for name, (low, high) in ends.items()}


def _unknown(name: str, facets: tuple[str, ...]) -> Problem:
    allowed = "、".join((*SearchIn.model_fields, *facets))
    message = _("没有参数 %(name)s;可用的参数有:%(allowed)s。") % {
        "name": name[:50],
        "allowed": allowed,
    }
    return Problem(name[:50], message, name[:50])


def _out(page: SearchPage) -> dict[str, Any]:
    return {
        "total": page.total,
        "took_ms": page.took_ms,
        "items": [
            {
                "id": hit.id,
                "kind": hit.kind,
                "title": hit.view.title,
                "summary": hit.view.summary,
                "highlight": hit.highlight,
                "owner": hit.view.owner,
                "region": hit.view.region,
                "year": hit.view.year,
                "url": hit.view.url,
                "why": list(hit.why),
            }
            for hit in page.hits
        ],
        "facets": {
            name: [{"value": b.value, "label": b.label, "count": b.count} for b in buckets]
            for name, buckets in page.facets.items()
        },
        "notes": page.notes,
        "stale": page.stale,
        "cursor": page.cursor or None,
        "read_as": page.read_as or None,
        "did_you_mean": page.advice or None,
    }


def _require_scope(request: ActorRequest) -> None:
    """A narrow token finds nothing with the rights of its owner; visitors need none."""
    if not request.actor.may_use(Scope.SEARCH):
        raise NotAllowed(
            _("这个令牌没有 search 权限。请在“消息与设置”中重新创建令牌并勾选“检索”。")
        )


_ANSWERS: dict[int, Any] = {
    401: ProblemOut,
    403: ProblemOut,
    422: ProblemOut,
    429: ProblemOut,
    503: ProblemOut,
}


@router.get(
    "/search", response={200: SearchOut, **_ANSWERS}, operation_id="search", summary="检索资源"
)
def search(request: ActorRequest, params: Annotated[SearchIn, Query()]) -> Any:
    _require_scope(request)
    filters, ranges = _facets_and_ranges(request)
    query = SearchQuery(**params.model_dump(), filters=filters, ranges=ranges, few=FEW, why=True)
    return _out(queries.search(request.actor, query))


@router.get(
    "/suggest",
    response={200: SuggestOut, **_ANSWERS},
    operation_id="suggest",
    summary="输入时的建议",
)
def suggest(request: ActorRequest, params: Annotated[SuggestIn, Query()]) -> Any:
    _require_scope(request)
    for name in request.GET:
        if name not in SuggestIn.model_fields:
            raise Invalid([_unknown(name, ())])
    groups = queries.suggest_groups(request.actor, params.q) if params.groups else []
    return {"items": queries.suggest(request.actor, params.q, params.kind), "groups": groups}
