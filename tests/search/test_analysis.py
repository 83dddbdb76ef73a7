"""Tokens, folding, pinyin: the promises the rest rests on."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexiang.search import tree
from kexiang.search.analysis import marks, pinyin, tokens
from kexiang.search.analysis.entries import entry, tie_of
from kexiang.search.analysis.fold import fold, fold_with_offsets
from kexiang.search.cursor import Cursor, decode
from kexiang.search.parse import Part, number_range, parse
from kexiang.search.plan import Plan, Stage, Vocabulary, phrase
from kexiang.search.synonyms import Synonyms
from kexiang.search.types import SearchDoc
from tests.search import oracle

_ALPHABET = "不锈钢腐蚀电镜試驗鏡aBz09-/._ ,。:\"“'ＴＥ①㎡é𠮷\u0301カ한"
texts = st.text(max_size=60) | st.text(_ALPHABET, max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("透射電子顯微鏡", "透射电子显微镜"), ("ＴＥＭ", "tem"), ("㎡①", "m21"), ("臺灣", "台湾"),
     ("Ångström", "ångström"), ("", ""), ("e\u0301", "é")],
)  # fmt: skip
def test_fold(text, folded):
    assert fold(text) == folded


@given(texts)
@settings(deadline=None)
def test_folding_is_stable_and_offsets_point_back(text):
    folded = fold(text)
    assert fold(folded) == folded
    mapped, origins = fold_with_offsets(text)
    assert len(mapped) == len(origins)
    assert all(0 <= origin < len(text) for origin in origins)
    assert list(origins) == sorted(origins)


@given(texts)
@settings(deadline=None)
def test_tokens_hold_no_punctuation(text):
    folded = fold(text)
    streams = tokens.bigrams(folded), tokens.words(folded), tokens.codes(folded, spaced=True)
    for token in (t for stream in streams for t in stream):
        assert token
        odd = [c for c in token if unicodedata.category(c)[0] in "PSZC" and not tokens.is_han(c)]
        assert not odd, token


@given(texts, st.data())
@settings(deadline=None, max_examples=300)
def test_every_substring_that_cuts_no_latin_word_is_found(text, data):
    """Literal recall is 100 % by construction: shown on random texts and substrings."""
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    while 0 < start < len(folded) and _glued(folded, start):
        start -= 1
    while 0 < end < len(folded) and _glued(folded, end):
        end += 1
    part = folded[start:end]
    if not tokens.units(part):
        return
    document = entry("s", SearchDoc(id="1", version=1, kind="k", title="", body=text))

    assert oracle.matches(phrase(part), document), (part, document.tokens["b"])


def _glued(text, at):
    """Whether a Latin word, a number or a composed letter runs over position ``at``."""
    around = text[at - 1] + text[at]
    return len(tokens.units(around)) == 1 and not tokens.is_han(around)


def test_bigrams_and_codes():
    assert tokens.bigrams("透射电镜jem-2100f") == ["透射", "射电", "电镜", "镜", "jem", "2100", "f"]
    assert tokens.codes("按gb/t 4334-2020检测") >= {"gbt4334", "gbt43342020"}
    assert tokens.codes("d8 advance", spaced=True) == {"d8", "d8advance"}
    assert tokens.codes("lc-ms/ms") == {"lcms", "msms", "lcmsms"}
    assert tokens.joined("gb/t 4334") == "gbt4334"
    assert tokens.joined("电镜4334") == ""


def test_pinyin_streams_segmentation_and_order():
    full, first = pinyin.streams(pinyin.runs_of(tokens.cut("重庆tem透射")))
    assert full == ["chongqing", "qing", tokens.GAP, "toushe", "she"]
    assert first == ["cq", "q", tokens.GAP, "ts", "s"]
    assert ("xi", "an") in pinyin.segmentations("xian")
    assert pinyin.segmentations("tem") == ()
    titles = ["安全阀", "电镜", "X射线", "3号炉", "质谱仪", "透射电镜"]
    keyed = sorted(titles, key=lambda t: pinyin.sort_key(tokens.cut(fold(t))))
    assert keyed == ["3号炉", "X射线", "安全阀", "电镜", "透射电镜", "质谱仪"]
    assert all(0 <= pinyin.sort_key(tokens.cut(fold(t))) < 2**63 for t in titles)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=300)
def test_parsing_and_planning_never_raise(text):
    words = Vocabulary(
        frozenset({"owner"}), frozenset({"year"}), Synonyms.of([("透射电镜", "TEM")])
    )
    plan = Plan(parse(text, words.field_of), words)
    for stage in Stage:
        query = plan.query(stage)
        assert tree.from_json(tree.to_json(query)) == query
    plan.stages()
    marks.html(text, marks.marks(text, tuple(plan.terms())))


def test_parse():
    words = Vocabulary(frozenset({"owner"}), frozenset({"year"}))
    assert parse('不锈钢 “晶间 腐蚀” -试验 单位:A01 year:2018-2020 "未完', words.field_of) == (
        Part("不锈钢"), Part("晶间 腐蚀", quoted=True), Part("试验", excluded=True),
        Part("A01", field="owner"), Part("2018-2020", field="year"), Part("未完", quoted=True),
    )  # fmt: skip
    assert parse("http://a.b GB/T:1 - JEM-2100F") == (
        Part("http://a.b"), Part("GB/T:1"), Part("-"), Part("JEM-2100F"),
    )  # fmt: skip
    assert parse("") == parse("  ") == ()


@pytest.mark.parametrize(
    ("text", "ends"),
    [("2018-2020", (2018, 2020)), ("2018..", (2018, None)), ("..5.5", (None, 5.5)),
     ("<=3", (None, 3)), (">2", (2, None)), ("7", (7, 7)), ("abc", None), ("-", None)],
)  # fmt: skip
def test_number_range(text, ends):
    assert number_range(text) == ends


def test_synonyms_by_member_pinyin_and_inside():
    known = Synonyms.of([("透射电镜", "TEM", "透射电子显微镜"), ("LC-MS", "液质联用")])
    assert known.group("tem") == known.group("toushedianjing") == known.group("透射电镜")
    assert known.group("lcms") == ("lc-ms", "液质联用")
    assert "tem测试" in known.variants("透射电镜测试")
    assert known.variants("电镜") == ("电镜",)


@given(texts, st.lists(texts, max_size=3))
@settings(deadline=None)
def test_highlight_never_changes_the_text(text, terms):
    found = marks.marks(text, tuple(fold(t) for t in terms))
    shown = marks.html(text, found)
    assert marks.html(text, ()) == shown.replace("<mark>", "").replace("</mark>", "")


def test_marks_find_folded_forms():
    def marked(text, *terms):
        return [text[m.start : m.end] for m in marks.marks(text, terms)]

    assert marked("透射電鏡與ＴＥＭ", "透射电镜", "tem") == ["透射電鏡", "ＴＥＭ"]
    assert marked("JEM-2100F 型", "jem2100f") == ["JEM-2100F"]
    assert marked("GB/T 4334-2020", "4334") == ["4334"]
    assert marked("system", "tem") == []
    assert marked("㎡镜", "镜") == ["镜"]
    assert "…" in marks.excerpt("长" * 300 + "镜" + "短" * 300, ("镜",))
    assert "<mark>镜</mark>" in marks.excerpt("长" * 300 + "镜" + "短" * 300, ("镜",))


@given(st.none() | st.integers(0, 2**62) | st.floats(-1e15, 1e15), st.integers(0, 2**63 - 1))
def test_cursor_round_trip(value, tie):
    cursor = Cursor("newest", 0, value, tie, 40)
    assert decode(cursor.encode(), "newest") == cursor


@given(st.text(max_size=60))
def test_a_foreign_cursor_is_refused(text):
    with pytest.raises(Exception, match="游标"):
        decode(text, "newest")


def test_ties_are_fixed_numbers():
    assert tie_of("record:1") == tie_of("record:1") != tie_of("record:2")
    assert 0 <= tie_of("x") < 2**63
