"""The form of a kind: accessible, working without JavaScript, refusing what the rules refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from kexiang.kernel.ids import new_uid
from kexiang.kinds import queries, services
from kexiang.kinds.rules import Cleaner

pytestmark = pytest.mark.django_db


def post(values: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for key, value in values.items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return data


@pytest.fixture
def typed(good: dict[str, Any], cleaner: Callable[..., Cleaner]) -> dict[str, Any]:
    """The good record as a browser posts it: codes for selects."""
    coded = {"nation": "DE", "class_code": "010300", "category": "2", "source": "1",
             "subjects": ["430", "150"], "open_state": "open", "share_mode": "2",
             "funding_source": "fiscal", "funds": ["2"]}  # fmt: skip
    return {**good, **coded}


def test_form_shows_groups_in_order() -> None:
    form = services.form_for(queries.kind("instrument"))

    labels = [group.label for group, _ in form.groups]
    assert labels[:3] == ["仪器基本信息", "能做什么", "价格与周期"]
    assert sum(len(fields) for _, fields in form.groups) == len(form.fields)
    html = str(form)
    assert "原值(万元)" in html
    assert 'aria-required="true"' in html
    assert 'name="customs-0-declaration_number"' in html
    assert "<script" not in html
    assert "style=" not in html


def test_good_post_gives_stored_values(typed: dict[str, Any], good: dict[str, Any]) -> None:
    form = services.form_for(queries.kind("instrument"), post(typed))

    assert form.is_valid(), form.errors
    assert form.values == queries.cleaner("instrument").clean(good).values


@pytest.mark.req("A-16")
def test_errors_stand_at_their_field(typed: dict[str, Any]) -> None:
    wrong = {**typed, "original_value": "很贵", "prices-0-item": "物相", "prices-0-unit": "item",
             "prices-1-firm": "-5"}  # fmt: skip
    form = services.form_for(queries.kind("instrument"), post(wrong))

    assert not form.is_valid()
    assert set(form.errors) == {"original_value", "prices"}
    html = str(form)
    assert "应为数字,现为“很贵”" in html
    assert 'id="id_prices-1-firm_error"' in html
    assert 'value="-5"' in html


def test_draft_may_leave_required_open(typed: dict[str, Any]) -> None:
    del typed["manufacturer"]
    spec = queries.kind("instrument")

    assert not services.form_for(spec, post(typed)).is_valid()
    draft = services.form_for(spec, post(typed), draft=True)

    assert draft.is_valid()
    assert [problem.where for problem in draft.result.missing] == ["manufacturer"]


def test_stored_values_come_back_into_the_controls(good: dict[str, Any]) -> None:
    spec = queries.kind("instrument")
    values = (
        queries.cleaner("instrument")
        .clean(
            {**good, "prices": "物相|样|60|120|150", "keywords": "XRD;物相", "voucher_usable": "是"}
        )
        .values
    )

    html = str(services.form_for(spec, values=values))

    assert 'value="126.50"' in html
    assert 'value="XRD;物相"' in html
    assert '<option value="010300" selected>' in html
    assert '<option value="是" selected>' in html
    assert 'name="prices-0-firm" value="150.00"' in html
    assert 'name="prices-2-item"' in html


def test_ended_code_stays_choosable(good: dict[str, Any]) -> None:
    form = services.form_for(queries.kind("instrument"), values={"open_state": "gone"})

    assert '<option value="gone" selected>gone</option>' in str(form["open_state"])


def test_untouched_fields_keep_their_values(good: dict[str, Any]) -> None:
    spec = queries.kind("instrument")
    values = queries.cleaner("instrument").clean(good).values

    form = services.form_for(spec, post({"title": "新名称"}), values=values, only=["title"])

    assert form.is_valid(), form.errors
    assert form.values == {**values, "title": "新名称"}


def test_files_are_kept_and_added(typed: dict[str, Any]) -> None:
    spec = queries.kind("instrument")
    kept, dropped = new_uid(), new_uid()
    upload = SimpleUploadedFile("a.jpg", b"x")
    data = post({**typed, "images-present": "1", "images": [kept]})

    form = services.form_for(
        spec, data, MultiValueDict({"images-new": [upload]}), values={"images": [kept, dropped]}
    )

    assert form.is_valid(), form.errors
    assert form.values["images"] == [kept]
    assert list(form.uploads()) == [("images", upload)]


def test_help_of_a_pack_is_text(instrument: Any) -> None:
    assert all(
        "<" not in field.help_text for field in services.form_for(instrument).fields.values()
    )
