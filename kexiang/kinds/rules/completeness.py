"""How complete a record is: the weights in the kind file say what counts how much."""

from collections.abc import Mapping
from typing import Any

from kexiang.kinds.types import FieldScore, FieldSpec, KindSpec


def completeness(spec: KindSpec, values: Mapping[str, Any]) -> FieldScore:
    """Per cent of the weights that are filled in, rounded down, and the fields still missing.

    A field asked for only under a condition counts when the condition holds or it has a value.
    100 is reached only with every weighed field. Missing ones come heaviest first.
    """
    total = filled = 0.0
    missing: list[FieldSpec] = []
    for one in spec.fields:
        if not one.weight or not _counts(one, values):
            continue
        total += one.weight
        if values.get(one.name) in (None, "", [], {}):
            missing.append(one)
        else:
            filled += one.weight
    percent = int(filled * 100 / total + 1e-9) if total else 100
    missing.sort(key=lambda one: (not one.required, -one.weight))
    return FieldScore(percent, tuple(missing))


def _counts(one: FieldSpec, values: Mapping[str, Any]) -> bool:
    if one.required or not one.required_when or one.name in values:
        return True
    return any(condition.holds(values) for condition in one.required_when)
