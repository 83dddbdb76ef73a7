"""Every number of the home page agrees with the list behind its link (ux.md B1.10)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kexiang.catalog import queries, services
from kexiang.catalog.models import Record
from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import services as search
from tests.catalog.conftest import AT, TODAY, World, later, test_item

pytestmark = pytest.mark.django_db
test_item.__test__ = False
SUMS = ("value", "hours")
TOTALS = (
    re.compile(r'class="kx-table__count">共 ([\d,]+) '),
    re.compile(r'aria-current="page">[^<]*<span class="kx-tabs__count">([\d,]+)<'),
)


def listed(url: str) -> int:
    text = Client().get(url).content.decode()
    found = next(m for pattern in TOTALS if (m := pattern.search(text)))
    return int(found.group(1).replace(",", ""))


@pytest.fixture
def varied(world: World, place: dict[str, Record], add: Any) -> None:
    """Published, under change, for registered users only, expired, draft; two units."""
    changed = place["sem"]
    services.update_record(
        actor=world.admin, uid=changed.uid, raw={**changed.attributes, "technical": "改"}, at=AT
    )
    services.submit_record(actor=world.admin, uid=changed.uid, at=later(9))
    add("test_item", title="只给登录用户看的试验")
    Record.objects.filter(title="只给登录用户看的试验").update(visibility="registered")
    add("test_item", title="过期的试验")
    Record.objects.filter(title="过期的试验").update(valid_until=TODAY - timedelta(days=1))
    firm = world.actor("unit_admin", world.firm)
    own = services.create_record(
        actor=firm, kind="test_item", owner=world.firm.uid, raw=test_item(title="盐雾试验"), at=AT
    )
    services.submit_record(actor=firm, uid=own.uid, at=later(1))
    services.approve_record(actor=world.city, uid=own.uid, at=later(2), secrecy_checked=True)
    services.create_record(
        actor=firm, kind="test_item", owner=world.firm.uid, raw=test_item(title="草稿"), at=AT
    )
    search.rebuild()


@pytest.mark.req("A-33", "X-10")
def test_home_page_numbers_agree_with_the_lists_behind_them(varied: None) -> None:
    figures = queries.public_figures(ANONYMOUS, TODAY)
    told = {
        figure.name: (int(figure.value), listed(figure.url))
        for figure in figures
        if figure.name not in SUMS
    }
    assert told == {
        "units": (2, 2),
        "instruments": (2, 2),
        "tests": (2, 2),
        "records": (4, 4),
    }


@pytest.mark.req("X-10")
def test_numbers_of_a_unit_page_agree_with_its_lists(varied: None, world: World) -> None:
    page = Client().get(f"/u/{world.university.code}").context["page"]
    assert {block.spec.code: block.total for block in page.blocks} == {
        "instrument": 2,
        "test_item": 1,
    }
    assert [listed(block.more_url) for block in page.blocks] == [
        block.total for block in page.blocks
    ]
