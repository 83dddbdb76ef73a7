"""The public interface: shapes, labels, refusals."""

import pytest

from kexiang.search import services
from tests.search.support import doc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(shelf):
    shelf.put(
        *(
            doc(
                f"{n:02d}", f"电子显微镜{n}", "观察 <组织>", facets={"state": ("open",)},
                numbers={"year": 2000 + n, "price": n * 10, "published": n},
            )
            for n in range(30)
        )
    )  # fmt: skip
    services.rebuild()
    return shelf


def get(client, path, **params):
    answer = client.get(f"/api/v1/{path}", params)
    return answer.status_code, answer.json()


@pytest.mark.req("A-22")
def test_search_answers_as_the_design_fixes_it(client, filled):
    status, body = get(client, "search", q="显微镜", size=2, sort="newest", state="open")

    assert status == 200
    assert body["total"] == 30
    assert [item["id"] for item in body["items"]] == ["29", "28"]
    assert set(body["items"][0]) == {
        "id", "kind", "title", "summary", "highlight", "owner", "region", "year", "url",
        "why",
    }  # fmt: skip
    assert body["items"][0]["highlight"] == "观察 &lt;组织&gt;"
    assert body["facets"]["kind"] == [
        {"value": "instrument", "label": "kind=instrument", "count": 30}
    ]
    assert body["took_ms"] > 0


def test_ranges_years_order_and_cursor(client, filled):
    _, body = get(client, "search", price_from=100, price_to=150, sort="price")
    assert [item["id"] for item in body["items"]] == ["10", "11", "12", "13", "14", "15"]
    _, body = get(client, "search", year_from=2028, sort="-newest")
    assert [item["id"] for item in body["items"]] == ["28", "29"]
    _, first = get(client, "search", sort="year", size=20)
    _, second = get(client, "search", sort="year", size=20, cursor=first["cursor"])
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert ids == [f"{n:02d}" for n in range(29, -1, -1)]
    assert second["cursor"] is None


@pytest.mark.parametrize(
    ("params", "told"),
    [({"size": 0}, "size"), ({"size": 101}, "size"), ({"size": "x"}, "size"),
     ({"page": 0}, "page"),
     ({"page": 11, "size": 100}, "cursor"), ({"sort": "best"}, "newest"),
     ({"colour": "red"}, "colour"),
     ({"cursor": "abc"}, "游标"), ({"price_from": "x"}, "数字"), ({"price_from": "nan"}, "数字"),
     ({"q": "长" * 301}, "q"), ({"year_from": 99}, "year_from")],
)  # fmt: skip
def test_what_is_out_of_range_gets_422_and_says_why(client, filled, params, told):
    answer = client.get("/api/v1/search", params)

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert told in answer.content.decode()


@pytest.mark.parametrize("q", ['"', '"显微', "-", "\x00", "a" * 300, "字段:", "()*&^%", "😀"])
def test_odd_questions_are_no_errors(client, filled, q):
    assert client.get("/api/v1/search", {"q": q}).status_code == 200
    assert client.get("/api/v1/suggest", {"q": q}).status_code == 200


def test_suggest(client, filled):
    status, body = get(client, "suggest", q="dianzixianwei")

    assert status == 200
    assert len(body["items"]) == 10
    assert all(text.startswith("电子显微镜") for text in body["items"])
    assert client.get("/api/v1/suggest", {"x": "1"}).status_code == 422


def test_before_the_first_index_it_asks_to_wait(client, shelf):
    answer = client.get("/api/v1/search", {"q": "镜"})

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "索引" in answer.json()["detail"]
