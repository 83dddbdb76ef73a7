"""``GET /kinds`` and ``GET /kinds/{kind}`` (design.md §3)."""

import json

import pytest
from django.test import Client

from kexiang.kinds import queries

pytestmark = pytest.mark.django_db


def test_kinds_are_listed_in_order(client: Client) -> None:
    answer = client.get("/api/v1/kinds")

    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [item["kind"] for item in items] == [spec.code for spec in queries.kinds()]
    assert items[1] == {
        "kind": "instrument",
        "label": "大型科研仪器",
        "label_en": "Research instruments",
        "unit": "台(套)",
        "icon": "microscope",
        "tab": "仪器",
        "url": "/search?kind=instrument",
        "fields_url": "/api/v1/kinds/instrument",
    }


def test_fields_of_a_kind(client: Client) -> None:
    answer = client.get("/api/v1/kinds/instrument").json()
    fields = {field["name"]: field for field in answer["fields"]}

    assert fields["original_value"]["unit"] == "万元"
    assert fields["original_value"]["exchange"] == {"nrii": "worth"}
    assert fields["technical"]["max_length"] == 500
    assert fields["customs"]["fields"][0]["required"] is True
    assert fields["class_code"]["codes"] == "nrii.class"
    assert [group["name"] for group in answer["groups"]][:2] == ["basic", "use"]


def test_unknown_kind_is_a_problem_document(client: Client) -> None:
    answer = client.get("/api/v1/kinds/spaceship")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert "没有资源类型“spaceship”" in json.loads(answer.content)["detail"]
