"""Tables inside a record: lines of prices, a customs record, a certificate's scope.

They come as a list of objects (API, form), as flat keys of a block (``customs.item_number``), or
as the text of one cell: a line each, columns parted by ``|``.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from kexiang.kernel.errors import Problem
from kexiang.kinds.rules import texts
from kexiang.kinds.rules.base import Bad, text_of, told
from kexiang.kinds.rules.codes import Lookup
from kexiang.kinds.rules.fields import compile_field
from kexiang.kinds.types import FieldSpec

_MOST = 5_000


class Table:
    """The cleaner of one table field; ``keys`` are the flat keys it also reads."""

    def __init__(
        self, spec: FieldSpec, lookup: Lookup, *, units: Mapping[str, str], today: date | None
    ) -> None:
        self.spec = spec
        self._subs = [
            (
                sub,
                compile_field(
                    sub, lookup, unit=units.get(f"{spec.name}.{sub.name}", ""), today=today
                ),
            )
            for sub in spec.fields
        ]
        self._names = {sub.name for sub in spec.fields}
        self._flat = {}
        if spec.is_single_table:
            self._flat = {f"{spec.name}.{sub.name}": sub.name for sub in spec.fields}
        self.keys = frozenset(self._flat)

    def clean(
        self, raw: Mapping[str, Any], row: int | None
    ) -> tuple[list[dict[str, Any]], list[Problem]]:
        """Rows and faults; a row in which nothing is filled in is left out."""
        label = self.spec.label
        try:
            given = self._rows(raw)
        except Bad as error:
            text = told(error, raw.get(self.spec.name), self.spec)
            return [], [Problem(self.spec.name, text, label, row)]
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for number, one in enumerate(given, start=1):
            values, faults = self._row(one, number, row)
            problems += faults
            if values:
                rows.append(values)
        limit = self.spec.max_items or _MOST
        if len(rows) > limit and not problems:
            text = f"{label}最多 {limit} 行,现有 {len(rows)} 行,请删去 {len(rows) - limit} 行。"
            problems.append(Problem(self.spec.name, text, label, row))
        return rows, problems

    def _rows(self, raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        given = raw.get(self.spec.name)
        if self._flat:
            flat = {sub: raw[key] for key, sub in self._flat.items() if key in raw}
            if flat and not given:
                return [flat]
        if given is None or given == "":
            return []
        if isinstance(given, Mapping):
            return [given]
        if isinstance(given, (list, tuple)):
            if len(given) > _MOST or not all(isinstance(one, Mapping) for one in given):
                raise Bad(f"{self.spec.label}应为若干行,每行写明各栏目。")
            return list(given)
        return self._typed(text_of(given, self.spec.label))

    def _typed(self, text: str) -> list[Mapping[str, Any]]:
        text = texts.lines(text)
        if text.startswith("[{"):
            try:
                rows = json.loads(text)
            except (ValueError, RecursionError):
                raise Bad(f"{self.spec.label}的 JSON 写法有误。") from None
            return self._rows({self.spec.name: rows})
        names = [sub.name for sub in self.spec.fields]
        rows = []
        for line in text.split("\n"):
            cells = [cell.strip() for cell in line.replace("\uff5c", "|").split("|")]
            if len(cells) > len(names) and any(cells[len(names) :]):
                heads = "|".join(sub.label for sub in self.spec.fields)
                raise Bad(f"{self.spec.label}每行最多 {len(names)} 栏,依次为:{heads}。")
            if any(cells):
                rows.append(dict(zip(names, cells, strict=False)))
        return rows

    def _row(
        self, one: Mapping[str, Any], number: int, row: int | None
    ) -> tuple[dict[str, Any], list[Problem]]:
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        place = f"{self.spec.name}.{number - 1}"
        title = self.spec.label if self.spec.is_single_table else f"{self.spec.label}第 {number} 行"
        for name in one.keys() - self._names:
            text = f"{title}没有栏目 {str(name)[:40]}。"
            problems.append(Problem(f"{place}.{str(name)[:40]}", text, self.spec.label, row))
        bad = set()
        for sub, clean in self._subs:
            given = one.get(sub.name)
            try:
                value = clean(given)
            except Bad as error:
                bad.add(sub.name)
                text = f"{title}:{told(error, given, sub)}"
                problems.append(Problem(f"{place}.{sub.name}", text, sub.label, row))
                continue
            if value is not None:
                values[sub.name] = value
        if values or problems:
            problems += [
                Problem(f"{place}.{sub.name}", f"{title}的{sub.label}必填,请补充。", sub.label, row)
                for sub in self.spec.fields
                if sub.required and sub.name not in values and sub.name not in bad
            ]
        return values, problems
