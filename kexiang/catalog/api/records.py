"""``/records``: the same services as the pages, as JSON."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Path, Query, Router
from ninja.responses import Status

from kexiang.accounts.types import Scope
from kexiang.catalog import policies, queries, rules, services
from kexiang.catalog.api.schemas import (
    READ,
    WRITE,
    ActionIn,
    OwnerOut,
    RecordCreate,
    RecordItem,
    RecordList,
    RecordOut,
    RecordPatch,
    RecordQuery,
)
from kexiang.catalog.models import PendingChange, Record
from kexiang.catalog.types import ChangeState, RecordAction, RecordState
from kexiang.core.http import ActorRequest
from kexiang.core.idempotency import idempotent_while
from kexiang.core.problems import ProblemOut
from kexiang.kernel.errors import Invalid, NotAllowed, Problem
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference

router = Router(tags=["资源记录"])
Uid = Annotated[str, Path(max_length=40, description="记录标识或平台编号")]
ActionName = Literal[
    "submit", "approve", "return", "refuse", "withdraw", "take_down", "restore", "cancel", "confirm"
]
READ_ERRORS = dict.fromkeys(READ, ProblemOut)
WRITE_ERRORS = dict.fromkeys(WRITE, ProblemOut)


def _still_seen(request: ActorRequest, answer: dict[str, Any]) -> None:
    """A kept answer tells of one record: raises ``NotFound`` when it is hidden by now."""
    queries.record(request.actor, str(answer["id"]))


def _require_read(request: ActorRequest) -> None:
    if not request.actor.may_use(Scope.RECORDS_READ):
        raise NotAllowed("这个令牌没有 records:read 权限。请在“消息与设置”中重新创建令牌并勾选它。")


@router.get(
    "/records", response={200: RecordList, **READ_ERRORS}, operation_id="list_records",
    summary="我可以看到的记录",
)  # fmt: skip
def list_records(request: ActorRequest, query: Annotated[RecordQuery, Query()]) -> Any:
    _require_read(request)
    wanted = queries.RecordFilter(
        q=query.q,
        kind=query.kind,
        state=query.state,
        owner=query.owner,
        region=query.region,
        mine=query.mine,
        updated_after=_aware(query.updated_after),
    )
    rows = queries.records(request.actor, wanted)
    total = rows.count()
    after = _cursor(query.cursor)
    page = list(rows.filter(pk__gt=after).order_by("pk")[: query.size + 1])
    more = len(page) > query.size
    page = page[: query.size]
    return {
        "total": total,
        "items": [_item(row) for row in page],
        "cursor": str(page[-1].pk) if more else None,
    }


def _aware(at: datetime | None) -> datetime | None:
    """The instant in UTC: PostgreSQL refuses offsets of 16 hours and more, Python does not."""
    if at is None:
        return None
    if not 1900 <= at.year <= 2200:
        raise Invalid([Problem("updated_after", "updated_after 的年份应在 1900 至 2200 之间。")])
    return (timezone.make_aware(at) if timezone.is_naive(at) else at).astimezone(UTC)


def _cursor(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid([Problem("cursor", "cursor 应原样使用上一次回答中的值。")])
    return int(text)


@router.get(
    "/records/{uid}", response={200: RecordOut, **READ_ERRORS}, operation_id="get_record",
    summary="一条记录",
)  # fmt: skip
def get_record(request: ActorRequest, uid: Uid) -> Any:
    _require_read(request)
    row = queries.public_record(request.actor, uid, timezone.localdate())
    return _out(request, row)


@router.post(
    "/records", response={201: RecordOut, **WRITE_ERRORS}, operation_id="create_record",
    summary="填报一项资源(存为草稿)",
)  # fmt: skip
@idempotent_while(_still_seen)
def create_record(request: ActorRequest, body: RecordCreate) -> Any:
    policies.require_known(request.actor)
    if body.is_secret:
        services.refuse_secret()
    row = services.create_record(
        actor=request.actor,
        kind=body.kind,
        owner=body.owner or _only_owner(request),
        raw=body.attributes,
        visibility=body.visibility,
        at=timezone.now(),
    )
    return Status(201, _out(request, row))


def _only_owner(request: ActorRequest) -> str:
    mine = policies.owners(request.actor)
    if len(mine) != 1:
        raise Invalid([Problem("owner", "请用 owner 指明为哪个单位填报。", label="单位")])
    return next(iter(mine))


@router.patch(
    "/records/{uid}", response={200: RecordOut, **WRITE_ERRORS}, operation_id="update_record",
    summary="修改草稿,或登记对已发布记录的变更",
)  # fmt: skip
@idempotent_while(_still_seen)
def update_record(request: ActorRequest, uid: Uid, body: RecordPatch) -> Any:
    row = services.update_record(
        actor=request.actor,
        uid=queries.record(request.actor, uid).uid,
        raw=body.attributes,
        visibility=body.visibility,
        version=body.version,
        at=timezone.now(),
    )
    return _out(request, row)


@router.post(
    "/records/{uid}/{action}", response={200: RecordOut, **WRITE_ERRORS},
    operation_id="act_on_record", summary="办理:提交、审核、退回、撤回、下架等",
)  # fmt: skip
@idempotent_while(_still_seen)
def act_on_record(request: ActorRequest, uid: Uid, action: ActionName, body: ActionIn) -> Any:
    policies.require_known(request.actor)
    row = services.act(
        action,
        actor=request.actor,
        uid=queries.record(request.actor, uid).uid,
        at=timezone.now(),
        reason=body.reason,
        reason_code=body.reason_code,
        document_no=body.document_no,
        secrecy_checked=body.secrecy_checked,
        note=body.note,
        version=body.version,
    )
    return _out(request, row)


def _owner(row: Record) -> OwnerOut:
    return OwnerOut(id=row.owner.uid, name=row.owner.name, code=row.owner.code)


def _item(row: Record) -> RecordItem:
    return RecordItem(
        id=row.uid,
        number=row.number,
        kind=row.kind,
        title=row.title,
        url=queries.address(row.kind, row.uid),
        owner=_owner(row),
        region=row.region,
        state=row.state,
        state_label=str(RecordState(row.state).label),
        version=row.version,
        completeness=row.completeness,
        updated_at=row.updated_at,
    )


def _out(request: ActorRequest, row: Record) -> dict[str, Any]:
    """The record as this actor may read it; the row is read again after a write."""
    row = queries.record(request.actor, row.uid)
    change = queries.change_for(request.actor, row)
    spec = kinds.kind(row.kind)
    hits = queries.duty(spec, row.attributes, timezone.localdate())
    return {
        **_item(row).dict(),
        "region_name": reference.region_name(row.region) if row.region else "",
        "visibility": row.visibility,
        "year": row.year,
        "created_at": row.created_at,
        "published_at": row.published_at,
        "confirmed_at": row.confirmed_at,
        "attributes": queries.readable_values(request.actor, row),
        "duty": [
            {"level": hit.level, "must_share": hit.must_share, "reason": hit.reason} for hit in hits
        ],
        "actions": [
            name
            for name in rules.ASKED_ACTIONS
            if policies.may(request.actor, RecordAction(name), row, _reviewed(row, change))
        ],
        "change": _change(request, row, change),
    }


def _reviewed(row: Record, change: PendingChange | None) -> PendingChange | None:
    """The change counts for actions only while it exists beside a published record."""
    return change if row.is_shown else None


def _change(
    request: ActorRequest, row: Record, change: PendingChange | None
) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "state": change.state,
        "state_label": str(ChangeState(change.state).label),
        "version": change.version,
        "changed": change.changed,
        "attributes": queries.readable_values(request.actor, row, change.values),
    }
