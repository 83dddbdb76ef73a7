"""Whatever comes in, ``clean`` answers; what it keeps is within the limits of the kind file."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kexiang.kinds.loading import Loaded
from kexiang.kinds.rules import Cleaner, Nothing, suggest_mapping
from kexiang.kinds.rules.texts import phone, standard_no, url

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=60)
    | st.dates()
    | st.decimals()
    | st.binary(max_size=5)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
quietly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="session")
def cleaners(base: Loaded) -> dict[str, Cleaner]:
    return {spec.code: Cleaner(spec, Nothing()) for spec in base.kinds}


def records(cleaner: Cleaner) -> st.SearchStrategy[dict[str, Any]]:
    names = [spec.name for spec in cleaner.spec.fields]
    return st.dictionaries(st.sampled_from(names) | st.text(max_size=10), anything, max_size=12)


@pytest.mark.req("A-16")
@pytest.mark.parametrize("code", ["instrument", "facility", "test_item", "article", "germplasm"])
def test_clean_never_raises_and_keeps_limits(code: str, cleaners: dict[str, Cleaner]) -> None:
    cleaner = cleaners[code]

    @quietly
    @given(records(cleaner))
    def check(raw: dict[str, Any]) -> None:
        done = cleaner.clean(raw)
        json.dumps(done.values, allow_nan=False).encode()
        for name, value in done.values.items():
            spec = cleaner.spec.field(name)
            if isinstance(value, str) and spec.max_length:
                assert len(value) <= spec.max_length
            if isinstance(value, list) and spec.max_items:
                assert len(value) <= spec.max_items
        assert all(problem.message for problem in done.problems)

    check()


@pytest.mark.parametrize("code", ["instrument", "test_item", "standard"])
def test_what_is_kept_is_kept_again(code: str, cleaners: dict[str, Cleaner]) -> None:
    cleaner = cleaners[code]

    @quietly
    @given(records(cleaner))
    def check(raw: dict[str, Any]) -> None:
        once = cleaner.clean(raw).values
        again = cleaner.clean(once)
        assert again.faults == []
        assert again.values == once

    check()


@quietly
@given(st.text(max_size=80))
def test_normal_forms_are_stable(text: str) -> None:
    for form in (standard_no, phone, url):
        once: Callable[[str], str | None] = form
        found = once(text)
        if found is not None:
            assert once(found) == found


@quietly
@given(heads=st.lists(st.text(max_size=30), max_size=60))
def test_mapping_answers_for_every_head(base: Loaded, heads: list[str]) -> None:
    found = suggest_mapping(heads, base.kinds[1])

    assert [match.index for match in found] == list(range(len(heads)))
    used = [match.field for match in found if match.field]
    assert len(used) == len(set(used))
