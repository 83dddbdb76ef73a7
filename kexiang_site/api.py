"""The public API: one OpenAPI 3.1 document composed from the contexts' routers."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from kexiang.catalog.api import router as records
from kexiang.core.http import problem, problem_of
from kexiang.kernel.errors import DomainError
from kexiang.kinds.api import router as kinds
from kexiang.search.api import router as search

api = NinjaAPI(
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
    api.add_exception_handler(_kind, _domain)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "message": e["msg"]}
        for e in error.errors
    ]
    return problem(422, "请求参数有误,请按 errors 中的说明修改。", code="invalid", errors=errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))
