"""The page of the journal; here, because it needs people in their roles."""

import ast
import re
from typing import Any

import pytest
from django.utils import timezone

from kexiang.audit import services as audit
from kexiang.audit import wording
from kexiang.audit.models import Event
from tests.accounts.conftest import World
from tests.architecture import sources

pytestmark = pytest.mark.django_db
JOURNAL = "/work/journal/"


def test_the_journal_page_filters_pages_and_exports(world: World, signed_in: Any):
    client = signed_in("auditor")
    page = client.get(f"{JOURNAL}?kind=role.&size=50").content.decode()
    assert "role.granted" in page
    assert "person.opened" not in page
    assert "李明" not in page
    assert "系统" in page

    answer = client.get(f"{JOURNAL}?kind=role.&export=1")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + Event.objects.filter(kind__startswith="role.").count()
    for query in ("since=x", "since=2026-02-02&until=2026-01-01", "page=0", "size=7", "sort=data"):
        assert client.get(f"{JOURNAL}?{query}").status_code == 422


def test_the_journal_page_costs_the_same_for_few_and_many(
    world: World, signed_in: Any, django_assert_max_num_queries: Any
):
    client = signed_in("auditor")
    counts = []
    for size in (20, 50):
        with django_assert_max_num_queries(12) as seen:
            client.get(f"{JOURNAL}?size={size}")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_nothing_in_the_journal_page_writes(world: World, signed_in: Any):
    for method in ("post", "put", "patch", "delete"):
        assert getattr(signed_in("logadmin"), method)(JOURNAL).status_code == 405


@pytest.mark.req("X-06")
def test_the_data_of_a_line_is_said_in_chinese(world: World, signed_in: Any):
    at = timezone.now()
    many = [f"01J{n:023d}" for n in range(12)]
    given: dict[str, Any] = {
        "role": "unit_admin", "organisation": world.unit.uid, "region": "140403",
        "fields": ["mobile", "no_such_field"], "scopes": ["records:write"], "membership": 7,
        "attribute": "affiliation", "method": "code", "from": "draft", "to": "unit_check",
        "records": many, "again": True, "unheard_of": "x", "owner": "",
    }  # fmt: skip
    audit.record(kind="role.granted", subject="person:1", actor="system:test", at=at, data=given)

    page = signed_in("auditor").get(f"{JOURNAL}?subject=person:1").content.decode()
    text = re.sub(r"<[^>]+>", "", page)

    for line in (
        "角色:单位管理员", f"单位:{world.unit.name}", "涉及字段:手机号、no_such_field",
        "权限:填报和修改资源记录", "授权编号:7", "登录方式:短信验证码", "原状态:草稿",
        "新状态:待单位审核", "等 12 项", "重新上传:是", "unheard_of:x", "地区:",
    ):  # fmt: skip
        assert line in text, line
    assert "所属单位" not in text, "what is empty is not said"
    assert many[4] in text
    assert many[5] not in text
    assert "&quot;role&quot;" not in page, "no JSON on the page"


def test_every_key_that_the_code_journals_has_a_label():
    keys: set[str] = set()
    for path in sources.python_files("kexiang"):
        for node in ast.walk(sources.tree(path)):
            name = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(name, "attr", "") == "record":
                for word in node.keywords:
                    if word.arg == "data" and isinstance(word.value, ast.Dict):
                        keys |= {k.value for k in word.value.keys if isinstance(k, ast.Constant)}

    assert "fields" in keys
    assert keys - set(wording.LABELS) == set()
