"""The public API: one OpenAPI 3.1 document composed from the contexts' routers."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from kexiang.catalog.api import router as records
from kexiang.core.http import problem, problem_of
from kexiang.kernel.errors import DomainError
from kexiang.kinds.api import router as kinds
from kexiang.search.api import router as search

PROBLEM = "application/problem+json"


class Api(NinjaAPI):
    """NinjaAPI whose document says of refusals what they are: RFC 9457 problem documents."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content[PROBLEM] = content.pop("application/json")
        return schema


api = Api(
    title="科享开放接口",
    version="1",
    description="区域科技资源开放共享网络管理服务平台的开放接口。错误以 RFC 9457 问题文档返回。",
    openapi_url="/openapi.json",
    docs_url=None,
)
api.add_router("", search)
api.add_router("", kinds)
api.add_router("", records)


def _domain(request: HttpRequest, error: Exception) -> HttpResponse:
    answer = problem_of(error)
    assert answer is not None  # noqa: S101 -- only mapped kinds are registered below
    return answer


for _kind in (DomainError, ObjectDoesNotExist, Http404):
    api.add_exception_handler(_kind, _domain)  # type: ignore[arg-type]  # ninja wants type[HttpRequest]


_FAULTS = {
    "missing": "缺少这一项。",
    "greater_than_equal": "不能小于 {ge}。",
    "greater_than": "应大于 {gt}。",
    "less_than_equal": "不能大于 {le}。",
    "less_than": "应小于 {lt}。",
    "int_parsing": "应为整数。",
    "int_type": "应为整数。",
    "float_parsing": "应为数字。",
    "bool_parsing": "应为 true 或 false。",
    "string_type": "应为文字。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_too_short": "至少 {min_length} 个字。",
    "literal_error": "只能是 {expected}。",
    "enum": "只能是 {expected}。",
    "extra_forbidden": "没有这一项。",
}


def _told(fault: dict[str, Any]) -> str:
    """What is wrong with one value, in Chinese; the checker's own words where we have none."""
    words = _FAULTS.get(fault["type"])
    return words.format(**fault.get("ctx", {})) if words else str(fault["msg"])


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "message": _told(e)}
        for e in error.errors
    ]
    return problem(422, "请求参数有误,请按 errors 中的说明修改。", code="invalid", errors=errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))
