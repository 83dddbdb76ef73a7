"""A whole record: every field, then what fields demand of each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from kexiang.kernel.errors import Problem
from kexiang.kinds.rules import texts
from kexiang.kinds.rules.base import Bad, Clean, told
from kexiang.kinds.rules.codes import Lookup
from kexiang.kinds.rules.fields import compile_field
from kexiang.kinds.rules.tables import Table
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.kinds.vocabulary import hint

SHOWN_UNKNOWN = 20
_NO_UNITS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Cleaned:
    """Stored values and what is wrong. A field with a fault has no value.

    ``faults`` are wrong values, ``missing`` required fields without one; a draft may be kept
    with missing fields, but not with faults.
    """

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    missing: list[Problem] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return self.faults + self.missing

    @property
    def is_good(self) -> bool:
        return not self.faults and not self.missing


class Cleaner:
    """Cleans many records of one kind. Make it once per import or request: it keeps code lists
    and what it has seen in memory.

    ``units`` gives the unit of bare numbers where the column head states another than the
    field's (``{"original_value": "元"}``); ``today`` bounds dates declared with ``max = "today"``.
    """

    def __init__(
        self,
        spec: KindSpec,
        lookup: Lookup,
        *,
        units: Mapping[str, str] = _NO_UNITS,
        today: date | None = None,
    ) -> None:
        self.spec = spec
        self._fields: list[tuple[str, FieldSpec, Clean]] = []
        self._tables: list[tuple[FieldSpec, Table]] = []
        self._known: set[str] = set()
        for one in spec.fields:
            self._known.add(one.name)
            if one.type == "table":
                table = Table(one, lookup, units=units, today=today)
                self._tables.append((one, table))
                self._known |= table.keys
            else:
                clean = compile_field(one, lookup, unit=units.get(one.name, ""), today=today)
                self._fields.append((one.name, one, clean))
        self._required = [one for one in spec.fields if one.required]
        self._conditional = [one for one in spec.fields if one.required_when]
        self._bounded = [one for one in spec.fields if one.not_before or one.not_above]

    def clean(self, raw: Mapping[str, Any], *, row: int | None = None) -> Cleaned:
        """Clean one record. Never raises for anything a person or a program may send."""
        done = Cleaned()
        values, faults = done.values, done.faults
        for name, spec, clean in self._fields:
            value = raw.get(name)
            if value is None or value == "":
                continue
            try:
                value = clean(value)
            except Bad as error:
                faults.append(Problem(name, told(error, value, spec), spec.label, row))
                continue
            if value is not None:
                values[name] = value
        for spec, table in self._tables:
            rows, problems = table.clean(raw, row)
            faults.extend(problems)
            if rows and not problems:
                values[spec.name] = rows
        if not raw.keys() <= self._known:
            faults.extend(self._unknown(raw.keys() - self._known, row))
        self._between(done, row)
        self._demand(done, row)
        return done

    def _unknown(self, names: Iterable[Any], row: int | None) -> list[Problem]:
        found = []
        for name in sorted(texts.safe(str(name))[:80] for name in names)[:SHOWN_UNKNOWN]:
            text = f"{self.spec.label}没有字段 {name[:40]}。{hint(name, self._known)}"
            found.append(Problem(name, text, row=row))
        return found

    def _between(self, done: Cleaned, row: int | None) -> None:
        values = done.values
        for spec in self._bounded:
            value = values.get(spec.name)
            if value is None:
                continue
            for other, below in ((spec.not_before, True), (spec.not_above, False)):
                bound = values.get(other) if other else None
                if bound is not None and _crossed(spec, value, bound, below):
                    word = "早于" if below else "大于"
                    word = "小于" if below and spec.type != "date" else word
                    than = self.spec.field(other).label
                    text = f"{spec.label}({value})不能{word}{than}({bound}),请核对。"
                    done.faults.append(Problem(spec.name, text, spec.label, row))
                    values.pop(spec.name)
                    break
        for total in self.spec.totals:
            length = sum(len(v) for n in total.fields if isinstance(v := values.get(n), str))
            if length > total.max_length:
                text = f"{total.label}合计最多 {total.max_length} 字,现有 {length} 字,请精简。"
                done.faults.append(Problem(total.fields[-1], text, total.label, row))

    def _demand(self, done: Cleaned, row: int | None) -> None:
        values = done.values
        faulty = {problem.where.partition(".")[0] for problem in done.faults}
        for spec in self._required:
            if spec.name not in values and spec.name not in faulty:
                text = f"{spec.label}必填,请补充。"
                done.missing.append(Problem(spec.name, text, spec.label, row))
        for spec in self._conditional:
            if spec.required or spec.name in values or spec.name in faulty:
                continue
            reason = next((c for c in spec.required_when if c.holds(values)), None)
            if reason is not None:
                because = self.spec.field(reason.field).label
                text = f"按“{because}”所选,{spec.label}必填,请补充。"
                done.missing.append(Problem(spec.name, text, spec.label, row))


def _crossed(spec: FieldSpec, value: Any, bound: Any, below: bool) -> bool:
    if spec.type == "date":
        return bool(value < bound if below else value > bound)
    own, other = Decimal(str(value)), Decimal(str(bound))
    return own < other if below else own > other


def clean(
    spec: KindSpec, raw: Mapping[str, Any], *, lookup: Lookup, today: date | None = None
) -> Cleaned:
    """Clean one record; for many make a ``Cleaner`` once."""
    return Cleaner(spec, lookup, today=today).clean(raw)
