"""Kind files: those of the base pack are sound, faults name their line, packs lay over."""

from pathlib import Path

import pytest

from kexiang.kinds import loading, queries
from kexiang.kinds.types import KindSpec

KINDS = [
    "test_item", "instrument", "facility", "instrument_centre", "service_unit", "research_base",
    "service", "accreditation", "article", "periodical", "book", "thesis", "patent", "standard",
    "st_report", "dataset", "database", "germplasm", "bio_bank", "specimen", "achievement",
    "demand", "policy",
]  # fmt: skip
CORE = """
[[group]]
name = "basic"
label = "基本信息"

[[field]]
name = "title"
label = "名称"
required = true
search = 10
"""
KIND = """
[kind]
code = "demand"
label = "需求"

[[field]]
name = "budget"
label = "预算"
type = "money"
unit = "万元"
"""


def load(*texts: tuple[str, str]) -> loading.Loaded:
    return loading.load(
        loading.KindSource(f"{file}", Path(file).name, text) for file, text in texts
    )


def faults(text: str) -> list[tuple[int, str]]:
    found = load(("base/kinds/_core.toml", CORE), ("base/kinds/demand.toml", text)).faults
    assert all(fault.file == "base/kinds/demand.toml" for fault in found)
    return [(fault.line, fault.message) for fault in found]


def test_base_kinds_are_sound(base: loading.Loaded) -> None:
    assert base.faults == ()
    assert [spec.code for spec in base.kinds] == KINDS


@pytest.mark.req("C-02", "C-03", "D-01", "E-01", "F-04")
def test_every_field_says_what_it_is(base: loading.Loaded) -> None:
    for spec in base.kinds:
        assert spec.label
        assert spec.label_en
        assert spec.title_field in spec.by_name
        for one in spec.fields:
            assert one.label_en, (spec.code, one.name)
            for sub in one.fields:
                assert sub.label_en, (spec.code, one.name, sub.name)


@pytest.mark.req("A-02", "D-03", "D-05", "D-06", "A-23")
def test_every_kind_has_the_core(base: loading.Loaded) -> None:
    always = {"title", "title_en", "description", "keywords", "contact_name", "contact_phone"}
    sharing = {"access_mode", "funding_source", "digitisation", "holding_mode", "source_url"}

    for spec in base.kinds:
        assert always <= set(spec.by_name)
    for code in ("dataset", "article", "germplasm", "standard"):
        spec = next(spec for spec in base.kinds if spec.code == code)
        assert sharing <= set(spec.by_name), code


# domain.md 3.3: every wire name of the national instrument form
NRII = {
    "insCode", "innerId", "cname", "ename", "instrBelongsType", "instrBelongsName",
    "resourceName", "instrCategory", "instrSource", "type", "instrSupervise", "worth", "nation",
    "manufacturer", "instrVersion", "beginDate", "technical", "function", "subject",
    "serviceContent", "achievement", "requirement", "fee", "serviceUrl", "province", "city",
    "county", "street", "runMachine", "serviceMachine", "funds", "insideDepart", "contact",
    "phone", "email", "address", "postalcode", "image", "status", "shareMode",
}  # fmt: skip
CUSTOMS = {
    "codeCpd", "numberCpd", "declarationNumber", "contractNumber", "importPort",
    "responsibleCustoms", "importDate", "Share", "feesApproved", "hsCode", "Record",
    "itemNumber", "formname",
}  # fmt: skip
# domain.md 3.4: the three forms beside it
CENTRE = {
    "cname", "innerId", "worth", "establish", "area", "instruNum", "accept", "subject",
    "serviceContent", "url", "contact", "phone", "email", "location", "postalcode", "level",
    "type", "shareMode", "requirement", "fee", "serviceUrl", "image", "achievement", "province",
    "city", "county", "insCode",
}  # fmt: skip
UNIT = {
    "cname", "innerId", "beginDate", "type", "function", "subject", "serviceContent",
    "achievement", "status", "requirement", "fee", "serviceUrl", "province", "city", "county",
    "street", "shareMode", "contact", "phone", "email", "location", "postalcode", "image",
}  # fmt: skip
FACILITY = {
    "cname", "ename", "enameShort", "innerId", "worth", "beginDate", "subject", "serviceContent",
    "url", "contact", "phone", "email", "requirement", "achievement", "video", "competentDep",
    "supInsname", "approvalDep", "deviceCategory", "construction", "technical", "function",
    "layoutImage", "keyImage", "experimentImage", "organizationFile", "openFile", "applyFile",
    "researchFile", "fillPosition", "fillInsname", "street", "province", "city", "county",
    "insCode",
}  # fmt: skip


