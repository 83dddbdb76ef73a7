"""The results page: words, tabs, filters, order, paging, and what it says when it cannot."""

import re

import pytest

from kexiang.search import services as search
from tests.portal.markup import faults

pytestmark = pytest.mark.django_db


def body(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


def test_words_find_and_are_highlighted(visitor, place):
    text = body(visitor, "/search?q=晶间腐蚀")
    assert f"/t/{place['igc'].uid}" in text
    assert re.search(r"不锈钢<mark>晶间腐蚀[^<]*</mark>", text)
    assert f"/r/{place['xrd'].uid}" not in text


def test_tabs_count_the_same_words_in_every_kind(visitor, place):
    text = body(visitor, "/search?kind=instrument")
    assert "/search?kind=test_item" in text
    assert 'aria-current="page">仪器 <span class="kx-tabs__count">2</span>' in text


def test_a_facet_narrows_and_can_be_taken_away(visitor, place):
    text = body(visitor, "/search?kind=instrument&service_ways=sample")
    assert faults(visitor.get("/search?kind=instrument&current_state=available")) == []
    narrowed = body(visitor, "/search?kind=instrument&current_state=available")
    assert "当前状态:可预约" in narrowed
    assert 'href="/search?kind=instrument"' in narrowed
    assert "没有找到" in text


def test_several_values_of_one_facet_are_alternatives(visitor, place):
    text = body(visitor, "/search?kind=instrument&current_state=available&current_state=fault")
    assert f"/r/{place['xrd'].uid}" in text
    # taking the first away keeps the second
    assert "current_state=fault" in text


def test_ranges_narrow(visitor, place):
    text = body(visitor, "/search?kind=instrument&price_from=200&price_to=400")
    assert f"/r/{place['sem'].uid}" in text
    assert f"/r/{place['xrd'].uid}" not in text
    assert "企业参考价 ≥ 200" in text
    assert 'value="400"' in text


def test_english_pages_name_the_unit_in_english(visitor, place):
    owner = place["xrd"].owner
    type(owner).objects.filter(pk=owner.pk).update(name_en="Shangdang University")

    english = body(visitor, "/search?kind=instrument&lang=en")
    assert english.count("Shangdang University") >= 2  # the hit and the filter
    assert owner.name not in english
    assert owner.name in body(visitor, "/search?kind=instrument&lang=zh-hans")


def test_order_by_price(visitor, place):
    up = body(visitor, "/search?kind=instrument&sort=price")
    down = body(visitor, "/search?kind=instrument&sort=-price")
    xrd, sem = (f'href="/r/{place[name].uid}"' for name in ("xrd", "sem"))
    assert up.index(xrd) < up.index(sem)
    assert down.index(sem) < down.index(xrd)


def test_empty_fields_of_a_form_are_not_asked(visitor, place):
    text = body(visitor, "/search?q=&kind=&region=&price_from=&year_to=&sort=")
    assert "共 3 条" in text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("page=0", "page 应为"),
        ("page=abc", "page 应为"),
        ("size=101", "size 应为"),
        ("size=-1", "size 应为"),
        ("year_from=12", "year_from 应为"),
        ("price_from=viel", "price_from 应为数字"),
        ("price_from=nan", "price_from 应为数字"),
        ("sort=magic", "排序方式只能是"),
        ("page=60&size=100", "page"),
        ("bogus=1", "bogus"),
        ("bogus_from=1", "bogus"),
        ("cursor=%%%", "cursor"),
        ("kind=bogus", "bogus"),
        ("q=" + "长" * 400, "最多"),
    ],
)
def test_a_wrong_question_is_answered_in_words(visitor, place, question, says):
    response = visitor.get(f"/search?{question}")
    assert response.status_code in (404, 422)
    text = response.content.decode()
    assert says in text or "游标" in text
    assert "只用搜索词重新查找" in text
    assert faults(response) == []


@pytest.mark.parametrize("q", ['"', '"不锈钢', "-", "标题:", "\x00", "%", "a" * 300, "<b>", "𠮷"])
def test_odd_words_are_no_error(visitor, place, q):
    response = visitor.get("/search", {"q": q})
    assert response.status_code == 200
    assert "<b>" not in response.content.decode().split("<main")[1].replace("<b>8", "")[:200]


def test_no_result_says_what_to_do(visitor, place):
    text = body(visitor, "/search?q=nothing-at-all-like-this&kind=instrument")
    assert "没有找到符合条件的资源" in text
    assert "在全部类型中查找" in text


def test_pages_keep_the_question(visitor, add, index):
    for n in range(5):
        add("instrument", title=f"拉力试验机{n}", model=f"E45.{n}")
    search.catch_up()
    text = body(visitor, "/search?q=拉力&kind=instrument&size=2&sort=pinyin")
    assert "共 5 条" in text
    assert "page=2" in text
    second = body(visitor, "/search?q=拉力&kind=instrument&size=2&sort=pinyin&page=2")
    assert 'start="3"' in second
    assert "第 2 / 3 页" in second


def test_before_the_first_index_the_page_says_so(visitor, index, db):
    response = visitor.get("/search?q=x")
    assert response.status_code == 503
    assert "检索索引正在建立" in response.content.decode()


def test_english_results(visitor, place):
    visitor.cookies["django_language"] = "en"
    text = body(visitor, "/search?kind=instrument")
    assert "2 results" in text
    assert "County" in text
