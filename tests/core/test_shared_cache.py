"""The cache of all processes: counts nothing twice and loses nothing, whoever counts."""

import multiprocessing
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache

from kexiang.core.shared_cache import SharedCache

PROCESSES, EACH = 4, 250


def _cache(path: Path) -> SharedCache:
    return SharedCache(str(path), {})


@pytest.fixture
def cache(tmp_path: Path) -> BaseCache:
    return _cache(tmp_path / "cache" / "shared.sqlite3")


def _count(path: Path, out: Any) -> None:
    cache = _cache(path)
    mine = sum(cache.add(f"first-{n}", 1) for n in range(EACH))
    for _ in range(EACH):
        cache.incr("together")
    out.put(mine)


def test_processes_count_together_and_one_alone_is_first(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    _cache(path).set("together", 0, 60)
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    children = [context.Process(target=_count, args=(path, out)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    firsts = [out.get(timeout=60) for _ in children]
    for child in children:
        child.join(timeout=60)

    assert _cache(path).get("together") == PROCESSES * EACH
    assert sum(firsts) == EACH


def test_values_come_back_as_they_were(cache: BaseCache) -> None:
    for value in (0, -7, True, None, "字", 1.5, [1, {"a": (2,)}], 2**70):
        cache.set("x", value)
        found = cache.get("x", "nothing")
        assert (found, type(found)) == (value, type(value))
    assert cache.get("y", "nothing") == "nothing"


def test_entries_end(cache: BaseCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("x", 1, 60)
    assert not cache.add("x", 2, 60)
    cache.touch("x", 0)

    assert cache.get("x") is None
    assert not cache.has_key("x")
    with pytest.raises(ValueError, match="no number"):
        cache.incr("x")
    assert cache.add("x", 3, None), "an ended entry makes room"
    assert cache.incr("x", 4) == 7
    monkeypatch.setattr("kexiang.core.shared_cache.SWEEP_ONE_IN", 1)
    cache.set("gone", 1, 0)
    cache.set("kept", 1, 60)
    assert (cache.get("x"), cache.get("kept")) == (7, 1)
    assert cache.delete("x")
    cache.clear()
    assert cache.get("kept") is None


def test_text_is_not_counted_up(cache: BaseCache) -> None:
    cache.set("x", "1")
    with pytest.raises(ValueError, match="no number"):
        cache.incr("x")


def test_file_is_for_nobody_else(cache: BaseCache, tmp_path: Path) -> None:
    cache.set("x", 1)
    assert stat.S_IMODE((tmp_path / "cache" / "shared.sqlite3").stat().st_mode) == 0o600


def test_a_lost_file_system_is_an_empty_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = _cache(tmp_path / "file" / "shared.sqlite3")

    cache.set("x", 1)

    assert cache.get("x", 2) == 2
    assert cache.add("x", 1), "nobody is locked out"
    with pytest.raises(ValueError, match="no number"):
        cache.incr("x")
    assert not cache.delete("x")
    cache.clear()
