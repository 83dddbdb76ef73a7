"""Compiles every template and looks for what the strict CSP and the house style forbid."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    r"<style[\s>]": "inline CSS: put it into frontend/src/css",
    r"<script(?![^>]*\ssrc=)(?![^>]*application/(?:ld\+)?json)": "inline script: forbidden by CSP",
    r"<[^>]*\sstyle=[\"']": "style attribute: the CSP refuses it",
    r"<[^>]*\son[a-z]+=[\"']": "event attribute: the CSP refuses it",
    r"\bjavascript:": "javascript: address",
    r"(?:src|href)=[\"'](?:https?:)?//(?!schema\.org)": "address of another host",
    r"{%\s*blocktrans(?:late)?(?![^%]*\btrimmed\b)[^%]*%}(?:(?!{% endblock)[^\n])*\n": (
        "blocktranslate over several lines without trimmed"
    ),
}
_PATTERNS = [(re.compile(pattern), why) for pattern, why in FORBIDDEN.items()]
# Links to other sites that people follow (a footer's record number) are no resources.
_ALLOWED = re.compile(r"<a\s[^>]*href=[\"']https?://")


def templates() -> list[Path]:
    found = []
    for package in ("kexiang", "kexiang_site"):
        found += sorted((ROOT / package).rglob("templates/**/*.html"))
        found += sorted((ROOT / package).rglob("templates/**/*.txt"))
    return found


def faults_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and reason of everything forbidden in one template."""
    for pattern, why in _PATTERNS:
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            start = text.rfind("<", 0, match.start() + 1)
            if "another host" in why and _ALLOWED.match(text, start):
                continue
            yield line, why


def _compile(path: Path) -> str:
    from django.template import TemplateSyntaxError, engines  # noqa: PLC0415 -- after setup

    try:
        engines["django"].from_string(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        return str(error)
    return ""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings_test")
    django.setup()
    problems = []
    for path in templates():
        name = path.relative_to(ROOT)
        if error := _compile(path):
            problems.append(f"{name}: {error}")
        for line, why in faults_in(path.read_text(encoding="utf-8")):
            problems.append(f"{name}:{line}: {why}")
    print("\n".join(problems) if problems else f"{len(templates())} templates are sound")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
