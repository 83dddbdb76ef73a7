"""Class codes deeper than their table: kept as typed, classified and found at the nearest above."""

import pytest

from kexiang.catalog.search_docs import RecordSource
from kexiang.kernel import classes
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kinds import queries as kinds
from kexiang.reference import queries as reference
from kexiang.search import queries as search
from kexiang.search import services as indexing
from kexiang.search.types import SearchQuery
from tests.catalog.conftest import World
from tests.support.records import published_as


def article(world: World, title: str, clc: str) -> str:
    return published_as(
        world,
        "article",
        title=title,
        document_type="journal",
        published_year=2021,
        fulltext_mode="none",
        clc=clc,
    ).uid


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("S511.01", ["S511.0", "S511.", "S511"]),
        ("010395", ["010300", "010000", "01039"]),
        ("X" * 41, []),
        ("A", []),
    ],
)
def test_codes_above_are_read_from_the_code(code: str, first: list[str]) -> None:
    assert list(classes.above(code))[:3] == first


@pytest.mark.django_db
@pytest.mark.req("E-01", "E-04")
@pytest.mark.parametrize(
    ("system", "code", "path"),
    [
        ("clc", "S511", ("S", "S5", "S51", "S511")),
        ("clc", "S511.01", ("S", "S5", "S51", "S511")),
        ("clc", "S511.031.5", ("S", "S5", "S51", "S511")),
        ("gbt4754", "C3311", ("C", "C33", "C331", "C3311")),
        ("gbt4754", "C33119", ("C", "C33", "C331", "C3311")),
        ("gbt13745", "210.5020", ("210",)),
        ("nrii.class", "010398", ("010000", "010300")),
        ("clc", "9", ()),
    ],
)
def test_a_code_stands_at_the_nearest_class_above(
    system: str, code: str, path: tuple[str, ...]
) -> None:
    assert reference.class_path(system, code) == path


@pytest.mark.django_db
@pytest.mark.req("E-04")
@pytest.mark.parametrize(
    ("kind", "field", "typed", "kept"),
    [
        ("article", "clc", "S511.01", ["S511.01"]),
        ("article", "clc", "s511.01;Q94", ["S511.01", "Q94"]),
        ("achievement", "industry", "3311", "C3311"),
        ("achievement", "industry", "C33", "C33"),
        ("dataset", "subjects", "210.5020", ["210.5020"]),
        ("dataset", "subjects", "农学", ["210"]),
    ],
)
def test_entry_keeps_what_was_typed(kind: str, field: str, typed: str, kept: object) -> None:
    done = kinds.cleaner(kind).clean({field: typed})

    assert done.faults == []
    assert done.values[field] == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "typed"), [("industry", "Z99"), ("industry", "99999")])
def test_a_code_under_no_known_class_is_refused(field: str, typed: str) -> None:
    assert [f.where for f in kinds.cleaner("achievement").clean({field: typed}).faults] == [field]


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("E-01", "E-04")
def test_a_class_filter_includes_what_stands_below(world: World, index: None) -> None:
    uids = {
        "S51": article(world, "禾谷类作物抗旱", clc="S51"),
        "S511": article(world, "水稻抗旱", clc="S511"),
        "S512": article(world, "小麦抗旱", clc="S512"),
        "S511.01": article(world, "早稻抗旱", clc="S511.01"),
        "S52": article(world, "豆类抗旱", clc="S52"),
    }
    indexing.catch_up()

    def under(code: str) -> set[str]:
        asked = SearchQuery(q="抗旱", kind="article", filters={"clc": [code]})
        return {hit.id for hit in search.search(ANONYMOUS, asked).hits}

    assert under("S51") == {uids[code] for code in ("S51", "S511", "S512", "S511.01")}
    assert under("S511") == {uids["S511"], uids["S511.01"]}
    assert under("S5") == set(uids.values())
    assert RecordSource().facet_labels("clc", ["S511"])["S511"] == "稻"
