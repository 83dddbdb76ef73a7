"""A pack as rows and back. Rows of a version are written once and never change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models as orm

from kexiang.reference import models
from kexiang.reference.packs.model import (
    Code,
    Day,
    Pack,
    Parameter,
    Region,
    RegionChange,
    Role,
    StepRule,
    System,
    Words,
)

_BATCH = 2000
_REGION = ("code", "name", "short", "parent", "kind", "valid_from", "valid_to")
_CHANGE = ("old_code", "new_code", "kind", "changed_on", "is_main", "note")
_CODE = ("code", "label", "label_en", "parent", "valid_from", "valid_to")
_PARAMETER = ("name", "value", "valid_from", "valid_to", "source", "label", "unit", "note")


def save(pack: Pack, *, at: datetime) -> models.PackVersion:
    """Insert the pack as a new version; raises ``IntegrityError`` when it is there already."""
    version = models.PackVersion.objects.create(
        name=pack.name,
        content_hash=pack.content_hash,
        title=pack.title,
        version=pack.version,
        status=pack.status,
        valid_from=pack.valid_from,
        valid_to=pack.valid_to,
        extends=pack.extends,
        place=pack.place,
        site=pack.site,
        policies=list(pack.policies),
        roles=[[r.code, r.label, r.scope, r.duty] for r in pack.roles],
        steps=[[list(rule.affiliation), list(rule.steps)] for rule in pack.steps],
        words={
            "synonyms": [list(group) for group in pack.words.synonyms],
            "errors": [list(entry) for entry in pack.words.errors],
            "hot": list(pack.words.hot),
            "problems": [[list(said), list(meant)] for said, meant in pack.words.problems],
        },
        files=[list(entry) for entry in pack.files],
        loaded_at=at,
    )
    _save_codes(version, pack.systems)
    _bulk(models.Region, version, pack.regions, _REGION, numbered=True)
    _bulk(models.RegionChange, version, pack.region_changes, _CHANGE)
    _bulk(models.CalendarDay, version, pack.days, ("day", "is_workday", "name"))
    models.Parameter.objects.bulk_create(
        models.Parameter(
            pack=version,
            position=position,
            applies_to=list(parameter.applies_to),
            **{name: getattr(parameter, name) for name in _PARAMETER},
        )
        for position, parameter in enumerate(pack.parameters)
    )
    return version


def _save_codes(version: models.PackVersion, systems: Sequence[System]) -> None:
    for position, system in enumerate(systems):
        row = models.CodeSystem.objects.create(
            pack=version,
            name=system.name,
            title=system.title,
            title_en=system.title_en,
            version=system.version,
            source=system.source,
            mode=system.mode,
            position=position,
        )
        models.Code.objects.bulk_create(
            (
                models.Code(
                    system=row, position=place, **{name: getattr(code, name) for name in _CODE}
                )
                for place, code in enumerate(system.codes)
            ),
            batch_size=_BATCH,
        )


def _bulk(
    model: type[orm.Model],
    version: models.PackVersion,
    items: Iterable[object],
    names: Sequence[str],
    *,
    numbered: bool = False,
) -> None:
    rows = []
    for position, item in enumerate(items):
        values: dict[str, Any] = {name: getattr(item, name) for name in names}
        if numbered:
            values["position"] = position
        rows.append(model(pack=version, **values))
    model._default_manager.bulk_create(rows, batch_size=_BATCH)


def read(version: models.PackVersion) -> Pack:
    """The version as it was loaded; five queries."""
    return Pack(
        folder=Path(),
        name=version.name,
        title=version.title,
        version=version.version,
        status=version.status,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        extends=version.extends,
        content_hash=version.content_hash,
        place=version.place,
        site=version.site,
        policies=tuple(version.policies),
        systems=_read_systems(version),
        regions=tuple(
            Region(*values) for values in version.regions.order_by("position").values_list(*_REGION)
        ),
        region_changes=tuple(
            RegionChange(*values)
            for values in version.region_changes.order_by("id").values_list(*_CHANGE)
        ),
        days=tuple(
            Day(*values)
            for values in version.days.order_by("day").values_list("day", "is_workday", "name")
        ),
        parameters=_read_parameters(version),
        roles=tuple(Role(*entry) for entry in version.roles),
        steps=tuple(StepRule(tuple(who), tuple(steps)) for who, steps in version.steps),
        words=Words(
            tuple(tuple(group) for group in version.words.get("synonyms", ())),
            tuple((e[0], e[1], e[2]) for e in version.words.get("errors", ())),
            tuple(version.words.get("hot", ())),
            tuple((tuple(said), tuple(meant)) for said, meant in version.words.get("problems", ())),
        ),
        files=tuple((path, text) for path, text in version.files),
    )


def _read_parameters(version: models.PackVersion) -> tuple[Parameter, ...]:
    rows = version.parameters.order_by("position").values(*_PARAMETER, "applies_to")
    return tuple(Parameter(**{**row, "applies_to": tuple(row["applies_to"])}) for row in rows)


def _read_systems(version: models.PackVersion) -> tuple[System, ...]:
    codes: dict[int, list[Code]] = {}
    rows = models.Code.objects.filter(system__pack=version).order_by("system_id", "position")
    for system_id, *values in rows.values_list("system_id", *_CODE):
        codes.setdefault(system_id, []).append(_code(values))
    return tuple(
        System(s.name, s.title, s.title_en, s.version, s.source, s.mode, tuple(codes.get(s.pk, ())))
        for s in version.systems.order_by("position")
    )


def _code(values: Sequence[Any]) -> Code:
    code, label, label_en, parent, valid_from, valid_to = values
    return Code(code, label, label_en, parent, valid_from, valid_to)
