"""Messages for translation, found without GNU gettext: Babel reads Python, Django's own
``templatize`` turns templates into something Babel reads.

``python -m tools.messages`` brings ``kexiang_site/locale/en`` up to date: new messages are
added empty, vanished ones are dropped.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import django
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "kexiang_site" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message where it stands; ``plural`` is empty for most."""

    text: str
    context: str
    plural: str
    path: str
    line: int


def _sources() -> Iterator[tuple[Path, bytes]]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 -- after setup

    for package in ("kexiang", "kexiang_site"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and "demo" not in path.parts:
                yield path, path.read_bytes()
        for path in sorted((ROOT / package).rglob("templates/**/*.*")):
            if path.suffix in (".html", ".txt"):
                python = templatize(path.read_text(encoding="utf-8"))
                # Its lines are no blocks: without indentation Babel's tokenizer takes them.
                yield path, "\n".join(line.lstrip() for line in python.split("\n")).encode()


def messages() -> list[Message]:
    """Every message of the program, in the order of the files."""
    found = []
    for path, source in _sources():
        name = str(path.relative_to(ROOT))
        for line, texts, _comments, context in extract("python", BytesIO(source), KEYWORDS):
            text, plural = (texts[0], texts[1]) if isinstance(texts, tuple) else (texts, "")
            if text:
                found.append(Message(text, context or "", plural, name, line))
    return found


def catalogue() -> Catalog:
    """The English catalogue as it is; empty when there is none."""
    if not CATALOGUE.is_file():
        return Catalog(locale="en", domain="django", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def update() -> int:
    """Write the catalogue anew with what there is; returns how many have no translation."""
    old = catalogue()
    new = Catalog(locale="en", domain="django", fuzzy=False, project="kexiang", charset="utf-8")
    for message in messages():
        known = old.get(message.text, message.context or None)
        key = (message.text, message.plural) if message.plural else message.text
        string = known.string if known is not None else None
        if message.plural and not isinstance(string, tuple):
            string = ("", "")
        new.add(
            key,
            string or "",
            context=message.context or None,
            locations=[(message.path, 0)],
        )
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=100, sort_output=True, include_lineno=False)
    return sum(1 for entry in new if entry.id and not _is_translated(entry.string))


def _is_translated(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexiang_site.settings_test")
    django.setup()


def main() -> int:
    set_up()
    print(f"{update()} messages have no English text")
    return 0


if __name__ == "__main__":
    sys.exit(main())
