"""The whole way: documents → outbox → index → question → page."""

from dataclasses import replace

import pytest

from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import Invalid
from kexiang.search import queries, services
from kexiang.search.types import SearchQuery
from tests.search.support import doc

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = [
    doc("01", "场发射透射电子显微镜", "观察样品的显微结构", keywords=("JEM-2100F", "TEM")),
    doc("02", "X射线衍射仪", "物相分析", keywords=("D8 ADVANCE",)),
    doc(
        "03",
        "不锈钢晶间腐蚀试验",
        "按 GB/T 4334-2020 检测不锈钢的耐腐蚀性",
        kind="test_item",
        keywords=("GB/T 4334-2020",),
    ),
    doc("04", "液相色谱-质谱联用仪", "LC-MS/MS,用于药物残留", keywords=("LC-MS",)),
    doc("05", "电子万能试验机", "拉伸、压缩、弯曲", keywords=("CMT5105",)),
    doc("06", "面向平面目标的定位方法", "雷达", kind="article"),
    doc("07", "世界面目之演变", "人文", kind="article"),
]


@pytest.fixture
def filled(shelf):
    shelf.put(*DOCS)
    services.rebuild()
    return shelf


def found(q, **more):
    return [hit.id for hit in queries.search(ANONYMOUS, SearchQuery(q=q, **more)).hits]


@pytest.mark.req("A-22")
@pytest.mark.parametrize(
    "typed",
    [
        "透射电子显微镜", "透射電子顯微鏡", "toushedianzixianweijing", "tsdzxwj",
        "显微镜",
        "ＪＥＭ-2100F", "jem2100f", "JEM 2100F", "JEM-2100F", "jem—2100f", "2100F", "JEM",
    ],
)  # fmt: skip
def test_one_instrument_is_found_however_it_is_typed(filled, typed):
    assert found(typed) == ["01"]


@pytest.mark.req("A-22")
@pytest.mark.parametrize(
    "typed",
    ["GB/T 4334-2020", "GBT4334", "gb/t4334", "GB/T4334", "4334", "4334-2020", "gbt4334-2020",
     "GB／T 4334", "标准号:GB/T4334"],
)  # fmt: skip
def test_a_standard_number_is_found_whole_and_in_part(filled, typed):
    assert found(typed) == ["03"]


@pytest.mark.parametrize("typed", ["D8 ADVANCE", "d8advance", "D8-Advance", "advance", "D8"])
def test_a_model_number_with_a_blank(filled, typed):
    assert found(typed) == ["02"]


@pytest.mark.parametrize("typed", ["LC-MS", "lcms", "LC/MS", "lc ms", "LC-MS/MS"])
def test_hyphens_fold(filled, typed):
    assert found(typed) == ["04"]


@pytest.mark.req("A-22")
@pytest.mark.parametrize("typed", ["不锈钢 生锈 检测", "不锈钢生锈怎么检测", "不锈钢腐蚀检测"])
def test_a_problem_in_plain_words_finds_the_test_and_says_how(filled, typed):
    page = queries.search(ANONYMOUS, SearchQuery(q=typed))

    assert [hit.id for hit in page.hits][:1] == ["03"]
    assert page.notes or typed == "不锈钢 生锈 检测"


def test_a_hit_across_a_word_border_never_outranks_a_whole_word(filled):
    assert found("面目") == ["07", "06"]


def test_all_words_quotes_exclusion_and_fields(filled):
    assert found("电子 试验机") == ["05"]
    assert found("电子 -显微镜") == ["05"]
    assert found('"质谱联用"') == ["04"]
    assert found('"联用质谱"') == []
    assert found("title:衍射") == ["02"]
    assert found("标题:物相") == []
    assert found('"未完') == []
    assert found("镜") == ["01"]
    assert found("!!!") == []


def test_highlight_escapes_and_marks(filled):
    filled.put(doc("08", "<b>红外</b>光谱", "红外 & <script>"))
    services.enqueue(source="shelf", uid="08", version=1)
    services.catch_up()

    hit = queries.search(ANONYMOUS, SearchQuery(q="红外")).hits[0]

    assert hit.title_html == "&lt;b&gt;<mark>红外</mark>&lt;/b&gt;光谱"
    assert hit.highlight == "<mark>红外</mark> &amp; &lt;script&gt;"


def test_facets_count_and_ignore_their_own_filter(filled):
    page = queries.search(ANONYMOUS, SearchQuery(kind="article", facets=("kind",)))

    assert page.total == 2
    assert {b.value: (b.count, b.chosen) for b in page.facets["kind"]} == {
        "instrument": (4, False), "article": (2, True), "test_item": (1, False)
    }  # fmt: skip


