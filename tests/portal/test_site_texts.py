"""The telephones of the demo place fill what the pack leaves open, and nothing else."""

import re
from typing import Any

import pytest

from kexiang.core import providers
from kexiang.portal import navigation
from kexiang_site.demo import contact

pytestmark = pytest.mark.django_db


@pytest.mark.req("X-10")
def test_demo_telephones_are_invented_and_give_way_to_the_packs(monkeypatch: Any) -> None:
    assert navigation.place().phones == ()
    monkeypatch.setitem(providers._slots, "site.texts", [contact.texts])
    place = navigation.place()

    assert [label for label, _phone in place.phones] == ["业务咨询", "技术支持", "投诉电话"]
    assert all(re.fullmatch(r"0355-000\d{4}", phone) for _label, phone in place.phones)
    assert navigation._texts({"consult_phone": "0355-2191000"})["consult_phone"] == "0355-2191000"
