"""What the machine tells of itself is for its operators."""

from typing import Any

import pytest
from django.test import Client

from kexiang.core import providers

pytestmark = [pytest.mark.django_db, pytest.mark.req("X-06")]
STRANGER = "203.0.113.7"


@pytest.fixture(autouse=True)
def _strict(settings: Any) -> None:
    settings.METRICS_TOKEN, settings.TRUSTED_PROXIES = "", frozenset()


def ask(path: str, address: str, **headers: str) -> Any:
    return Client(REMOTE_ADDR=address, headers=headers).get(path)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1"])
def test_this_machine_sees_the_figures(address: str) -> None:
    assert ask("/metrics", address).status_code == 200
    assert "checks" in ask("/readyz", address).json()


@pytest.mark.parametrize("address", [STRANGER, "10.0.0.9", "", "unix:", "2001:db8::1"])
def test_strangers_do_not(address: str) -> None:
    answer = ask("/metrics", address)

    assert answer.status_code == 403
    assert "kexiang_" not in answer.content.decode()


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_a_forwarded_request_comes_from_elsewhere(name: str) -> None:
    """A proxy on this machine, not announced as trusted: everybody arrives from 127.0.0.1."""
    for value in (STRANGER, "127.0.0.1", ""):
        assert ask("/metrics", "127.0.0.1", **{name: value}).status_code == 403


def test_trusted_proxy_sees_them_and_its_visitors_do_not(settings: Any) -> None:
    settings.TRUSTED_PROXIES = frozenset({"10.1.2.3"})

    assert ask("/metrics", "10.1.2.3").status_code == 200
    assert ask("/metrics", "10.1.2.3", **{"x-forwarded-for": STRANGER}).status_code == 403
    assert ask("/metrics", "10.1.2.3", **{"x-forwarded-for": "127.0.0.1"}).status_code == 403


def test_with_a_token_only_the_token_counts(settings: Any) -> None:
    settings.METRICS_TOKEN = "of-the-operator"

    assert ask("/metrics", STRANGER, authorization="Bearer of-the-operator").status_code == 200
    for header in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer of-the-operato",
        "of the operator",
        "Bearer 令",
    ):
        answer = ask("/metrics", "127.0.0.1", authorization=header.encode().decode("latin-1"))
        assert answer.status_code == 403, header


def test_strangers_learn_only_whether_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(providers._slots, "ready", [lambda: ("search", False)])

    answer = ask("/readyz", STRANGER)

    assert (answer.status_code, answer.json()) == (503, {"ready": False})
    assert ask("/readyz", "127.0.0.1").json()["checks"] == {"database": True, "search": False}
