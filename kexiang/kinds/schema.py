"""A kind for programs: JSON Schema of its attributes, and its description for the API."""

from typing import Any

from kexiang.kinds.types import Condition, FieldSpec, KindSpec

_FORMATS = {"date": "date", "email": "email", "url": "uri"}


def schema_of(spec: KindSpec) -> dict[str, Any]:
    """JSON Schema 2020-12 of the stored attributes (what the API gives and takes)."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kexiang:kind:{spec.code}:{spec.version}",
        "title": spec.label,
        "description": spec.description,
        "type": "object",
        "properties": {one.name: field_schema(one) for one in spec.fields},
        "required": [one.name for one in spec.required],
        "additionalProperties": False,
    }
    conditions = [
        _condition_schema(one.name, condition)
        for one in spec.fields
        for condition in one.required_when
    ]
    if conditions:
        schema["allOf"] = conditions
    return schema


def _condition_schema(name: str, condition: Condition) -> dict[str, Any]:
    """A scalar must be one of the values; a list must contain one of them."""
    values = list(condition.values)
    one_of = {"anyOf": [{"enum": values}, {"type": "array", "contains": {"enum": values}}]}
    return {
        "if": {"properties": {condition.field: one_of}, "required": [condition.field]},
        "then": {"required": [name]},
    }


def field_schema(one: FieldSpec) -> dict[str, Any]:
    """The schema of one stored value."""
    schema = _base_schema(one)
    if one.many and one.type != "table":
        schema = {"type": "array", "items": schema, "uniqueItems": True}
        if one.max_items:
            schema["maxItems"] = one.max_items
    schema["title"] = one.label
    if one.help:
        schema["description"] = one.help
    return schema


def _base_schema(one: FieldSpec) -> dict[str, Any]:
    if one.type == "boolean":
        return {"type": "boolean"}
    if one.type in ("integer", "year"):
        return {"type": "integer", **_bounds(one)}
    if one.type in ("money", "decimal"):
        return {"type": "string", "pattern": _decimal_pattern(one), "x-unit": one.money_unit}
    if one.type == "table":
        return _table_schema(one)
    if one.type in ("code", "codes"):
        return _code_schema(one)
    schema: dict[str, Any] = {"type": "string"}
    if one.type in _FORMATS:
        schema["format"] = _FORMATS[one.type]
    if one.max_length:
        schema["maxLength"] = one.max_length
    if one.pattern:
        schema["pattern"] = one.pattern
    return schema


def _bounds(one: FieldSpec) -> dict[str, Any]:
    named = (("minimum", one.min), ("maximum", one.max))
    return {key: value for key, value in named if value is not None}


def _decimal_pattern(one: FieldSpec) -> str:
    places = f"\\.\\d{{{one.decimals}}}" if one.decimals else ""
    sign = "" if isinstance(one.min, (int, float)) and one.min >= 0 else "-?"
    return f"^{sign}\\d+{places}$"


def _code_schema(one: FieldSpec) -> dict[str, Any]:
    if one.options:
        return {"type": "string", "enum": [option.code for option in one.options]}
    return {"type": "string", "x-code-system": one.codes}


def _table_schema(one: FieldSpec) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {sub.name: field_schema(sub) for sub in one.fields},
        "required": [sub.name for sub in one.fields if sub.required],
        "additionalProperties": False,
    }
    schema: dict[str, Any] = {"type": "array", "items": row}
    if one.max_items:
        schema["maxItems"] = one.max_items
    return schema


def describe(spec: KindSpec) -> dict[str, Any]:
    """The kind with its groups and fields, as ``GET /kinds/{kind}`` answers."""
    return {
        **summary(spec),
        "description": spec.description,
        "version": spec.version,
        "groups": [
            {"name": group.name, "label": group.label, "label_en": group.label_en}
            for group, _ in spec.grouped
        ],
        "fields": [_describe_field(one) for one in spec.fields],
        "attributes_schema": schema_of(spec),
    }


def summary(spec: KindSpec) -> dict[str, Any]:
    """The kind in a list of kinds."""
    return {
        "kind": spec.code,
        "label": spec.label,
        "label_en": spec.label_en,
        "unit": spec.unit,
        "icon": spec.icon,
        "tab": spec.search_label,
        "url": f"/search?kind={spec.code}",
        "fields_url": f"/api/v1/kinds/{spec.code}",
    }


def _describe_field(one: FieldSpec) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "label_en": one.label_en,
        "type": one.type,
        "group": one.group,
        "required": one.required,
        "many": one.many,
        "required_when": [{"field": c.field, "values": list(c.values)} for c in one.required_when],
        "max_length": one.max_length,
        "max_items": one.max_items,
        "min": one.min,
        "max": one.max,
        "decimals": one.decimals,
        "unit": one.money_unit or None,
        "pattern": one.pattern or None,
        "codes": one.codes or None,
        "options": [
            {"code": o.code, "label": o.label, "label_en": o.label_en} for o in one.options
        ],
        "target": one.target or None,
        "visible": one.visible,
        "facet": one.facet,
        "sortable": one.sortable,
        "searched": one.search > 0,
        "help": one.help,
        "example": one.example,
        "exchange": dict(one.exchange),
        "fields": [_describe_field(sub) for sub in one.fields],
    }
