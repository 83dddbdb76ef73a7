"""What ``/imports`` takes and gives."""

from typing import Any, Literal

from ninja import Field, Schema

from kexiang.catalog.api.schemas import Instant, ModeName, OwnerOut, Text, VisibilityName
from kexiang.core.problems import FaultOut

SortName = Literal["missing", "value", "twice", "owner"]
PhotoOutcomeName = Literal["row", "record", "unknown", "twice", "refused"]
Fields = dict[str, str]


class ImportOut(Schema):
    id: str
    kind: str
    owner: OwnerOut | None
    state: str
    state_label: str
    mode: str
    file_name: str
    sheet: str = Field(description="读取的工作表;文本文件为空")
    preset: str = Field(description="认出或选定的表格格式代码,没有则为空")
    lenient: bool = Field(description="缺必填项的行也存为草稿")
    rows_total: int
    row_done: int
    rows_good: int
    rows_bad: int
    rows_open: int = Field(description="还缺必填项、存为草稿的行数")
    rows_kept: int
    message: str
    mapping: dict[str, Any]
    heads: list[str]
    needs: list[FaultOut] = Field(description="校验之前还须选定的:列、单位、固定值")
    photos: dict[str, int] = Field(description="照片按状态计数")
    created_at: Instant
    finished_at: Instant | None


class ImportFaultOut(FaultOut):
    sort: SortName


class FaultGroupOut(Schema):
    sort: SortName
    field: str
    label: str
    count: int
    first_row: int
    example: str


class FaultList(Schema):
    total: int
    groups: list[FaultGroupOut] = Field(description="按问题种类和栏目计数")
    items: list[ImportFaultOut]
    cursor: str | None


class PhotoOut(Schema):
    name: str
    number: str
    outcome: PhotoOutcomeName
    row: int | None
    message: str


class PhotoList(Schema):
    total: int
    items: list[PhotoOut]
    cursor: str | None


class ImportIn(Schema):
    kind: Text = Field(max_length=32)
    owner: Text = Field("", max_length=26)
    is_secret: bool = Field(description="表中是否有涉密或有特殊限制的资源;有则不保存任何内容")
    mode: ModeName = "all_or_nothing"
    visibility: VisibilityName = "public"
    dry_run: bool = Field(True, description="只校验不写入;核对后再用 run 导入")
    sheet: Text = Field("", max_length=80, description="工作表名;省略则自动选择")
    header_row: int = Field(0, ge=0, le=1_000_000, description="列标题所在行;0 为自动识别")
    preset: Text | None = Field(None, max_length=40, description="表格格式代码;空为只按列标题")
    lenient: bool | None = Field(None, description="缺必填项的行也存为草稿")
    columns: Text = Field("", max_length=60_000, description='JSON:{"列标题": "字段名"}')
    units: Text = Field("", max_length=4_000, description='JSON:{"字段名": "元" 或 "万元"}')
    constants: Text = Field("", max_length=60_000, description='JSON:{"字段名": "固定值"}')


class ImportPatch(Schema):
    sheet: Text | None = Field(None, max_length=80)
    header_row: int = Field(0, ge=0, le=1_000_000)
    preset: Text | None = Field(None, max_length=40)
    lenient: bool | None = None
    columns: Fields = Field({}, description="列标题 → 字段名,空为不导入;没有写的不变")
    units: Fields = Field({}, description="字段名 → 元 或 万元")
    constants: Fields = Field({}, description="字段名 → 全部行的固定值")
