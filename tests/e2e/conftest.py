"""A real server with the whole demo place, and a browser that minds every complaint.

``KEXIANG_E2E_URL`` and ``KEXIANG_E2E_HOME`` name a running demo instead, for quick work.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tools.browser import use_our_node

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"office": (1366, 768), "phone": (390, 844)}
STARTED_S = 90


@dataclass(frozen=True)
class Site:
    """A running demo place."""

    url: str
    home: Path

    def account(self, role: str) -> dict[str, str]:
        listed = json.loads((self.home / "demo-accounts.json").read_text(encoding="utf-8"))
        return next(line for line in listed if line["role"] == role)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if url := os.environ.get("KEXIANG_E2E_URL"):
        yield Site(url.rstrip("/"), Path(os.environ["KEXIANG_E2E_HOME"]))
        return
    home = tmp_path_factory.mktemp("e2e-home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KEXIANG_")}
    command = [sys.executable, "-m", "kexiang_site.cli", "demo", "--home", str(home)]
    subprocess.run([*command, "--no-serve"], check=True, env=environment, cwd=ROOT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home / "serve.log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [*command, "--port", str(port)], env=environment, cwd=ROOT, stdout=log, stderr=log
    )
    try:
        found = Site(f"http://127.0.0.1:{port}", home)
        _wait_until_ready(found, server)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_until_ready(site: Site, server: subprocess.Popen[bytes]) -> None:
    import time  # noqa: PLC0415 -- only while a server starts

    until = time.monotonic() + STARTED_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"{site.url}/readyz", timeout=2) as answer:  # noqa: S310 -- our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail((site.home / "serve.log").read_text(encoding="utf-8")[-3000:])


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    use_our_node()
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with playwright.sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Visitor:
    """One person at one screen; every console error and CSP violation is kept against the site."""

    def __init__(self, browser: Any, site: Site, size: str, **options: Any) -> None:
        width, height = SIZES[size]
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", **options
        )
        self.context.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def _console(self, message: Any) -> None:
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(f"console: {message.text}")

    def go(self, path: str) -> Any:
        return self.page.goto(self.site.url + path)

    def sign_in(self, role: str) -> None:
        account = self.site.account(role)
        self.go("/accounts/login/")
        self.page.fill("#id_login", account["username"])
        self.page.fill("#id_password", account["password"])
        self.page.click("form.kx-form button[type=submit]")
        self.page.wait_for_url("**/work/**")

    def check(self, *, wide: bool = False) -> None:
        """No serious axe violation, no sideways scrolling of the page, no complaint so far."""
        assert self.complaints == []
        beyond = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide or beyond <= 0, f"{self.page.url}: {beyond} px beyond the screen"
        faults = axe(self.page)
        assert faults == [], f"{self.page.url}: {faults}"


def axe(page: Any) -> list[str]:
    """Serious and critical violations: rule and the first element concerned."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [
        f"{rule['id']}: {rule['nodes'][0]['target']} {rule['nodes'][0]['failureSummary'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Any]:
    """``visit("phone")`` gives a visitor; complaints of all of them fail the test at its end."""
    visitors: list[Visitor] = []

    def come(size: str = "office", **options: Any) -> Visitor:
        visitors.append(Visitor(browser, site, size, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [word for visitor in visitors for word in visitor.complaints] == []
