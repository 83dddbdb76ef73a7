"""Where in a TOML file a table or a key stands, so that a fault can name its line.

``tomllib`` tells lines of syntax errors only. Kind files use a small part of TOML (tables, arrays
of tables, one key a line, inline tables), so their places are found by reading the text again.
"""

import re
from collections import Counter

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
_KEY = re.compile(r"""^\s*["']?([A-Za-z0-9_.@\-]+)["']?\s*=""")
_SUB = re.compile(r"""^\s*\{.*?\b(?:name|code)\s*=\s*["']([^"']+)["']""")


class TomlLines:
    """Lines of one file: ``at("field", 3, "type")`` is the line of that key in the 4th field."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str, int, str], int] = {}
        counts: Counter[str] = Counter()
        section, index = "", 0
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                section = header.group(2)
                index = counts[section] if header.group(1) == "[[" else 0
                counts[section] += 1
                self._lines.setdefault((section, index, ""), number)
            elif key := _KEY.match(line):
                self._lines.setdefault((section, index, key.group(1)), number)
            elif sub := _SUB.match(line):
                self._lines.setdefault((section, index, f"/{sub.group(1)}"), number)

    def at(self, section: str, index: int = 0, key: str = "") -> int:
        """The line of a key, else of its table, else 1."""
        for place in ((section, index, key), (section, index, ""), (section, 0, "")):
            if place in self._lines:
                return self._lines[place]
        return 1
