"""What every test shares: markers that need something, and the coverage page.

Sockets are closed except loopback and unix (``addopts`` in pyproject.toml).
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
SHARED_DATA = ROOT.parent / "shared" / "data"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IN_CI = os.environ.get("CI") == "true"

_requirements: dict[str, list[str]] = defaultdict(list)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out tests marked slow or e2e")
    parser.addoption("--coverage-page", help="write requirement number → tests to this file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    quick = config.getoption("--quick")
    left_out = [i for i in items if quick and (i.get_closest_marker("slow") or _is_e2e(i))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    for item in items:
        for marker in item.iter_markers("req"):
            for number in marker.args:
                _requirements[number].append(item.nodeid.split("[")[0])


@pytest.fixture(autouse=True)
def _packs_as_before() -> Iterator[None]:
    """A pack that a test has loaded is rolled back with it: the next test must look again."""
    from kexiang.reference import cache  # noqa: PLC0415 -- needs Django to be set up

    before = cache.times_forgotten()
    yield
    if cache.times_forgotten() != before:
        cache.forget()


def _is_e2e(item: pytest.Item) -> bool:
    return item.get_closest_marker("e2e") is not None


def pytest_collection_finish(session: pytest.Session) -> None:
    if page := session.config.getoption("--coverage-page"):
        from tools.coverage_page import render  # noqa: PLC0415 -- needed by one option only

        Path(page).write_text(render(_requirements), encoding="utf-8")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        _not_run("not run: ../shared/data is not there", fatal=IN_CI)
    if _is_e2e(item) and CHROMIUM is None:
        _not_run("not run: no chromium on this machine", fatal=False)


def _not_run(reason: str, *, fatal: bool) -> None:
    if fatal:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """The process-wide cache (rate limits, drafts) does not leak from test to test."""
    from django.core.cache import cache  # noqa: PLC0415 -- settings are not ready at import

    cache.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return SHARED_DATA
