import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexiang.kernel.actor import ANONYMOUS, Actor, Grant, region_covers
from kexiang.kernel.errors import Invalid, Problem
from kexiang.kernel.ids import is_uid, new_uid


@pytest.mark.parametrize(
    ("outer", "inner", "covers"),
    [
        ("140400", "140403", True),
        ("140400", "140400", True),
        ("140400", "140471", True),  # a functional zone under its city
        ("140000", "140403", True),
        ("140403", "140400", False),
        ("140403", "140404", False),
        ("140400", "140500", False),
        ("", "140403", False),
        ("140400", "", False),
    ],
)
@pytest.mark.req("A-08")
def test_a_region_covers_itself_and_what_lies_in_it(outer, inner, covers):
    assert region_covers(outer, inner) is covers


@given(st.from_regex(r"[1-9]\d{5}", fullmatch=True), st.from_regex(r"[1-9]\d{5}", fullmatch=True))
def test_regions_that_cover_each_other_are_the_same_place(a, b):
    if region_covers(a, b) and region_covers(b, a):
        assert a.rstrip("0") == b.rstrip("0") or a == b


def test_a_role_reaches_only_its_organisation_and_region():
    actor = Actor(
        "p", frozenset({Grant("unit_admin", org="A"), Grant("county_officer", region="140403")})
    )

    assert actor.has("unit_admin", org="A")
    assert not actor.has("unit_admin", org="B")
    assert actor.has("county_officer", region="140403")
    assert not actor.has("county_officer", region="140404")
    assert actor.orgs == {"A"}
    assert actor.regions_as({"county_officer"}) == {"140403"}


def test_nobody_has_nothing():
    assert not ANONYMOUS.is_known
    assert ANONYMOUS.roles == frozenset()
    assert not ANONYMOUS.has("unit_admin")


def test_a_token_carries_only_its_scopes():
    assert Actor("p", scopes=frozenset({"records:read"})).may_use("records:read")
    assert not Actor("p", scopes=frozenset({"records:read"})).may_use("records:write")
    assert Actor("p").may_use("records:write")


def test_uids_are_26_characters_and_sort_by_time():
    first, second = new_uid(), new_uid()
    assert is_uid(first)
    assert first[:10] <= second[:10]
    assert not is_uid("I" * 26)
    assert not is_uid("short")


def test_invalid_carries_every_problem():
    error = Invalid(
        [Problem("worth", "原值不能为负数。", label="原值", row=3), Problem("name", "请填写名称。")]
    )
    assert len(error.problems) == 2
    assert str(error) == "原值不能为负数。;请填写名称。"
    assert Invalid("请填写名称。").problems[0].message == "请填写名称。"
