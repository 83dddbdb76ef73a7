"""Every public page answers, keeps the house rules and shows what it is for."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from kexiang.catalog import services as catalog
from kexiang.portal.views.help import TOPICS
from kexiang.search import services as search
from tests.catalog.conftest import AT, draft, later
from tests.portal.markup import faults

pytestmark = pytest.mark.django_db
FIXED = [
    "/",
    "/search",
    "/search?q=X射线",
    "/search?kind=instrument",
    "/search?kind=test_item&q=不锈钢&sort=price",
    "/search?q=nothing-at-all-like-this",
    "/units",
    "/units?q=大学",
    "/units?q=没有这样的单位",
    "/units?region=140403",
    "/regions",
    "/region/140403",
    "/policies",
    "/policies?tab=history&q=办法",
    "/progress",
    "/labels",
    "/help?q=CMA",
    "/help?q=没有这样的词",
    "/help",
    *(f"/help/{slug}" for slug in TOPICS),
    "/api/v1/docs",
]


@pytest.mark.req("A-01", "X-10")
@pytest.mark.parametrize("path", FIXED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages_answer_and_keep_the_rules(visitor, place, path, language):
    visitor.cookies["django_language"] = language
    response = visitor.get(path)
    assert response.status_code == 200
    assert faults(response) == []
    assert ('<html lang="en"' in response.content.decode()) == (language == "en")


def test_anonymous_pages_set_no_cookie(visitor, place):
    for path in ("/", "/search?q=X射线", place["xrd"].uid and f"/r/{place['xrd'].uid}", "/help"):
        assert not visitor.get(path).cookies


@pytest.mark.req("A-01")
def test_home_shows_what_is_there(visitor, place):
    text = visitor.get("/").content.decode()
    assert "共享仪器" in text
    assert "我要送样检测" in text
    assert "扫描电子显微镜" in text
    assert "上党大学(演示)" in text
    assert "截至" in text
    assert "创新券" not in re.sub(r"可用创新券", "", text)  # nothing that does not exist yet


def test_an_empty_place_has_a_home_page_too(visitor, index, db):
    search.catch_up()
    response = visitor.get("/")
    assert response.status_code == 200
    assert faults(response) == []


@pytest.mark.req("A-07")
def test_record_page_of_an_instrument(visitor, place):
    record = place["xrd"]
    response = visitor.get(f"/r/{record.uid}")
    text = response.content.decode()
    assert faults(response) == []
    assert "D8 ADVANCE" in text
    assert "0355-0001234" in text  # contact without sign-in
    assert "铜靶" in text
    assert "150.00 元" in text
    assert "ZC-0001" not in text  # the asset number is the unit's own business


@pytest.mark.req("E-04")
def test_test_item_page_compares_offers(visitor, place):
    record = place["igc"]
    assert visitor.get(f"/r/{record.uid}").headers["Location"] == f"/t/{record.uid}"
    response = visitor.get(f"/t/{record.uid}")
    text = response.content.decode()
    assert faults(response) == []
    for part in ("谁能做", "GB/T 4334-2020", "800.00 元", "0355-0005678"):
        assert part in text


def test_a_title_cannot_break_out_of_the_page(visitor, add, index):
    title = "</script><script>alert(1)</script><b>显微镜"
    record = add("instrument", title=title)
    search.catch_up()
    for path in ("/", f"/r/{record.uid}", "/search?q=显微镜"):
        response = visitor.get(path)
        text = response.content.decode()
        assert "<script>alert" not in text
        assert "<b>显微镜" not in text
        assert faults(response) == []
    data = re.search(
        r'<script type="application/ld\+json">(.*?)</script>',
        visitor.get(f"/r/{record.uid}").content.decode(),
        re.DOTALL,
    )
    assert data is not None
    assert json.loads(data[1])["name"] == title


@pytest.mark.parametrize("path", ["/r/NOPE", "/t/NOPE", "/u/nope", "/nowhere", "/help/nowhere"])
def test_what_is_not_there_is_said_politely(visitor, place, path):
    response = visitor.get(path)
    assert response.status_code == 404
    assert "没有" in response.content.decode()
    assert faults(response) == []


def test_a_record_taken_down_is_gone_but_its_unit_sees_it(visitor, world, place):
    record = place["xrd"]
    catalog.take_down_record(actor=world.city, uid=record.uid, at=later(9), reason="搬迁")
    assert visitor.get(f"/r/{record.uid}").status_code in (404, 410)


@pytest.mark.req("A-09", "A-08")
def test_unit_page(visitor, world, place):
    response = visitor.get(f"/u/{world.university.code}")
    text = response.content.decode()
    assert faults(response) == []
    assert "大型科研仪器(2)" in text
    assert "不锈钢晶间腐蚀试验" in text
    assert visitor.get(f"/u/{world.university.uid}").headers["Location"] == "/u/shangdang"


def test_units_are_narrowed_by_name(visitor, place):
    text = visitor.get("/units?q=铸").content.decode()
    assert "太行精铸" in text
    assert "上党大学" not in text
    assert visitor.get("/units?page=999").status_code == 200


@pytest.mark.req("X-09")
def test_every_record_page_has_a_way_to_report_an_error(visitor, place):
    record = place["xrd"]
    page = visitor.get(f"/r/{record.uid}").content.decode()
    assert "我要纠错" in page
    assert record.number in visitor.get(f"/help/contact?record={record.number}").content.decode()


def test_copy_text_is_short_and_ends_with_the_address(visitor, place):
    text = visitor.get(f"/t/{place['igc'].uid}").content.decode()
    copied = re.search(r'data-copy="([^"]+)"', text)
    assert copied is not None
    line, _, address = copied[1].rpartition(" ")
    assert len(line) <= 120
    assert "【送样】不锈钢晶间腐蚀试验" in line
    assert address.endswith(f"/t/{place['igc'].uid}")


def sitemap_of(visitor):
    """All addresses the site map leads to, in one text."""
    index = visitor.get("/sitemap.xml").content.decode()
    parts = re.findall(r"<loc>http://testserver(/sitemap-[^<]+)</loc>", index)
    return "".join(visitor.get(part).content.decode() for part in parts)


def test_sitemap_robots_and_search_description(visitor, place):
    text = sitemap_of(visitor)
    for path in (f"/r/{place['xrd'].uid}", f"/t/{place['igc'].uid}", "/u/shangdang", "/help/faq"):
        assert f"<loc>http://testserver{path}</loc>" in text
    assert "<lastmod>" in visitor.get("/sitemap.xml").content.decode()
    assert visitor.get("/sitemap-999999.xml").status_code == 404
    assert "Disallow: /work/" in visitor.get("/robots.txt").content.decode()
    assert "{searchTerms}" in visitor.get("/opensearch.xml").content.decode()


def test_drafts_stay_out_of_the_site_map(visitor, world, place):
    hidden = draft(world, inner_id="NO-9", asset_no="ZC-9", title="未发布的仪器")
    assert hidden.uid not in sitemap_of(visitor)
    assert visitor.get(f"/r/{hidden.uid}").status_code == 404


def test_api_reference_lists_every_operation(visitor, place):
    document = json.loads(visitor.get("/api/v1/openapi.json").content)
    text = visitor.get("/api/v1/docs").content.decode()
    for path in document["paths"]:
        assert path in text


def test_post_is_not_for_reading(visitor):
    for name in ("portal:home", "portal:search", "portal:units"):
        assert visitor.post(reverse(name)).status_code == 405


def test_expired_items_leave_the_page(visitor, place):
    record = place["igc"]
    record.valid_until = (AT - timedelta(days=2)).date()
    record.save(update_fields=["valid_until"])
    assert visitor.get(f"/t/{record.uid}").status_code == 404
