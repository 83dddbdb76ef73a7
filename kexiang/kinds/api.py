"""Kinds for programs: which there are, and what fields each has."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from kexiang.core.problems import ProblemOut
from kexiang.kinds import queries
from kexiang.kinds.schema import summary

router = Router(tags=["资源类型"])


class FieldGroupOut(Schema):
    name: str
    label: str
    label_en: str = ""


class OptionOut(Schema):
    code: str
    label: str
    label_en: str = ""


class ConditionOut(Schema):
    field: str
    values: list[Any]


class FieldOut(Schema):
    """A field of a kind; ``min`` and ``max`` bound numbers and dates."""

    name: str
    label: str
    label_en: str
    type: str
    group: str
    required: bool
    many: bool
    required_when: list[ConditionOut]
    max_length: int | None
    max_items: int | None
    min: float | str | None
    max: float | str | None
    decimals: int | None
    unit: str | None
    pattern: str | None
    codes: str | None
    options: list[OptionOut]
    target: str | None
    visible: str
    facet: bool
    sortable: bool
    searched: bool
    help: str
    example: str
    exchange: dict[str, str]
    fields: list["FieldOut"] = []


class KindOut(Schema):
    kind: str
    label: str
    label_en: str
    unit: str
    icon: str
    tab: str
    url: str
    fields_url: str


class KindListOut(Schema):
    items: list[KindOut]


class KindDetailOut(KindOut):
    description: str
    version: str
    groups: list[FieldGroupOut]
    fields: list[FieldOut] = Field(description="字段,按分组次序")
    attributes_schema: dict[str, Any] = Field(description="attributes 的 JSON Schema 2020-12")


@router.get("/kinds", response=KindListOut, operation_id="list_kinds", summary="全部资源类型")
def list_kinds(request: HttpRequest) -> dict[str, Any]:
    """Every kind in force, in the order in which pages show them."""
    return {"items": [summary(spec) for spec in queries.kinds()]}


@router.get(
    "/kinds/{kind}",
    response={200: KindDetailOut, 404: ProblemOut},
    operation_id="get_kind",
    summary="一种资源类型的字段",
)
def get_kind(request: HttpRequest, kind: str) -> dict[str, Any]:
    """The fields of a kind with limits, code lists and exchange names."""
    return queries.description(kind)
