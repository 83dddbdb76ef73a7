"""Credit codes, mobile numbers, masks, separation of duties: pure rules."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexiang.accounts import rules
from kexiang.accounts.types import ADMIN_ROLES, GRANTED_ROLES, Role

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_character(body: str) -> str:
    """GB 32100 by its own formula (domain.md §3.12), independent of the library."""
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return ALPHABET[(31 - total % 31) % 31]


bodies = st.builds(
    lambda head, region, rest: head + region + rest,
    st.sampled_from(["91", "12", "52", "11"]),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.req("W-04")
@given(bodies, st.booleans(), st.booleans())
def test_a_right_code_is_accepted_however_it_is_written(body: str, lower: bool, wide: bool):
    code = body + check_character(body)
    text = code.lower() if lower else code
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) for c in text)

    assert rules.credit_code(f" {text[:8]}-{text[8:]} ") == code


@given(bodies, st.sampled_from(ALPHABET))
def test_a_wrong_check_character_is_refused(body: str, last: str):
    if last == check_character(body):
        assert rules.credit_code(body + last) == body + last
        return
    with pytest.raises(ValueError, match="校验位"):
        rules.credit_code(body + last)


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_mistyped_character_is_refused(body: str, where: int, wrong: str):
    code = body + check_character(body)
    typed = code[:where] + wrong + code[where + 1 :]
    if typed == code:
        return
    with pytest.raises(ValueError, match="统一社会信用代码"):
        rules.credit_code(typed)


@pytest.mark.parametrize(
    "text", ["", "9111", "9111000060003734IL", "91110000600037341S", "字" * 18]
)
def test_codes_of_wrong_length_or_letters_are_refused(text: str):
    with pytest.raises(ValueError, match="统一社会信用代码"):
        rules.credit_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "008613800138000",
    ],
)
def test_mobile_numbers_become_one_form(text: str):
    assert rules.mobile(text) == "+8613800138000"


@pytest.mark.parametrize(
    "text", ["", "12800138000", "1380013800", "+1 415 555 0100", "abc", "0355-2000001"]
)
def test_other_numbers_are_refused(text: str):
    with pytest.raises(ValueError, match="手机号"):
        rules.mobile(text)


@given(st.text(max_size=40))
def test_rules_answer_any_text_with_a_value_or_a_sentence(text: str):
    for rule in (rules.mobile, rules.credit_code, rules.username, rules.unit_code):
        kept, sentence = _tried(rule, text)
        assert sentence.endswith("。") or kept == rule(kept)


def _tried(rule: Callable[[str], str], text: str) -> tuple[str, str]:
    try:
        return rule(text), ""
    except ValueError as error:
        return "", str(error)


def test_masks():
    assert rules.mask_name("李明") == "李*"
    assert rules.mask_name("") == ""
    assert rules.mask_mobile("+8613800138000") == "138****8000"
    assert rules.mask_email("wang@example.cn") == "w***@example.cn"
    assert rules.mask_email("") == ""


def test_the_three_administrators_are_three_persons_without_business():
    table = {
        (held, wanted): bool(rules.clash_of_duties({held}, wanted))
        for held in GRANTED_ROLES
        for wanted in GRANTED_ROLES
        if held != wanted
    }

    assert table == {
        (held, wanted): held in ADMIN_ROLES or wanted in ADMIN_ROLES for held, wanted in table
    }
    assert rules.clash_of_duties(set(), Role.SYSADMIN) == ""


@pytest.mark.parametrize(
    ("host", "is_demo"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("127.0.0.1:80", True),
        ("[::1]:8000", True),
        ("demo.lan", True),
        ("kj.changzhi.gov.cn", False),
        ("localhost.evil.cn", False),
        ("127.0.0.1.evil.cn", False),
        ("*", False),
        (".gov.cn", False),
        ("", False),
    ],
)
def test_demo_hosts(host: str, is_demo: bool):
    assert rules.is_demo_host(host, frozenset({"demo.lan"})) is is_demo
