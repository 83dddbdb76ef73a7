"""What goes in and out of the record API."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from ninja import Field, Schema
from pydantic import AfterValidator, PlainSerializer

from kexiang.catalog.types import ImportMode, Visibility

READ = (401, 403, 404, 410, 422, 429)
WRITE = (400, 401, 403, 404, 409, 410, 422, 429)


def _printable(text: str) -> str:
    """Databases refuse NUL; people never mean a control character."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


Text = Annotated[str, AfterValidator(_printable)]
VisibilityName = Literal["public", "registered", "unit", "restricted"]
assert set(get_args(VisibilityName)) == set(Visibility.values)  # noqa: S101 -- kept in step
ModeName = Literal["all_or_nothing", "valid_rows"]
assert set(get_args(ModeName)) == set(ImportMode.values)  # noqa: S101 -- kept in step
Instant = Annotated[datetime, PlainSerializer(lambda at: at.isoformat(), return_type=str)]


class OwnerOut(Schema):
    id: str
    name: str
    code: str


class ChangeOut(Schema):
    """A change that is being written or reviewed; only for the unit and the offices."""

    state: str
    state_label: str
    version: int
    changed: list[str]
    attributes: dict[str, Any]


class DutyOut(Schema):
    """One sharing threshold in force and whether it binds this resource (A-02, A-03)."""

    level: str
    must_share: bool
    reason: str


class RecordOut(Schema):
    id: str
    number: str
    kind: str
    title: str
    url: str
    owner: OwnerOut
    region: str
    region_name: str
    state: str
    state_label: str
    visibility: str
    version: int
    year: int | None
    completeness: int
    created_at: Instant
    updated_at: Instant
    published_at: Instant | None
    confirmed_at: Instant | None
    attributes: dict[str, Any]
    duty: list[DutyOut]
    actions: list[str] = Field(description="当前身份现在可以对它做的操作")
    change: ChangeOut | None = None


class RecordItem(Schema):
    id: str
    number: str
    kind: str
    title: str
    url: str
    owner: OwnerOut
    region: str
    state: str
    state_label: str
    version: int
    completeness: int
    updated_at: Instant


class RecordList(Schema):
    total: int
    items: list[RecordItem]
    cursor: str | None = Field(description="再取后面的记录时原样传回;没有更多时为 null")


class RecordCreate(Schema):
    kind: Text = Field(max_length=32)
    owner: Text = Field("", max_length=26, description="单位标识;只为一个单位填报时可省略")
    is_secret: bool = Field(description="是否涉密或有特殊限制;是则不保存任何内容")
    visibility: VisibilityName = "public"
    attributes: dict[str, Any]


class RecordPatch(Schema):
    attributes: dict[str, Any] = {}
    visibility: VisibilityName | None = None
    version: int | None = Field(None, ge=0, le=2_000_000_000, description="所依据的版本,不符时 409")


class ActionIn(Schema):
    reason: Text = Field("", max_length=1000, description="退回、不予通过、下架、注销必填")
    reason_code: Text = Field("", max_length=24)
    document_no: Text = Field("", max_length=200, description="注销必填:报废、调拨或毁损文件")
    secrecy_checked: bool = Field(False, description="最后一级审核通过时须为 true")
    note: Text = Field("", max_length=500)
    version: int | None = Field(None, ge=0, le=2_000_000_000)


class RecordQuery(Schema):
    q: Text = Field("", max_length=100)
    kind: Text = Field("", max_length=32)
    state: Text = Field("", max_length=24)
    owner: Text = Field("", max_length=26)
    region: Text = Field("", max_length=12)
    mine: bool = False
    updated_after: datetime | None = None
    cursor: Text = Field("", max_length=40)
    size: int = Field(20, ge=1, le=100)
