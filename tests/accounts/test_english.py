"""Signing in and up in English and in the platform's own Chinese; the workbench stays Chinese."""

import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.accounts.conftest import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.req("X-10")]
HAN = re.compile(r"[一-鿿]+")
ENTRANCES = ("login/", "login/code/", "signup/", "password/reset/", "inactive/")


@pytest.fixture
def visitor(settings: Any, tmp_path: Any) -> Client:
    """A browser whose owner chose English."""
    settings.HOME, settings.SMS_BACKEND = tmp_path, "file"
    client = Client()
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def _chinese(page: str) -> list[str]:
    """Chinese words in the part of the page that is not the place's own names."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main is not None
    return HAN.findall(main[0])


@pytest.mark.parametrize("path", ENTRANCES)
def test_entrance_speaks_english(visitor: Client, path: str) -> None:
    page = visitor.get(f"/accounts/{path}").content.decode()

    assert '<html lang="en"' in page
    assert _chinese(page) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("login/", {"login": "nobody", "password": "wrong-horse-9"}),
        ("login/", {}),
        ("login/code/", {"phone": "123"}),
        ("signup/", {"phone": "138", "password1": "short"}),
        ("signup/", {"phone": "13800138001", "password1": "1234567890"}),
        ("password/reset/", {"email": "nowhere"}),
    ],
)
def test_faults_are_told_in_english(visitor: Client, path: str, data: dict[str, str]) -> None:
    page = visitor.post(f"/accounts/{path}", data).content.decode()

    assert "nothing has been submitted yet" in page
    assert _chinese(page) == []


@pytest.mark.parametrize("path", ["login/code/", "signup/"])
def test_page_for_the_code_speaks_english(visitor: Client, path: str) -> None:
    make_person("li-ming", mobile="13800138000")
    number = "13800138000" if "login" in path else "13900139000"

    answer = visitor.post(
        f"/accounts/{path}", {"phone": number, "password1": "correct-horse-9"}, follow=True
    )

    assert answer.redirect_chain
    assert _chinese(answer.content.decode()) == []


def test_workbench_pages_of_the_account_stay_chinese(visitor: Client) -> None:
    visitor.force_login(make_person("li-ming", email="li@example.cn"))

    for path in ("email/", "sessions/", "2fa/"):
        assert '<html lang="zh-Hans"' in visitor.get(f"/accounts/{path}").content.decode()


@pytest.mark.parametrize("path", ["login/code/", "signup/"])
def test_page_for_the_code_says_what_people_say(settings: Any, tmp_path: Any, path: str) -> None:
    settings.HOME, settings.SMS_BACKEND = tmp_path, "file"
    make_person("li-ming", mobile="13800138000")
    number = "13800138000" if "login" in path else "13900139000"

    answer = Client().post(
        f"/accounts/{path}", {"phone": number, "password1": "correct-horse-9"}, follow=True
    )
    page = answer.content.decode()

    assert "验证码" in page
    assert "重新获取验证码" in page
    assert "代码" not in page
