"""The command line: one clear sentence, and a status that programs can rely on."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kexiang_site import cli

pytestmark = pytest.mark.once


def _run(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KEXIANG_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "kexiang_site.cli", *arguments],
        env={**kept, "KEXIANG_HOME": str(home), "PYTHONPATH": str(cli_root()), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def cli_root() -> Path:
    return Path(cli.__file__).parent.parent


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0

    text = capsys.readouterr().out
    assert [name for name in cli.COMMANDS if f"  {name} " not in text] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "没有“nothing”这个命令。"),
        (["serve", "--port", "x"], "参数有误"),
        (["serve", "--only", "mail"], "参数有误"),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 1

    error = capsys.readouterr().err
    assert error.startswith(sentence)
    assert len(error.splitlines()) == 1


def test_no_command_shows_the_usage_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert capsys.readouterr().out.startswith("用法")


@pytest.mark.parametrize(
    ("arguments", "name", "rest"),
    [
        (["--home", "/x", "init"], "init", ["--home", "/x"]),
        (["init", "--home", "/x"], "init", ["--home", "/x"]),
        (["--home", "/x"], "", ["--home", "/x"]),
        (["manage", "migrate", "--plan"], "manage", ["migrate", "--plan"]),
    ],
)
def test_home_may_stand_before_or_behind(arguments: list[str], name: str, rest: list[str]) -> None:
    assert cli._split(arguments) == (name, rest)


def test_taken_port_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket  # noqa: PLC0415 -- this test alone

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 1

    assert f"端口 {port} 已被占用" in capsys.readouterr().err


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after ``kexiang init``, for tests that only read it."""
    home = tmp_path_factory.mktemp("made")
    assert _run("init", home=home).returncode == 0
    return home


@pytest.mark.slow
def test_home_is_made_checked_and_told_about(made: Path) -> None:
    home = made

    again = _run("init", home=home)
    assert (again.returncode, again.stderr) == (0, "")
    assert "长治" in again.stdout

    doctor = _run("doctor", home=home)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "数据库:" in doctor.stdout
    assert "故障" not in doctor.stdout

    verified = _run("audit", "verify", home=home)
    assert verified.returncode == 0
    assert "没有发现问题" in verified.stdout


@pytest.mark.slow
def test_first_administrator_is_opened_once(tmp_path: Path) -> None:
    assert _run("init", home=tmp_path).returncode == 0

    nameless = _run("admin", "13800000000", home=tmp_path)
    opened = _run("admin", "138 0000 0000", "--name", "王五", home=tmp_path)
    again = _run("admin", "13800000000", home=tmp_path)
    wrong = _run("admin", "123", "--name", "王五", home=tmp_path)

    assert (nameless.returncode, opened.returncode) == (1, 0)
    assert "--name" in nameless.stderr
    assert "王五" in opened.stdout
    assert "系统管理员" in opened.stdout
    assert (again.returncode, wrong.returncode) == (1, 1)
    assert len(again.stderr.splitlines()) == len(wrong.stderr.splitlines()) == 1


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("kexiang 0.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"KEXIANG_DEBUG": "1"}, "调试模式"),
        ({"KEXIANG_ALLOWED_HOSTS": "*"}, "KEXIANG_ALLOWED_HOSTS"),
        ({"KEXIANG_SECRET_KEY": "secret"}, "KEXIANG_SECRET_KEY"),
    ],
)
def test_doctor_fails_on_what_is_dangerous(
    made: Path, settings: dict[str, str], words: str
) -> None:
    found = _run("doctor", home=made, **settings)

    assert found.returncode == 1
    assert words in found.stdout


@pytest.mark.slow
def test_doctor_hides_passwords_and_tells_a_dead_database(tmp_path: Path) -> None:
    url = "postgresql://kexiang:top-secret@127.0.0.1:1/none"

    found = _run("doctor", home=tmp_path, KEXIANG_DATABASE_URL=url)

    assert found.returncode == 1
    assert "top-secret" not in found.stdout + found.stderr


@pytest.mark.slow
def test_broken_pack_is_told_with_file_and_line(tmp_path: Path) -> None:
    pack = tmp_path / "nowhere-2020"
    pack.mkdir()
    (pack / "pack.toml").write_text("[pack]\nname = 3\n", encoding="utf-8")

    checked = _run("pack", "check", str(pack), home=tmp_path / "home")

    assert checked.returncode == 1
    assert "pack.toml:" in checked.stdout
    assert "Traceback" not in checked.stderr


def test_demo_never_deletes_a_real_home(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "kexiang.sqlite3").write_bytes(b"real data")

    for arguments in (["--fresh"], []):
        done = _run("demo", "--no-serve", *arguments, home=tmp_path)
        assert done.returncode == 1
        assert "不" in done.stderr
    assert (tmp_path / "kexiang.sqlite3").read_bytes() == b"real data"
