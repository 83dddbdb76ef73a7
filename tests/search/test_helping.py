"""Slips, plain words, other spellings, and what the answer says about them."""

import pytest

from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.search import near, queries, services
from kexiang.search.analysis.abbreviations import abbreviations
from kexiang.search.analysis.spellings import spellings
from kexiang.search.concepts import concepts
from kexiang.search.synonyms import Synonyms
from kexiang.search.types import FEW, SearchQuery
from tests.search.support import doc

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = [
    doc("01", "场发射透射电子显微镜", "观察样品", keywords=("JEM-2100F",)),
    doc("02", "傅里叶变换红外光谱仪", "官能团", keywords=("Nicolet iS50",)),
    doc("03", "不锈钢晶间腐蚀试验", "GB/T 4334-2020", kind="test_item"),
    doc("04", "煤中全硫测定", "煤、焦炭", kind="test_item"),
    doc("05", "霉菌和酵母计数", "糕点、干果", kind="test_item"),
    doc("06", "激光共聚焦扫描", "用于归一化植被指数(NDVI)的计算", keywords=("归一化植被指数",)),
    doc("07", "草地归一化植被指数的变化", "", kind="article"),
    doc("08", "秘密重载车辆", audience=frozenset({"org:A"})),
]


@pytest.fixture
def filled(shelf):
    shelf.put(*DOCS)
    services.rebuild()
    return shelf


def ask(q, **more):
    return queries.search(ANONYMOUS, SearchQuery(q=q, few=FEW, why=True, **more))


def ids(page):
    return [hit.id for hit in page.hits]


@pytest.mark.req("A-22")
@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("透设电子显微镜", "透射电子显微镜"),
        ("晶间腐食试验", "晶间腐蚀试验"),
        ("晶间蚀腐试验", "晶间腐蚀试验"),
        ("不锈钢晶腐蚀试验", "不锈钢晶间腐蚀试验"),
        ("JEM-2010F", "JEM-2100F"),
    ],
)
def test_a_slip_is_answered_and_said(filled, typed, read_as):
    page = ask(typed)

    assert page.read_as == read_as
    assert page.hits
    assert page.notes[0] == f"没有找到“{typed}”,以下是“{read_as}”的结果。"
    assert queries.search(ANONYMOUS, SearchQuery(q=read_as)).total == page.total


def test_the_literal_question_is_kept_and_only_advised(filled):
    page = ask("晶间腐食试验", literal=True)

    assert (page.read_as, page.advice) == ("", "晶间腐蚀试验")


def test_a_question_that_finds_something_is_never_exchanged(filled):
    for q in ("晶间腐蚀试验", "显微镜", "JEM-2100F", "煤"):
        page = ask(q)
        assert (page.read_as, bool(page.hits)) == ("", True), q


def test_pages_of_a_corrected_question_go_on(filled):
    filled.put(*(doc(f"m{i}", f"扫描电子显微镜{i}") for i in range(7)))
    services.rebuild()
    seen, cursor = [], ""
    while True:
        page = ask("扫苗电子显微镜", size=3, cursor=cursor, facets=())
        assert page.read_as == "扫描电子显微镜"
        seen += ids(page)
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(seen) == [f"m{i}" for i in range(7)]


def test_a_slip_never_tells_what_is_hidden(filled):
    hidden = ask("秘密重栽车辆")
    member = queries.search(
        Actor("p1", frozenset({Grant("unit_admin", org="A")})), SearchQuery(q="秘密重栽车辆")
    )

    assert (hidden.read_as, hidden.advice, hidden.hits) == ("", "", [])
    assert member.read_as == "秘密重载车辆"


def test_what_is_left_of_an_unknown_thing_answers_nothing(filled):
    filled.put(doc("v1", "第3号版面"))
    services.rebuild()

    assert ask("第98765版").total == 0


def test_new_records_teach_the_dictionary(filled):
    filled.put(doc("n1", "超导量子干涉仪"))
    services.enqueue(source="shelf", uid="n1", version=1)
    services.catch_up()

    assert ids(ask("超岛量子干涉仪")) == ["n1"]


@pytest.mark.req("A-22")
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("煤里硫高不高", "04"),
        ("糕点发霉了检测一下", "05"),
        ("不锈钢为什么会生锈", "03"),
        ("傅立叶变换红外光谱仪", "02"),
        ("tou she dian zi xian wei jing", "01"),
        ("透射dianzi显微镜", "01"),
        ("NDVI", "07"),
    ],
)
def test_other_ways_to_say_it(filled, typed, wanted):
    assert wanted in ids(ask(typed))[:3]


@pytest.mark.req("A-22")
def test_every_hit_tells_why(filled):
    def why(q):
        return ask(q).hits[0].why

    assert ask("晶间腐蚀").hits[0].is_literal
    assert not ask("TEM").hits[0].is_literal
    assert why("晶间腐蚀") == ("名称中有“晶间腐蚀”",)
    assert why("TEM") == ("名称中有“透射电子显微镜”(“tem”的同义词)",)
    assert why("toushedianzi") == ("名称中有“透射电子”(拼音 toushedianzi)",)
    assert why("官能团") == ("简介中有“官能团”",)
    assert "与“硫高”有关的检测" in why("煤里硫高不高")[1]


def test_concepts_of_a_plain_question():
    known = Synonyms.of((), [(("硫高", "含硫"), ("全硫",))])

    assert [(c.said, c.meant) for c in concepts("煤里硫高不高怎么检测", known)] == [
        ("煤", ()), ("硫高", ("全硫",)),
    ]  # fmt: skip
    assert [c.said for c in concepts("gb/t 4334 的jem-2100f", known)] == [
        "gb/t", "4334", "jem-2100f",
    ]  # fmt: skip
    assert concepts("能不能", known) == []


def test_abbreviations_that_texts_explain():
    text = "采用透射电子显微镜(TEM)和归一化植被指数(NDVI)计算(见图3)。"

    assert abbreviations(text, ("归一化植被指数",)) == (
        ("TEM", "透射电子显微镜"), ("NDVI", "归一化植被指数"), ("NDVI", "归一化植被指数"),
    )  # fmt: skip


def test_spellings():
    assert spellings("黏度计")[:2] == ("黏度计", "粘度计")
    assert "激光切割" in spellings("雷射切割")
    assert spellings("显微镜") == ("显微镜",)


@pytest.mark.parametrize(
    ("a", "b", "near_by"),
    [("晶间", "晶问", True), ("abc", "acb", True), ("abc", "ab", True), ("abc", "abcd", True),
     ("abc", "abc", False), ("abcd", "badc", False), ("abc", "xyc", False), ("a", "abc", False)],
)  # fmt: skip
def test_one_slip(a, b, near_by):
    assert near.one_slip(a, b) is near_by
    assert near.one_slip(b, a) is near_by
