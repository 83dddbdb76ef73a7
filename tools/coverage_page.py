"""Renders docs/generated/coverage.md: requirement number → how far → the tests that show it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

NOTES = Path(__file__).resolve().parent.parent / "tests" / "coverage.toml"
HEAD = """# Requirements and the tests that show them

Generated from the `req` markers of the tests and from `tests/coverage.toml`, which says what a
requirement still lacks. A number that is missing here has no test yet.

| number | how far | tests |
|---|---|---|
"""


def _order(number: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"([A-Z]+)-?(\d+)(.*)", number)
    return (found[1], int(found[2]), found[3]) if found else (number, 0, "")


def render(tests: Mapping[str, Sequence[str]]) -> str:
    """The page for these number → test ids; the same input gives the same text."""
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8")) if NOTES.exists() else {}
    whole, part = set(notes.get("whole", [])), notes.get("part", {})
    rows = []
    for number in sorted(tests, key=_order):
        how = "whole" if number in whole else f"part: {part.get(number, 'not judged yet')}"
        names = sorted(set(tests[number]))
        cell = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in names)
        rows.append(f"| {number} | {how} | {cell} |")
    return HEAD + "\n".join(rows) + "\n"
