"""The project's own Python files and templates, and the order of its contexts."""

import ast
import configparser
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("kexiang", "kexiang_site")


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def templates() -> Iterator[Path]:
    for folder in PACKAGES:
        for path in sorted((ROOT / folder).rglob("templates/**/*")):
            if path.suffix in (".html", ".txt"):
                yield path


@cache
def ranks() -> dict[str, int]:
    """Context → floor, counted from the top, as .importlinter has it. Equal floors are blind
    to each other."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    layers = parser["importlinter:contract:contexts"]["layers"].split("\n")
    found = {}
    for floor, line in enumerate(line for line in layers if line.strip()):
        for context in re.findall(r"\w+", line):
            found[context] = floor
    return found
