"""Jobs that only the tests declare; a module of their own, so that a worker can import them."""

import os
import time
from datetime import timedelta
from pathlib import Path

from kexiang.core.jobs import job, progress, scheduled
from kexiang.kernel.errors import Conflict


def _line(path: str, text: str) -> int:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    return len(Path(path).read_text(encoding="utf-8").splitlines())


@job("tests.write")
def write(path: str, text: str) -> int:
    return _line(path, text)


@job("tests.fail_until")
def fail_until(path: str, times: int) -> int:
    """Fails until it has been called ``times`` times."""
    called = _line(path, "called")
    if called < times:
        raise RuntimeError(f"call {called}")
    return called


@job("tests.refuse")
def refuse() -> None:
    raise Conflict("已由他人处理。")


@job("tests.hang")
def hang(path: str) -> None:
    """Hangs on the first call, so that the test can kill its worker; ends at once on the second."""
    progress(1, 4, "第一步")
    if _line(path, str(os.getpid())) == 1:
        time.sleep(60)


@job("tests.sleep")
def sleep(path: str, seconds: float) -> None:
    _line(path, "started")
    time.sleep(seconds)


@scheduled("tests.often", every=timedelta(seconds=2))
def often() -> None:
    _line(os.environ["KEXIANG_TEST_OFTEN"], "tick")


@scheduled("tests.daily", every=timedelta(days=1))
def daily() -> None:
    _line(os.environ["KEXIANG_TEST_OFTEN"], "daily")
