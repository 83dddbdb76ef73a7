"""What pages keep: one computes, the others go on, and nothing is older than it may be."""

import threading
import time

import pytest

from kexiang.core import kept as module
from kexiang.core.kept import kept


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def counted():
    calls = []

    def build():
        calls.append(1)
        return {"n": len(calls)}

    return build, calls


def test_a_fresh_value_is_not_computed_again(clock):
    build, calls = counted()
    assert kept("x", build) == kept("x", build) == {"n": 1}
    assert kept("y", build) == {"n": 2}
    assert len(calls) == 2


def test_a_value_is_renewed_when_its_time_is_over(clock):
    build, _calls = counted()
    kept("x", build)
    clock.now += module.FRESH + 1
    assert kept("x", build) == {"n": 2}
    clock.now -= 3600  # the machine's clock was set back
    assert kept("x", build) == {"n": 3}


def test_while_one_computes_the_others_get_the_old_value(clock):
    kept("x", lambda: "old")
    clock.now += module.FRESH + 1
    may_end, began = threading.Event(), threading.Event()

    def slow():
        began.set()
        assert may_end.wait(10)
        return "new"

    thread = threading.Thread(target=lambda: kept("x", slow))
    thread.start()
    assert began.wait(10)
    assert kept("x", lambda: pytest.fail("computed twice")) == "old"
    may_end.set()
    thread.join()
    assert kept("x", lambda: pytest.fail("computed twice")) == "new"


def test_a_stale_value_is_waited_for_and_computed_once():
    calls = []

    def slow():
        calls.append(1)
        time.sleep(0.2)
        return "value"

    found = []
    threads = [
        threading.Thread(target=lambda: found.append(kept("slow", slow))) for _number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["value"] * 6
    assert len(calls) == 1


def test_a_failure_is_told_and_not_kept(clock):
    def broken():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        kept("x", broken)
    assert kept("x", lambda: 1) == 1