def test_nobody_finds_what_is_not_for_him(filled):
    filled.put(
        doc("u1", "内部显微镜", audience=frozenset({"org:A"})),
        doc("r1", "登记显微镜", audience=frozenset({"registered"})),
        doc("c1", "县里显微镜", audience=frozenset({"region:140403", "region:140400"})),
    )
    services.rebuild()
    unit = Actor("p1", frozenset({Grant("unit_admin", org="A")}))
    officer = Actor("p2", frozenset({Grant("bureau_admin", region="140400")}))

    def seen(actor):
        page = queries.search(actor, SearchQuery(q="显微镜", facets=("kind",)))
        assert sum(b.count for b in page.facets["kind"]) == page.total == len(page.hits)
        return {hit.id for hit in page.hits}

    assert seen(ANONYMOUS) == {"01"}
    assert seen(unit) == {"01", "r1", "u1"}
    assert seen(officer) == {"01", "r1", "c1"}
    assert seen(Actor.system("job")) == {"01", "r1", "u1", "c1"}
    assert queries.suggest(ANONYMOUS, "内部") == []
    assert queries.suggest(unit, "内部") == ["内部显微镜"]


@pytest.mark.req("A-22")
def test_what_has_expired_vanishes_by_itself(filled):
    filled.numbers = (*filled.numbers, "expires")
    filled.put(
        doc("e1", "资质甲", kind="accreditation", numbers={"expires": 20200101}),
        doc("e2", "资质乙", kind="accreditation", numbers={"expires": 29991231}),
    )
    services.rebuild()

    page = queries.search(ANONYMOUS, SearchQuery(q="资质", facets=("kind",)))

    assert [hit.id for hit in page.hits] == ["e2"]
    assert (page.total, page.facets["kind"][0].count) == (1, 1)
    assert queries.suggest(ANONYMOUS, "资质") == ["资质乙"]
    assert found("显微镜") == ["01"]


def test_the_weight_of_a_kind_decides(filled, monkeypatch):
    filled.put(doc("w1", "质谱", kind="article"), doc("w2", "质谱", "质谱质谱", kind="test_item"))
    services.rebuild()
    spec = filled.spec()

    def order(kind):
        weights = replace(spec, weights={kind: 100.0})
        monkeypatch.setattr(filled, "spec", lambda: weights)
        return found("质谱")[0]

    assert (order("article"), order("test_item")) == ("w1", "w2")


def test_suggestions_by_text_pinyin_and_initials(filled):
    assert queries.suggest(ANONYMOUS, "液相") == ["液相色谱-质谱联用仪"]
    assert queries.suggest(ANONYMOUS, "yexiang") == ["液相色谱-质谱联用仪"]
    assert queries.suggest(ANONYMOUS, "yxsp") == ["液相色谱-质谱联用仪"]
    assert queries.suggest(ANONYMOUS, "jem2100") == ["JEM-2100F"]
    assert queries.suggest(ANONYMOUS, "JEM-21") == ["JEM-2100F"]
    assert queries.suggest(ANONYMOUS, "") == []


@pytest.mark.parametrize(
    "bad",
    [{"size": 0}, {"size": 101}, {"page": 0}, {"page": 51}, {"sort": "best"}, {"cursor": "x"},
     {"filters": {"nothing": ["1"]}}, {"ranges": {"nothing": (1, 2)}}, {"facets": ("no",)}],
)  # fmt: skip
def test_what_is_out_of_range_is_refused(filled, bad):
    with pytest.raises(Invalid):
        queries.search(ANONYMOUS, SearchQuery(**bad))


@pytest.mark.req("A-22")
def test_few_literal_hits_let_in_what_has_all_the_words(shelf):
    paper = doc("11", "316L 阀体晶间腐蚀的研究", "", kind="article")
    test = doc("12", "不锈钢晶间腐蚀试验", "材料:316L、阀体", kind="test_item")
    shelf.put(paper, test)
    services.rebuild()
    asked = SearchQuery(q="316L 阀体晶间腐蚀")

    exact = queries.search(ANONYMOUS, asked)
    wide = queries.search(ANONYMOUS, replace(asked, few=3))

    assert ([hit.id for hit in exact.hits], exact.notes) == (["11"], [])
    assert {hit.id for hit in wide.hits} == {"11", "12"}
    assert wide.widened
    assert wide.notes
