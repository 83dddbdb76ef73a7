"""Environment variables: all told, slips found, mail servers understood."""

import re
from pathlib import Path

import pytest

from kexiang_site import cli, env, variables

pytestmark = pytest.mark.once
ROOT = Path(cli.__file__).parent.parent
READ = re.compile(
    r"(?:environ(?:\.get\(|\.setdefault\(|\[)|env\.(?:flag|words)\(|environ\.get\()\s*\"(KEXIANG_[A-Z_]+)\""
)


def _read_in_code() -> set[str]:
    return {
        name
        for package in ("kexiang", "kexiang_site")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "settings_test.py"
        for name in READ.findall(path.read_text(encoding="utf-8"))
    }


def test_every_variable_the_code_reads_is_told_and_no_other() -> None:
    read = _read_in_code()

    assert read - variables.INTERNAL == set(variables.VARIABLES)


def test_reference_page_names_all() -> None:
    page = variables.page()

    assert [name for name in variables.VARIABLES if f"`{name}`" not in page] == []
    assert all(variable.meaning and variable.default for variable in variables.VARIABLES.values())


def test_a_slip_of_the_pen_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEXIANG_ALOWED_HOSTS", "kx.example.org")
    monkeypatch.setenv("KEXIANG_TEST_OFTEN", "1")

    assert variables.unknown() == ["KEXIANG_ALOWED_HOSTS"]


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtp+tls://mail.example.org", 587, True, False),
        ("smtps://mail.example.org", 465, False, True),
        ("smtps://mail.example.org:994", 994, False, True),
    ],
)
def test_mail_server_is_understood(url: str, port: int, starttls: bool, tls: bool) -> None:
    found = env.mail(url.replace("://", "://kx%40example.org:p%3Ass@"))

    assert (found.host, found.port, found.starttls, found.tls) == (
        "mail.example.org",
        port,
        starttls,
        tls,
    )
    assert (found.user, found.password) == ("kx@example.org", "p:ss")
    assert found.backend.endswith("smtp.EmailBackend")


def test_without_a_mail_server_mails_go_to_the_log() -> None:
    assert env.mail("").backend.endswith("console.EmailBackend")


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_other_mail_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="KEXIANG_EMAIL_URL"):
        env.mail(url)


def test_packs_lie_beside_the_clone_and_inside_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (env.packs() / "base" / "pack.toml").is_file()

    monkeypatch.setattr(env, "IN_CLONE", False)
    assert env.packs() == Path(env.__file__).parent / "packs"
