"""Chains of editions: standards, metrological regulations, policy documents (E-04, AB-01)."""

from typing import Any

import pytest
from django.test import Client

from kexiang.catalog.models import Record
from kexiang.catalog.queries import succession
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kinds import queries as kinds
from tests.catalog.conftest import TODAY, World, client_of, person_with, test_item
from tests.support.records import published_as

pytestmark = pytest.mark.django_db


def standard(world: World, number: str, state: str = "current", **more: Any) -> Record:
    return published_as(
        world,
        "standard",
        standard_no=number,
        title=f"标准 {number}",
        standard_type=more.pop("standard_type", "national"),
        standard_state=state,
        **more,
    )


def chain(row: Record) -> list[tuple[str, str, bool]]:
    found = succession.editions(ANONYMOUS, row, TODAY)
    return [(one.number, one.state_label, bool(one.url)) for one in found]


@pytest.mark.req("E-04")
def test_a_chain_is_followed_both_ways_and_over_what_is_not_registered(world: World) -> None:
    """1984 and 1990 are not registered; 2000 knows its elder, 2020 says whom it replaces."""
    standard(
        world,
        "GB/T 4334-2000",
        "replaced",
        replaces=[{"number": "GB 4334-1990"}],
        replaced_by=[{"number": "GB/T 4334-2008"}],
    )
    newest = standard(world, "GB/T 4334-2020", replaces=[{"number": "GB/T 4334-2008"}])
    standard(world, "GB/T 228.1-2021")

    expected = [
        ("GB 4334-1990", "被代替", False),
        ("GB/T 4334-2000", "被代替", True),
        ("GB/T 4334-2008", "被代替", False),
        ("GB/T 4334-2020", "现行", True),
    ]
    assert chain(newest) == expected
    assert chain(Record.objects.get(inner_no="GB/T 4334-2000")) == expected
    assert chain(Record.objects.get(inner_no="GB/T 228.1-2021")) == []


@pytest.mark.req("E-04")
def test_a_regulation_split_into_two_and_a_ring_end(world: World) -> None:
    kind = {"standard_type": "metrology", "metrology_type": "jjg"}
    old = standard(
        world,
        "JJG 196-1990",
        "replaced",
        replaced_by=[{"number": "JJG 196-2006"}, {"number": "JJF 1900-2006"}],
        **kind,
    )
    standard(world, "JJG 196-2006", replaced_by=[{"number": "JJG 196-1990"}], **kind)

    assert {number for number, _, _ in chain(old)} == {
        "JJG 196-1990",
        "JJG 196-2006",
        "JJF 1900-2006",
    }


@pytest.mark.req("E-04", "A-14")
def test_a_test_item_that_cites_an_old_standard_is_told_the_present_one(world: World) -> None:
    standard(world, "GB/T 4334-2008", "replaced", replaced_by=[{"number": "GB/T 4334-2020"}])
    standard(world, "GB/T 4334-2020")
    standard(world, "GB/T 10000-1988", "abolished", abolished_on="2010-01-01")
    numbers = ["gbt4334-2008", "GB/T 4334-2020", "GB/T 10000-1988", "GB/T 99999-2000"]
    values = test_item(standards=[{"number": n} for n in numbers])
    item = published_as(world, "test_item", **values)

    found = succession.superseded(
        ANONYMOUS, kinds.kind("test_item"), item.attributes, TODAY
    )  # fmt: skip

    assert [(one.number, one.text) for one in found] == [
        ("GB/T 4334-2008", "GB/T 4334-2008 已被 GB/T 4334-2020 代替。"),
        ("GB/T 10000-1988", "GB/T 10000-1988 已废止。"),
    ]
    assert found[0].heirs[0].url.startswith("/r/")


@pytest.mark.req("AB-01")
def test_a_policy_shows_what_came_before_and_after(world: World) -> None:
    facts = {"issuers": "某市人民政府", "policy_level": "city", "policy_category": "normative"}
    old = published_as(
        world,
        "policy",
        title="科技资源共享办法(试行)",
        document_no="某政发〔2010〕5号",
        issued_on="2010-05-01",
        validity="repealed",
        repealed_on="2017-09-20",
        **facts,
    )
    published_as(
        world,
        "policy",
        title="科技资源共享办法",
        document_no="某政发〔2017〕9号",
        issued_on="2017-09-20",
        validity="current",
        replaces=[{"document_no": "某政发〔2010〕5号", "title": "科技资源共享办法(试行)"}],
        **facts,
    )

    assert chain(old) == [
        ("某政发〔2010〕5号", "已废止", True),
        ("某政发〔2017〕9号", "现行有效", True),
    ]


def test_hidden_records_are_no_part_of_a_chain(world: World) -> None:
    newest = standard(world, "GB/T 1-2020", replaces=[{"number": "GB/T 1-2010"}])
    hidden = standard(world, "GB/T 1-2010", "replaced", replaced_by=[{"number": "GB/T 1-2020"}])
    Record.objects.filter(pk=hidden.pk).update(visibility="restricted")

    assert chain(newest)[0] == ("GB/T 1-2010", "被代替", False)


@pytest.mark.req("E-04", "A-14")
def test_pages_show_the_chain_and_the_warning(world: World, client: Client) -> None:
    old = standard(world, "GB/T 4334-2008", "replaced", replaced_by=[{"number": "GB/T 4334-2020"}])
    standard(world, "GB/T 4334-2020")
    item = published_as(world, "test_item", **test_item(standards=[{"number": "GB/T 4334-2008"}]))

    page = client.get(f"/r/{old.uid}").content.decode()
    assert "沿革" in page
    assert page.index("GB/T 4334-2008") < page.index("GB/T 4334-2020")
    warning = "GB/T 4334-2008 已被 GB/T 4334-2020 代替。"
    assert warning in client.get(f"/t/{item.uid}").content.decode()
    keeper = client_of(person_with("instrument_keeper", world.university))
    assert warning in keeper.get(f"/work/records/{item.uid}/").content.decode()