def wire_names(spec: KindSpec) -> set[str]:
    return {one.exchange["nrii"] for one in spec.fields if "nrii" in one.exchange}


@pytest.mark.req("A-02", "A-16", "C-02")
def test_instrument_carries_the_national_form(instrument: KindSpec) -> None:
    assert wire_names(instrument) >= NRII
    customs = instrument.field("customs")
    assert {sub.exchange["nrii"] for sub in customs.fields} == CUSTOMS


@pytest.mark.req("A-02", "C-02")
def test_facility_centre_and_unit_carry_the_national_forms(base: loading.Loaded) -> None:
    specs = {spec.code: spec for spec in base.kinds}
    facility = specs["facility"]

    assert wire_names(facility) >= FACILITY
    assert wire_names(specs["instrument_centre"]) >= CENTRE
    assert wire_names(specs["service_unit"]) >= UNIT
    people = {
        s.exchange["nrii"] for n in ("scientist", "operator") for s in facility.field(n).fields
    }
    assert people == {
        f"{who}{what}"
        for who in ("sci", "run")
        for what in ("Contact", "Position", "Insname", "Phone", "Email")
    }


@pytest.mark.req("A-06", "A-21", "A-28")
def test_instrument_carries_what_the_city_needs(instrument: KindSpec) -> None:
    assert instrument.field("host_kind").facet
    assert [option.label for option in instrument.field("attributes").options] == [
        "大型",
        "精密",
        "稀有",
    ]
    assert instrument.has("province_net_state")
    assert instrument.field("current_state").codes == "instrument.state"
    assert instrument.field("run_state").codes == "nrii.run_state"
    assert len(queries.import_columns(instrument)) >= 37
    assert {spec.name for spec in instrument.columns} >= {"original_value", "inner_id", "model"}
    assert instrument.role("value") is instrument.field("original_value")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (KIND + "lable = '预算'\n", 11, "没有 lable 这一项。您是否想写 label?"),
        (KIND.replace('"money"', '"mony"'), 6, "类型 mony 不认识。您是否想写 money?"),
        (KIND + 'search = "重"\n', 11, "search 应为"),
        (KIND.replace('label = "预算"\n', ""), 6, "缺少 label"),
        (KIND.replace('"万元"', '"美元"'), 6, "金额单位只能是元或万元"),
        (KIND.replace('"budget"', '"Budget"'), 6, "小写字母"),
        (KIND.replace('label = "预算"', 'label = "名称"'), 6, "导入时无法区分"),
        (KIND + 'group = "money"\n', 6, "分组 money 不存在"),
        (KIND + 'visible = "all"\n', 6, "visible 只能是"),
        (KIND + 'required_when = [{ field = "x", values = [1] }]\n', 6, "'x' 不存在"),
        (KIND.replace('"money"', '"code"').replace('unit = "万元"', ""), 6, "codes(代码表)"),
        (KIND.replace('"money"', '"table"').replace('unit = "万元"', ""), 6, "fields(栏目)"),
        (KIND + 'pattern = "("\n', 6, "不是正确的正则表达式"),
        (KIND + "min = 5\nmax = 1\n", 6, "min 大于 max"),
        (KIND.replace("[kind]", "[kind"), 2, "不是正确的 TOML"),
        (KIND + "[[fields]]\nname = 'x'\n", 11, "没有 fields 这一项。您是否想写 field?"),
        (KIND.replace('code = "demand"', ""), 2, "code 应为"),
        (KIND + '[kind.roles]\nvalu = "budget"\n', 11, "没有 valu 这一项。您是否想写 value?"),
    ],
)
def test_fault_names_file_and_line(text: str, line: int, says: str) -> None:
    found = faults(text)

    assert any(says in message for _, message in found), found
    assert any(at == line for at, message in found if says in message), found


