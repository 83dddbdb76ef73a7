"""Real processes: started, restarted after ``kill -9``, ended together, never orphaned."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kexiang_site import cli

pytestmark = [pytest.mark.slow, pytest.mark.serial, pytest.mark.once]
ROOT = Path(cli.__file__).parent.parent


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KEXIANG_", "DJANGO_"))}
    return {**kept, "KEXIANG_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "kexiang_site.cli", *arguments]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    subprocess.run(_command("init"), env=_environment(folder), check=True, capture_output=True)
    return folder


class _Running:
    """A started platform and what the process table says about it."""

    def __init__(self, home: Path, *options: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process = subprocess.Popen(
            _command("serve", f"--port={self.port}", *options),
            env=_environment(home),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.announced = self.process.stdout.readline()

    def status(self, path: str = "/healthz") -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as server:
            try:
                server.request("GET", path)
                return server.getresponse().status
            except OSError:
                return 0

    def descendants(self) -> dict[int, str]:
        """Process number → role, of every process below the supervisor."""
        parents, roles = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                words = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            if status[0] != "Z":
                parents[int(folder.name)] = int(status[1])
                if "kexiang_site.processes" in words:
                    roles[int(folder.name)] = words[words.index("kexiang_site.processes") + 1]
        below = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in below} - below:
            below |= more
        return {pid: roles.get(pid, "") for pid in below - {self.process.pid}}

    def pids(self, role: str) -> list[int]:
        return sorted(pid for pid, name in self.descendants().items() if name == role)


@pytest.fixture
def running(home: Path) -> Iterator[_Running]:
    started = _Running(home)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        assert started.process.stdout is not None
        started.process.stdout.close()


def _until(check: Callable[[], bool], seconds: float = 20) -> float:
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, "not in time"
        time.sleep(0.1)
    return time.monotonic() - began


def _gone(pids: list[int]) -> bool:
    return not any(_is_running(pid) for pid in pids)


def _is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_platform_serves_heals_and_ends(running: _Running) -> None:
    assert f":{running.port}/" in running.announced
    assert running.status() == 200
    assert running.status("/readyz") == 200
    assert {len(running.pids("indexer")), len(running.pids("jobs"))} == {1}

    for role in ("jobs", "indexer", "web"):
        before = running.pids(role)
        os.kill(before[-1], signal.SIGKILL)  # of web: a worker, not its parent
        _until(lambda role=role, before=before: _healed(running, role, before))
    assert running.status() == 200

    everyone = list(running.descendants())
    running.process.send_signal(signal.SIGTERM)
    assert _until(lambda: running.process.poll() is not None, 10) < 10
    assert running.process.returncode == 0
    assert _gone(everyone)


def _healed(running: _Running, role: str, before: list[int]) -> bool:
    now = running.pids(role)
    return len(now) == len(before) and now != before


def test_nobody_survives_a_killed_supervisor(running: _Running) -> None:
    _until(lambda: running.pids("indexer") and running.pids("jobs"))  # they start after the web
    everyone = list(running.descendants())

    running.process.kill()

    assert _until(lambda: _gone(everyone), 5) < 5


def test_one_role_alone(home: Path) -> None:
    process = subprocess.Popen(_command("serve", "--only", "jobs"), env=_environment(home))
    try:
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.req("W-04")
def test_limits_hold_however_many_web_processes_there_are(running: _Running) -> None:
    """60 anonymous writes a minute, counted together; new connections reach both workers."""
    _until(lambda: running.status("/readyz") == 200)
    _until(lambda: time.time() % 60 < 45, seconds=30)

    def write() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)) as server:
            server.request(
                "POST", "/preferences", "theme=dark",
                {"Content-Type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            return server.getresponse().status

    answers = [write() for _ in range(90)]

    assert answers.count(303) == 60
    assert answers.count(429) == 30
    assert len(running.pids("web")) >= 3, "a parent and two workers"
