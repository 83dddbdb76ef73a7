"""What every page must satisfy, whatever it shows."""

import re
from html.parser import HTMLParser

FORBIDDEN_ATTRIBUTES = re.compile(r"^(style|on[a-z]+)$")
DATA_TYPES = ("application/ld+json", "application/json")


class Page(HTMLParser):
    """Collects faults of a page: inline code, double ids, missing names, other hosts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[str] = []
        self.landmarks: list[str] = []
        self.feed(text)
        self._check()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.faults += _inline_code(tag, values)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "label" and values.get("for"):
            self.labels.add(str(values["for"]))
        if tag in ("input", "select", "textarea"):
            self.fields.append(values)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if tag in ("main", "header", "footer", "nav"):
            self.landmarks.append(tag)
        if tag == "img" and "alt" not in values:
            self.faults.append("picture without alt")

    def _check(self) -> None:
        double = {i for i in self.ids if self.ids.count(i) > 1}
        if double:
            self.faults.append(f"double ids {sorted(double)}")
        if self.headings.count("h1") != 1:
            self.faults.append(f"{self.headings.count('h1')} headings of the first level")
        if self.landmarks.count("main") != 1:
            self.faults.append("no single <main>")
        for field in self.fields:
            if field.get("type") in ("hidden", "submit", "radio", "checkbox"):
                continue
            if not (field.get("aria-label") or field.get("id") in self.labels):
                self.faults.append(f"field {field.get('name')!r} without label")


def _inline_code(tag: str, values: dict[str, str | None]) -> list[str]:
    """What the content policy would refuse."""
    found = [f"<{tag} {n}=…> is inline code" for n in values if FORBIDDEN_ATTRIBUTES.match(n)]
    if tag == "style" or (
        tag == "script" and "src" not in values and values.get("type") not in DATA_TYPES
    ):
        found.append(f"inline <{tag}>")
    if tag in ("script", "link", "img") and _elsewhere(values):
        found.append(f"<{tag}> from another host")
    return found


def _elsewhere(values: dict[str, str | None]) -> bool:
    address = values.get("src") or values.get("href") or ""
    return bool(re.match(r"(https?:)?//", address))


def faults(response) -> list[str]:  # type: ignore[no-untyped-def]
    """Everything wrong with an HTML answer."""
    page = Page(response.content.decode())
    found = list(page.faults)
    if "script-src 'self'" not in response.headers.get("Content-Security-Policy", ""):
        found.append("no content security policy")
    return found