def test_faulty_file_keeps_the_others_alive() -> None:
    loaded = load(
        ("base/kinds/_core.toml", CORE),
        ("base/kinds/demand.toml", KIND),
        ("base/kinds/other.toml", "[kind"),
    )

    assert [spec.code for spec in loaded.kinds] == ["demand"]
    assert [fault.file for fault in loaded.faults] == ["base/kinds/other.toml"]


def test_place_extends_a_kind() -> None:
    extension = """
[kind]
extend = "demand"
label = "技术需求"
omit = ["budget"]

[[field]]
name = "title"
max_length = 30

[[field]]
name = "urgency"
label = "紧急程度"
type = "code"
options = [{ code = "high", label = "急" }]
facet = true
"""
    loaded = load(
        ("base/kinds/_core.toml", CORE),
        ("base/kinds/demand.toml", KIND),
        ("city/kinds/demand.toml", extension),
    )

    assert loaded.faults == ()
    (spec,) = loaded.kinds
    assert spec.label == "技术需求"
    assert [one.name for one in spec.fields] == ["title", "urgency"]
    assert spec.field("title").max_length == 30
    assert spec.field("title").required
    assert [one.name for one in spec.facets] == ["urgency"]


def test_place_cannot_take_a_code_silently() -> None:
    loaded = load(
        ("base/kinds/_core.toml", CORE),
        ("base/kinds/demand.toml", KIND),
        ("city/kinds/demand.toml", KIND),
    )

    assert [(f.file, f.line) for f in loaded.faults] == [("city/kinds/demand.toml", 2)]
    assert 'extend = "demand"' in loaded.faults[0].message


def test_checker_reports_the_pack_alone(tmp_path: Path) -> None:
    for pack, text in (("base", KIND + "lable = 'x'\n"), ("city", KIND.replace("demand", "need"))):
        folder = tmp_path / pack / "kinds"
        folder.mkdir(parents=True)
        (folder / "a.toml").write_text(text + "unknown = 1\n", encoding="utf-8")
    (tmp_path / "base" / "kinds" / "_core.toml").write_text(CORE, encoding="utf-8")

    found = queries.check_kind_files(tmp_path / "city", [tmp_path / "base"])

    assert found == [("kinds/a.toml", 11, "[[field]] 里没有 unknown 这一项。")]


def three() -> list[tuple[str, str]]:
    named = [("base/kinds/_core.toml", CORE)]
    return named + [
        (f"base/kinds/{code}.toml", f'[kind]\ncode = "k_{code}"\nlabel = "{code}"\n')
        for code in "abc"
    ]


@pytest.mark.req("A-16")
def test_a_pack_chooses_which_kinds_it_shows_in_which_order() -> None:
    loaded = load(*three(), ("city/kinds/_shown.toml", 'kinds = ["k_b", "k_a"]'))

    assert loaded.faults == ()
    assert [spec.code for spec in loaded.kinds] == ["k_b", "k_a"]
    assert [spec.code for spec in loaded.hidden] == ["k_c"]


def test_a_kind_of_a_later_pack_joins_those_shown() -> None:
    later = ("county/kinds/d.toml", '[kind]\ncode = "k_d"\nlabel = "d"\n')
    loaded = load(*three(), ("city/kinds/_shown.toml", 'kinds = ["k_a"]'), later)

    assert [spec.code for spec in loaded.kinds] == ["k_a", "k_d"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('kinds = [\n  "k_a",\n  "k_x",\n]', 3, "没有资源类型 k_x"),
        ('kinds = ["k_a", "k_a"]', 1, "列了两次"),
        ("kinds = []", 1, "应只有一项"),
        ('shown = ["k_a"]', 1, "应只有一项"),
        ("kinds = [", 1, "不是正确的 TOML 写法"),
    ],
)
def test_faults_of_the_list_of_kinds(text: str, line: int, says: str) -> None:
    found = load(*three(), ("city/kinds/_shown.toml", text)).faults

    assert found[0].line == line
    assert says in found[0].message


def test_a_facet_of_several_kinds_means_the_same_list(base: loading.Loaded) -> None:
    """The index keeps facets by name: one name must not stand for two code lists."""
    lists: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for spec in base.kinds:
        for one in spec.facets:
            own = tuple(option.code for option in one.options)
            lists.setdefault(one.name, set()).add((one.codes, own))

    assert {name: found for name, found in lists.items() if len(found) > 1} == {}
