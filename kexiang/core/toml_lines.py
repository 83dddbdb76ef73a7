"""Where each key of a TOML text stands: ``tomllib`` reads values but forgets their lines."""

import re
from typing import Final

Key = str | int
Path = tuple[Key, ...]

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART: Final = re.compile(r'[ \t]*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE: Final = re.compile(r"[^,\]}\n#]+")


class TomlLines:
    """Line numbers (1-based) of a text that ``tomllib`` has accepted.

    ``line(("parameter", 2, "value"))`` is the line of that key, or of the nearest table around
    it when the key is not there (a missing key is shown at its table).
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._counts: dict[Path, int] = {}
        self._lines: dict[Path, int] = {}
        self._read()

    def line(self, path: Path) -> int:
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1

    def _read(self) -> None:
        table: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _mark(self, path: Path, at: int) -> None:
        self._lines.setdefault(path, self._text.count("\n", 0, at) + 1)

    def _dotted(self) -> list[str]:
        parts: list[str] = []
        while match := _PART.match(self._text, self._at):
            word = match.group(1)
            parts.append(word[1:-1] if word[0] in "\"'" else word)
            self._at = match.end()
            if self._text[self._at : self._at + 1] != ".":
                break
            self._at += 1
        if not parts:  # not the TOML we were promised: stop instead of turning in circles
            self._at = len(self._text)
        return parts

    def _header(self) -> Path:
        start = self._at
        array = self._text.startswith("[[", start)
        self._at += 2 if array else 1
        path: Path = ()
        parts = self._dotted()
        for number, part in enumerate(parts):
            path = (*path, part)
            if array and number == len(parts) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        self._mark(path, start)
        self._at = self._text.find("\n", self._at)
        if self._at < 0:
            self._at = len(self._text)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path: Path = table
        for part in self._dotted():
            path = (*path, part)
            self._mark(path, start)
        if self._at < len(self._text):
            self._at += 1  # the equals sign
            self._value(path)

    def _value(self, path: Path) -> None:
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        first = self._text[self._at : self._at + 1]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            rule = _STRING if first in ("'", '"') else _BARE
            match = rule.match(self._text, self._at)
            self._at = match.end() if match else len(self._text)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        self._skip()
        while self._at < len(self._text) and self._text[self._at] != "]":
            self._mark((*path, index), self._at)
            self._value((*path, index))
            index += 1
            self._comma()
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip()
        while self._at < len(self._text) and self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip()
        if self._text[self._at : self._at + 1] == ",":
            self._at += 1
            self._skip()
