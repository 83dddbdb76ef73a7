"""Regions, policies, progress, favourites, labels, feeds and help: right, closed, constant."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from kexiang.accounts.models import Person
from kexiang.catalog.models import Record
from kexiang.portal.models import Favourite
from kexiang.portal.queries import policies
from kexiang.search import services as search
from tests.catalog.conftest import AT, client_of, draft, person_with
from tests.portal.markup import faults

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def policy(add, **changes):
    own = {
        "title": "关于科技资源开放共享的实施意见(演示)",
        "document_no": "演科发〔2017〕3号",
        "issuers": "演示市人民政府",
        "policy_level": "市级",
        "policy_category": "规范性文件",
        "issued_on": "2017-09-20",
        "validity": "现行有效",
    }
    return add("policy", **{**own, **changes})


def body(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 200
    assert faults(response) == []
    return response.content.decode()


# Regions


@pytest.mark.req("A-33")
def test_a_region_shows_its_kinds_units_and_neighbours(visitor, place):
    text = body(visitor, "/region/140403")
    for part in ("潞州区", "大型科研仪器(2)", "上党大学(演示)", "截至", "/search?region=140403"):
        assert part in text
    assert "/region/140481" not in text  # a code that is no longer in force
    empty = body(visitor, "/region/140431")
    assert "本地还没有公开的资源" in empty


def test_a_retired_code_leads_to_the_region_of_today(visitor, place):
    assert visitor.get("/region/140402").headers["Location"] == "/region/140403"


@pytest.mark.parametrize("code", ["110101", "999999", "abc", "١٤٠٤٠٣"])
def test_regions_elsewhere_have_no_page(visitor, place, code):
    assert visitor.get(f"/region/{code}").status_code == 404


def test_units_can_be_narrowed_to_a_region(visitor, place):
    assert "上党大学" in body(visitor, "/units?region=140403")
    assert "上党大学" not in body(visitor, "/units?region=140431")


# Policies


@pytest.mark.req("AB-01", "X-08")
def test_documents_no_longer_in_force_stand_apart_with_a_band(visitor, add, index):
    now = policy(add)
    gone = policy(
        add,
        title="旧办法(演示)",
        document_no="演科发〔2005〕1号",
        issued_on="2005-01-01",
        validity="已废止",
        succeeded_by=[{"document_no": "演科发〔2017〕3号", "title": "实施意见"}],
    )
    unsure = policy(
        add, title="待核定的通知(演示)", document_no="演科发〔2010〕9号", validity="待核定"
    )
    search.catch_up()
    current = body(visitor, "/policies")
    assert now.title in current
    assert gone.title not in current
    assert unsure.title not in current
    assert "仅供查阅" in body(visitor, "/policies?tab=history")
    assert gone.title in body(visitor, "/policies?tab=history")
    assert unsure.title in body(visitor, "/policies?tab=unchecked")
    assert now.title in body(visitor, "/policies?q=2017")
    assert "没有符合条件的文件" in body(visitor, "/policies?q=不存在")
    page = body(visitor, f"/r/{gone.uid}")
    assert 'class="kx-band"' in page
    assert "演科发〔2017〕3号 实施意见" in page
    assert 'class="kx-band"' not in body(visitor, f"/r/{now.uid}")
    home = body(visitor, "/")
    assert now.title in home
    assert gone.title not in home.split('id="home-policies"')[1].split("</section>")[0]


def test_policies_stand_newest_first(add):
    for year in (2015, 2023, 2019):
        policy(
            add, title=f"{year} 年文件", document_no=f"演〔{year}〕1号", issued_on=f"{year}-03-01"
        )
    found = [line.title for line in policies.lines(date(2026, 11, 23), limit=10)]
    assert found == ["2023 年文件", "2019 年文件", "2015 年文件"]


# Progress


@pytest.fixture
def submitted(world):
    """A record of somebody with a mobile number, waiting for its unit."""
    row = draft(world)
    person = person_with("instrument_keeper", world.university)
    Person.objects.filter(pk=person.pk).update(mobile="+8613800001234")
    Record.objects.filter(pk=row.pk).update(
        created_by=person.uid, submitted_by=person.uid, submitted_at=AT, state="unit_check"
    )
    return row


@pytest.mark.req("X-10")
def test_the_submitter_learns_where_a_record_stands(visitor, submitted):
    response = visitor.post("/progress", {"number": submitted.number.lower(), "tail": "1234"})
    text = response.content.decode()
    assert response.status_code == 200
    assert faults(response) == []
    for part in ("待单位审核", "本单位管理员", "办理时限", submitted.number):
        assert part in text
    assert submitted.title not in text  # no content
    assert not visitor.get("/progress").cookies


@pytest.mark.parametrize(
    ("number", "tail"), [("own", "9999"), ("YQ-2026-999999", "1234"), ("own", "12"), ("", "1234")]
)
def test_strangers_learn_nothing(visitor, submitted, number, tail):
    number = submitted.number if number == "own" else number
    response = visitor.post("/progress", {"number": number, "tail": tail})
    assert response.status_code == 422
    assert "待单位审核" not in response.content.decode()


def test_wrong_number_and_wrong_digits_get_one_answer(visitor, submitted):
    texts = []
    for number, tail in ((submitted.number, "0000"), ("YQ-2026-999999", "1234")):
        text = visitor.post("/progress", {"number": number, "tail": tail}).content.decode()
        texts.append(text.replace(number, "N"))
    assert texts[0] == texts[1]


def test_digits_cannot_be_found_by_trying(visitor, submitted):
    answers = [
        visitor.post("/progress", {"number": submitted.number, "tail": f"{n:04}"}).status_code
        for n in range(6)
    ]
    assert answers == [422] * 5 + [429]
    right = visitor.post("/progress", {"number": submitted.number, "tail": "1234"})
    assert right.status_code == 429
    assert "一小时后" in right.content.decode()


# Favourites


def test_favourites_are_marked_listed_and_taken_away(world, place):
    client = client_of(person_with("researcher", world.university))
    uid = place["xrd"].uid
    assert "收藏" in client.get(f"/r/{uid}").content.decode()
    answer = client.post(f"/favourites/{uid}", {"to": "on", "next": f"/r/{uid}"})
    assert answer.headers["Location"] == f"/r/{uid}"
    client.post(f"/favourites/{uid}", {"to": "on"})
    assert Favourite.objects.count() == 1
    assert "已收藏" in client.get(f"/r/{uid}").content.decode()
    listing = client.get("/work/favourites/")
    assert "X射线衍射仪" in listing.content.decode()
    assert faults(listing) == []
    Record.objects.filter(uid=uid).update(state="taken_down", taken_down_level="city")
    assert "目前不对外展示" not in client.get("/work/favourites/").content.decode()  # own unit
    client.post(f"/favourites/{uid}", {"to": "off", "next": "https://evil.example/"})
    assert Favourite.objects.count() == 0


def test_favourites_are_for_the_person_only(visitor, world, place):
    uid = place["xrd"].uid
    assert visitor.post(f"/favourites/{uid}", {"to": "on"}).status_code == 401
    assert visitor.get("/work/favourites/").status_code == 302
    assert not Favourite.objects.exists()
    client = client_of(person_with("researcher", world.university))
    hidden = draft(world, inner_id="NO-77", asset_no="ZC-77")
    outsider = client_of(person_with("sme_admin", world.firm))
    assert outsider.post(f"/favourites/{hidden.uid}", {"to": "on"}).status_code == 404
    client.post(f"/favourites/{uid}", {"to": "on"})
    assert "X射线衍射仪" not in outsider.get("/work/favourites/").content.decode()


# QR codes and labels


def test_qr_codes_and_labels(visitor, world, place):
    uid = place["xrd"].uid
    svg = visitor.get(f"/r/{uid}/qr.svg")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.content.startswith(b"<?xml")
    assert visitor.get(f"/r/{uid}/qr.png").content.startswith(b"\x89PNG")
    hidden = draft(world, inner_id="NO-78", asset_no="ZC-78", title="未公开的仪器")
    assert visitor.get(f"/r/{hidden.uid}/qr.svg").status_code == 404
    text = body(visitor, f"/labels?id={uid}&id={hidden.uid}&id=bogus")
    assert "X射线衍射仪" in text
    assert "未公开的仪器" not in text
    keeper = client_of(person_with("instrument_keeper", world.university))
    chosen = keeper.get("/work/labels/")
    assert faults(chosen) == []
    assert uid in chosen.content.decode()
    assert visitor.get("/work/labels/").status_code == 302


# Feeds, chats, help


def test_feeds_hold_what_is_public(visitor, world, place):
    hidden = draft(world, inner_id="NO-79", asset_no="ZC-79", title="未发布的仪器")
    for path, wanted in (("/feeds/newest.atom", 3), ("/feeds/instrument.atom", 2)):
        response = visitor.get(path)
        assert response.headers["Content-Type"] == "application/atom+xml"
        entries = etree.fromstring(response.content).findall(f"{ATOM}entry")
        assert len(entries) == wanted
        assert hidden.uid not in response.content.decode()
    assert visitor.get("/feeds/nothing.atom").status_code == 404


def test_a_forwarded_page_has_a_card(visitor, place):
    text = visitor.get(f"/t/{place['igc'].uid}").content.decode()
    title = re.search(r'<meta property="og:title" content="([^"]+)"', text)
    assert title is not None
    assert "不锈钢晶间腐蚀试验" in title[1]
    assert f'og:url" content="http://testserver/t/{place["igc"].uid}"' in text


def test_help_is_searched_in_the_language_of_the_page(visitor, db):
    text = body(visitor, "/help?q=CMA 章")
    assert "/help/faq#which-report" in text
    assert "帮助里没有提到这些词" in body(visitor, "/help?q=zzzzz")
    visitor.cookies["django_language"] = "en"
    assert "/help/faq#which-report" in body(visitor, "/help?q=mark")


# Nothing grows with what is listed


PATHS = ("/region/140403", "/regions", "/policies", "/labels", "/feeds/newest.atom", "/help?q=a")


def queries(path):
    client = Client()
    cache.clear()
    client.get(path)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_new_pages_ask_the_same_for_1_3_and_12_records(add, index):
    counts = {path: [] for path in PATHS}
    made = 0
    for wanted in (1, 3, 12):
        while made < wanted:
            made += 1
            policy(add, title=f"文件{made}", document_no=f"演〔2020〕{made}号")
            add("instrument", title=f"试验机{made}", model=f"M{made}")
        for path in PATHS:
            counts[path].append(queries(path))
    for path, found in counts.items():
        assert len(set(found)) == 1, (path, found)
        assert found[0] <= 12, (path, found)
