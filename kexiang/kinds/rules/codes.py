"""Code lists as an importer needs them: code, label or both in; code or a helpful sentence out."""

import difflib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from kexiang.kinds.rules.texts import fold

LONGEST_HINTED = 60
_CODE_AND_LABEL = re.compile(r"([A-Za-z0-9.\-]+)[\s:：·]+(\S.*)")
_LABEL_AND_CODE = re.compile(r"(\S.*?)\s*[(（]([A-Za-z0-9.\-]+)[)）]")


class Unclear(ValueError):
    """A look-up found several things; the message says which and how to tell them apart."""


class Lookup(Protocol):
    """What the rules ask of the world. Everything else about a kind is in its file."""

    def codes(self, system: str) -> "CodeTable":
        """The codes of a system in force now; an empty table when there is no such system."""

    def region(self, text: str) -> str | None:
        """The region code of a code or a name."""

    def organisation(self, text: str) -> str | None:
        """The uid of an organisation by uid, credit code or name; raises ``Unclear``."""

    def record(self, kind: str, text: str) -> str | None:
        """The uid of a record by uid, number or title; raises ``Unclear``."""

    def file(self, text: str) -> str | None:
        """The uid of a stored file."""


class CodeTable:
    """One code list, prepared once: ``resolve`` is a dictionary look-up for known texts."""

    __slots__ = ("_bare", "_doubles", "_known", "labels", "parents")

    def __init__(self, items: Iterable[tuple[str, str, str, str]]) -> None:
        """``items``: code, label, English label, parent code."""
        self.labels: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._doubles: dict[str, list[str]] = {}
        self._bare: dict[str, str] | None = None
        rows = list(items)
        for code, label, _, parent in rows:
            self.labels[code] = label
            self.parents[code] = parent
            self._known[fold(code)] = code
        for code, label, label_en, _ in rows:
            for word in (label, label_en):
                self._add(fold(word), code)

    def _add(self, word: str, code: str) -> None:
        if not word:
            return
        other = self._known.setdefault(word, code)
        if other != code and word != fold(other):
            self._doubles.setdefault(word, [other]).append(code)

    def __bool__(self) -> bool:
        return bool(self.labels)

    def resolve(self, text: str) -> str | None:
        """The code for a code, a label, or both together; ``None`` when unknown or ambiguous."""
        word = fold(text)
        if word in self._doubles:
            return None
        code = self._known.get(word)
        if code is not None:
            return code
        for pattern, part in ((_CODE_AND_LABEL, 1), (_LABEL_AND_CODE, 2)):
            found = pattern.fullmatch(text.strip())
            if found and (code := self._known.get(fold(found.group(part)))) is not None:
                return code
        return None

    def lettered(self, digits: str) -> str:
        """The code written without its leading letter (3311 → C3311); empty when unclear."""
        if not digits.isdigit():
            return ""
        if self._bare is None:
            self._bare = {}
            for code in self.labels:
                if code[:1].isalpha() and code[1:].isdigit():
                    self._bare[code[1:]] = "" if code[1:] in self._bare else code
        return self._bare.get(digits, "")

    def why_not(self, text: str) -> str:
        """The second half of the sentence that refuses ``text``."""
        word = fold(text)
        if not self.labels:
            return "无法核对,平台没有相应的代码表,请联系管理员"
        if word in self._doubles:
            choices = "、".join(f"{c} {self._where(c)}" for c in self._doubles[word][:4])
            return f"有多个同名代码,请填代码:{choices}"
        names = {fold(label): label for label in self.labels.values()}
        close = difflib.get_close_matches(word[:LONGEST_HINTED], list(names), n=1, cutoff=0.5)
        if not close and len(word) >= 2:
            close = [name for name in names if word in name][:1]
        if close:
            return f"不在可选范围内,您是否想填“{names[close[0]]}”?"
        if len(self.labels) <= 12:
            return f"不在可选范围内,可填:{'、'.join(self.labels.values())}"
        return "不在可选范围内,请从下拉列表或填写说明中选择"

    def _where(self, code: str) -> str:
        parent = self.labels.get(self.parents.get(code, ""), "")
        return f"{parent}-{self.labels[code]}" if parent else self.labels[code]


EMPTY = CodeTable(())


class Nothing:
    """A lookup that knows no lists: codes are kept as they are given."""

    def __init__(self, tables: Mapping[str, CodeTable] = MappingProxyType({})) -> None:
        self._tables = tables

    def codes(self, system: str) -> CodeTable:
        return self._tables.get(system, EMPTY)

    def region(self, text: str) -> str | None:
        return text or None

    def organisation(self, text: str) -> str | None:
        return text or None

    def record(self, kind: str, text: str) -> str | None:
        return text or None

    def file(self, text: str) -> str | None:
        return text or None
