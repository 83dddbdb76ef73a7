"""The supervisor: starts web, indexer and jobs, restarts what ends, and ends all together.

It imports no Django, so that it starts at once and stays small.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from kexiang_site.processes import PARENT

HEAD_START_S = 8.0
"""How long the others let the web processes have the cores to themselves at the start."""
GRACE_S = 8.0
"""After SIGTERM; then SIGKILL, so that all is over within 10 s."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 30.0
TICK_S = 0.2


@dataclass
class Child:
    """One process and its restarts. ``again_at`` is when a crashed one starts anew."""

    role: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restarts: int = 0

    def start(self) -> None:
        environment = {**os.environ, PARENT: str(os.getpid())}
        command = [sys.executable, "-P", "-m", "kexiang_site.processes", self.role]
        # A process group of its own: Ctrl-C reaches the supervisor alone, which ends the rest.
        self.process = subprocess.Popen(  # noqa: S603 -- our own program
            [*command, *self.arguments], env=environment, process_group=0
        )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        return self.process.poll() if self.process else None


@dataclass
class Supervisor:
    children: Sequence[Child]
    stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        first = [child for child in self.children if child.role == "web"]
        for child in first or self.children:
            child.start()

    def start_others(self) -> None:
        """Start what is not started yet; visitors come first."""
        for child in self.children:
            if child.process is None:
                child.start()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def watch(self) -> None:
        """Until a signal: start crashed children again, with growing pauses."""
        while not self.stopping:
            for child in self.children:
                self._look_at(child)
            time.sleep(TICK_S)

    def _look_at(self, child: Child) -> None:
        if child.process is None:
            return
        now = time.monotonic()
        status = child.ended()
        if status is None:
            if now - child.started_at > HEALTHY_S:
                child.pause_s = FIRST_PAUSE_S
            return
        if not child.again_at:
            child.again_at = now + child.pause_s
            _say(f"{child.role} 进程意外结束(状态 {status}),{child.pause_s:.1f} 秒后重新启动。")
            child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)
        elif now >= child.again_at:
            child.again_at = 0.0
            child.restarts += 1
            child.start()

    def stop(self) -> None:
        """End every child: asked first, killed after ``GRACE_S``."""
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.terminate()
        end = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)

    def wait_ready(self, host: str, port: int, seconds: float = 60) -> bool:
        """Whether ``/readyz`` answers 200 in time; returns early when asked to stop.

        In a new home that takes the indexer too, so the others do not wait for ever.
        """
        began = time.monotonic()
        while (waited := time.monotonic() - began) < seconds and not self.stopping:
            if waited > HEAD_START_S:
                self.start_others()
            for child in self.children:
                self._look_at(child)
            if _is_ready(host, port):
                return True
            time.sleep(0.1)
        return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _is_ready(host: str, port: int) -> bool:
    address = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- compared only
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        # 400: the operator's ALLOWED_HOSTS has no loopback; the server is up all the same.
        return connection.getresponse().status in (200, 400)
    except OSError:
        return False
    finally:
        connection.close()


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def children(only: str | None, *, host: str, port: int, workers: int, threads: int) -> list[Child]:
    web = ["--host", host, "--port", str(port), "--workers", str(workers)]
    known = [
        Child("web", [*web, "--threads", str(threads)]),
        Child("indexer", []),
        Child("jobs", []),
    ]
    return [child for child in known if only in (None, child.role)]
