"""What pages tell machines: valid by the shapes of science-on-schema.org, only what is public."""

import json
import re

import pytest

from kexiang.catalog.models import Record
from kexiang.catalog.types import Card
from kexiang.kinds import queries as kinds
from kexiang.portal.queries import json_ld

pytestmark = pytest.mark.django_db
BASE = "https://kx.example.gov.cn"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
REQUIRED = {
    "Dataset": {"@id", "name", "description", "url", "identifier", "keywords", "version"},
    "Product": {"@id", "name", "description", "url", "category"},
    "Service": {"@id", "name", "serviceType", "provider"},
    "ScholarlyArticle": {"@id", "headline", "author", "datePublished"},
    "Organization": {"@id", "name", "url"},
    "WebSite": {"@id", "url", "name", "potentialAction"},
    "BreadcrumbList": {"itemListElement"},
}


def card(kind, **changes):
    own = {
        "uid": "01J00000000000000000000000",
        "number": "SJ-2026-000001",
        "title": "长治盆地气温数据集",
        "subtitle": "",
        "summary": "1961 至 2020 年逐日气温",
        "url": "/r/01J00000000000000000000000",
        "owner": "上党大学(演示)",
        "owner_uid": "01J00000000000000000000001",
        "owner_code": "shangdang",
        "region": "140403",
        "region_name": "潞州区",
        "state": "published",
        "state_label": "已发布",
    }
    return Card(kind=kind, kind_label=kind, **{**own, **changes})


DATASET = {
    "description": "长治盆地十二个县区气象站一九六一年至二〇二〇年逐日平均气温、最高气温和最低气温,"
    "经过均一性检验,缺测以 -999 表示,可用于气候变化与农业气象研究。",
    "keywords": ["气温", "气象"],
    "doi": "10.12345/demo.1",
    "creators": ["气象观测课题组"],
    "data_version": "2.0",
    "access_mode": "open",
    "licence": "CC BY 4.0",
    "covers_from": "1961-01-01",
    "covers_until": "2020-12-31",
    "place": "长治盆地",
    "data_url": "https://data.example.org/1.csv",
    "published_on": "2024-05-01",
}


def blocks(text):
    return {block["@type"]: block for block in map(json.loads, BLOCK.findall(text))}


def checked(found):
    for kind, block in found.items():
        assert REQUIRED[kind] <= set(block), (kind, block)
        assert block["@context"] == {"@vocab": "http://schema.org/"}
    return found


def test_pages_carry_the_types_they_show(visitor, world, place):
    xrd, igc = place["xrd"], place["igc"]
    home = checked(blocks(visitor.get("/").content.decode()))
    assert "urlTemplate" in home["WebSite"]["potentialAction"]["target"]
    product = checked(blocks(visitor.get(f"/r/{xrd.uid}").content.decode()))
    assert product["Product"]["offers"]["priceCurrency"] == "CNY"
    assert [i["position"] for i in product["BreadcrumbList"]["itemListElement"]] == [1, 2, 3]
    service = checked(blocks(visitor.get(f"/t/{igc.uid}").content.decode()))
    assert service["Service"]["provider"]["name"] == "上党大学(演示)"
    unit = checked(blocks(visitor.get(f"/u/{world.university.code}").content.decode()))
    assert unit["Organization"]["name"] == "上党大学(演示)"
    assert "BreadcrumbList" in blocks(visitor.get("/region/140403").content.decode())


def test_only_fields_open_to_all_are_told(visitor, place):
    text = "".join(BLOCK.findall(visitor.get(f"/r/{place['xrd'].uid}").content.decode()))
    assert "ZC-0001" not in text  # the asset number is the unit's own business


def test_a_hidden_record_tells_machines_nothing(world, place):
    from tests.catalog.conftest import client_of, person_with  # noqa: PLC0415 -- for this one

    row = place["xrd"]
    Record.objects.filter(pk=row.pk).update(visibility="registered")
    client = client_of(person_with("unit_admin", world.university))
    text = client.get(f"/r/{row.uid}").content.decode()
    assert "noindex" in text
    assert not BLOCK.findall(text)


def test_an_article_names_authors_and_journal(db):
    values = {"authors": ["张三", "李四"], "journal": "腐蚀学报", "issn": "1234-5678"}
    values |= {"published_year": 2021, "doi": "10.1/x", "pages": "1-9"}
    found = json_ld.record(kinds.kind("article"), card("article"), values, BASE)
    assert [a["name"] for a in found["author"]] == ["张三", "李四"]
    assert found["isPartOf"] == {"@type": "Periodical", "name": "腐蚀学报", "issn": "1234-5678"}
    assert found["datePublished"] == "2021"
    assert found["sameAs"] == "https://doi.org/10.1/x"


@pytest.mark.once
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib in its own reader
@pytest.mark.shared_data
@pytest.mark.parametrize(
    "shapes",
    [
        "validation__shapegraphs__soso_common_v1.2.3.ttl",
        "validation__shapegraphs__googleRequired.ttl",
    ],
)
def test_datasets_satisfy_the_shapes(db, shared_data, shapes):
    from pyshacl import validate  # noqa: PLC0415 -- heavy; needed here only
    from rdflib import Graph  # noqa: PLC0415 -- same

    folder = shared_data / "schemas" / "science_on_schema_org"
    shape = Graph().parse(folder / shapes, format="turtle")
    for values in (DATASET, {"description": DATASET["description"]}):
        record = json_ld.record(kinds.kind("dataset"), card("dataset"), values, BASE)
        data = Graph().parse(data=json.dumps(record), format="json-ld")
        conforms, _graph, text = validate(data, shacl_graph=shape, do_owl_imports=False)
        assert conforms, text
