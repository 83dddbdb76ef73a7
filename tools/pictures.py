"""Pictures of the demo place's pages at 1366, 1440 and 390 px, for looking at before a release.

``python -m tools.pictures URL HOME FOLDER [NAME…]``: URL of a running demo, its home (for the
accounts), where the pictures go, and optionally only the pages so named. Needs Playwright and
Debian's chromium; prints one line per page with what the browser complained of.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tools.browser import use_our_node

SIZES = {"1366": (1366, 768), "1440": (1440, 900), "390": (390, 844)}
LOAD_ALL = """async () => {
  const late = [...document.images].filter(image => !image.complete);
  late.forEach(image => { image.loading = 'eager'; });
  await Promise.all(late.map(image => image.decode().catch(() => null)));
}"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@dataclass(frozen=True)
class Page:
    """A page to be pictured: by whom it is seen and where it is, or a search that leads to it."""

    name: str
    path: str
    role: str = ""
    first: str = ""


PAGES = (
    Page("home", "/"),
    Page("search", "/search?q=不锈钢 腐蚀"),
    Page("search-instruments", "/search?kind=instrument"),
    Page("search-nothing", "/search?q=量子引力波打印机"),
    Page("search-germplasm", "/search?q=党参&kind=germplasm"),
    Page("instrument", "/search?q=D8 ADVANCE&kind=instrument", first="/r/"),
    Page("test-item", "/search?q=不锈钢 晶间腐蚀&kind=test_item", first="/t/"),
    Page("article", "/search?q=晶间腐蚀&kind=article", first="/r/"),
    Page("accession", "/search?q=党参&kind=germplasm", first="/r/"),
    Page("dataset", "/search?q=墒情&kind=dataset", first="/r/"),
    Page("unit", "/u/citytest"),
    Page("units", "/units"),
    Page("help", "/help"),
    Page("api-docs", "/api/v1/docs"),
    Page("not-found", "/no-such-page"),
    Page("login", "/accounts/login/"),
    Page("login-code", "/accounts/login/code/"),
    Page("signup", "/accounts/signup/"),
    Page("demo", "/demo/"),
    Page("regions", "/regions"),
    Page("region", "/region/140403"),
    Page("policies", "/policies"),
    Page("policies-historical", "/policies?tab=history"),
    Page("standard", "/search?q=4334&kind=standard", first="/r/"),
    Page("progress", "/progress"),
    Page("search-plain", "/search?q=煤里硫高不高"),
    Page("search-slip", "/search?q=透设电镜"),
    # a visitor of his own: the language is remembered
    Page("home-english", "/?lang=en", "english visitor"),
    Page(
        "instrument-english",
        "/search?q=D8 ADVANCE&kind=instrument&lang=en",
        "english visitor",
        first="/r/",
    ),
    Page("work-unit", "/work/", "unit_admin"),
    Page("records", "/work/records/", "unit_admin"),
    Page("record-new", "/work/records/new/", "unit_admin"),
    Page("record-form", "/work/records/new/?kind=instrument&secret=no", "unit_admin"),
    Page("imports", "/work/imports/", "unit_admin"),
    Page("import-new", "/work/imports/new/", "unit_admin"),
    Page("labels", "/work/labels/", "unit_admin"),
    Page("saved-searches", "/work/searches/", "unit_admin"),
    Page("organisation", "/work/organisation/", "unit_admin"),
    Page("profile", "/work/profile/", "unit_admin"),
    Page("work-keeper", "/work/", "instrument_keeper"),
    Page("work-county", "/work/", "county_officer"),
    Page("work-bureau", "/work/", "bureau_admin"),
    Page("review", "/work/review/", "bureau_admin"),
    Page("review-record", "/work/review/", "bureau_admin", first="/work/records/"),
    Page("work-leader", "/work/", "bureau_leader"),
    Page("work-firm", "/work/", "sme_admin"),
    Page("people", "/work/people/", "sysadmin"),
)


def main(arguments: list[str]) -> int:
    if len(arguments) < 3:
        print(__doc__)
        return 2
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- a development dependency

    url, home, folder, *names = arguments
    accounts = {
        line["role"]: line
        for line in reversed(json.loads((Path(home) / "demo-accounts.json").read_text("utf-8")))
    }
    wanted = [page for page in PAGES if not names or page.name in names]
    Path(folder).mkdir(parents=True, exist_ok=True)
    use_our_node()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for size, (width, height) in SIZES.items():
            for role in dict.fromkeys(page.role for page in wanted):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, locale="zh-CN"
                )
                _sign_in(context, url, accounts.get(role))
                for page in (p for p in wanted if p.role == role):
                    _picture(context, url, page, Path(folder) / f"{page.name}-{size}.png")
                context.close()
        browser.close()
    return 0


def _sign_in(context: Any, url: str, account: dict[str, str] | None) -> None:
    if account is None:
        return
    tab = context.new_page()
    tab.goto(f"{url}/accounts/login/")
    tab.fill("#id_login", account["username"])
    tab.fill("#id_password", account["password"])
    tab.click("form.kx-form button[type=submit]")
    tab.wait_for_load_state()
    tab.close()


def _picture(context: Any, url: str, page: Page, path: Path) -> None:
    tab = context.new_page()
    noises: list[str] = []
    tab.on("console", lambda m: noises.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: noises.append(str(error)))
    began = time.monotonic()
    answer = tab.goto(url + page.path)
    if page.first:
        target = next(_links(tab, page.first), None)
        if target is None:
            noises.append(f"no link to {page.first}")
        else:
            answer = tab.goto(url + target)
    wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    tab.evaluate(LOAD_ALL)
    _save(tab.screenshot(full_page=True), path)
    status = answer.status if answer else 0
    told = f"{path.name} {status} {time.monotonic() - began:.1f}s"
    print(" ".join([told, *([f"OVERFLOW {wide}px"] if wide > 0 else []), *noises]), flush=True)
    tab.close()


def _save(data: bytes, path: Path) -> None:
    """With a palette: a third of the size, and looked at just as well."""
    Image.open(BytesIO(data)).convert("RGB").quantize(160).save(path, optimize=True)


def _links(tab: Any, start: str) -> Iterator[str]:
    for anchor in tab.query_selector_all(f"main a[href^='{start}']"):
        href = anchor.get_attribute("href") or ""
        if len(href) >= len(start) + 26 or start not in ("/r/", "/t/", "/work/records/"):
            yield href


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
