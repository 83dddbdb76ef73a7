"""An OpenAPI 3.1 document, flattened for a page that people read. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter or field."""

    name: str
    where: str
    type: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    text: str
    parameters: Sequence[Row]
    body: Sequence[Row]
    answers: Sequence[tuple[str, str, Sequence[Row]]]
    needs_token: bool


@dataclass(frozen=True, slots=True)
class Reference:
    title: str
    version: str
    text: str
    sections: Sequence[tuple[str, Sequence[Operation]]]


def reference(document: Mapping[str, Any]) -> Reference:
    """The document by tags, each with its operations."""
    sections: dict[str, list[Operation]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = _operation(document, path, method, item[method])
                tag = (item[method].get("tags") or [""])[0]
                sections.setdefault(tag, []).append(operation)
    info = document.get("info", {})
    return Reference(
        title=info.get("title", ""),
        version=info.get("version", ""),
        text=info.get("description", ""),
        sections=list(sections.items()),
    )


def _operation(
    document: Mapping[str, Any], path: str, method: str, data: Mapping[str, Any]
) -> Operation:
    body = data.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = next((c.get("schema", {}) for c in body.values()), {})
    answers = [
        (code, str(answer.get("description", "")), _rows(document, _answer_schema(answer)))
        for code, answer in data.get("responses", {}).items()
    ]
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=data.get("summary", ""),
        text=data.get("description", ""),
        parameters=[_parameter(document, entry) for entry in data.get("parameters", ())],
        body=_rows(document, schema),
        answers=answers,
        needs_token=bool(data.get("security")) or method != "get",
    )


def _answer_schema(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    content = answer.get("content", {})
    return next((entry.get("schema", {}) for entry in content.values()), {})


def _parameter(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Row:
    schema = resolved(document, entry.get("schema", {}))
    return Row(
        name=entry.get("name", ""),
        where=entry.get("in", ""),
        type=type_of(document, schema),
        is_required=bool(entry.get("required")),
        text=entry.get("description") or schema.get("description", "") or "",
    )


def _rows(
    document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> list[Row]:
    """The fields of an object, nested ones behind a dot."""
    schema = resolved(document, schema)
    if schema.get("type") == "array":
        return _rows(document, schema.get("items", {}), f"{prefix}[]", depth)
    rows: list[Row] = []
    required = set(schema.get("required", ()))
    for name, raw in schema.get("properties", {}).items():
        inner = resolved(document, raw)
        full = f"{prefix}.{name}" if prefix else name
        text = raw.get("description") or inner.get("description", "") or ""
        rows.append(Row(full, "", type_of(document, raw), name in required, text))
        if depth < DEPTH and (inner.get("properties") or inner.get("type") == "array"):
            rows += _rows(document, inner, full, depth + 1)
    return rows


def resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow ``$ref`` and take the meaning of a nullable union."""
    reference = schema.get("$ref", "")
    if reference.startswith("#/"):
        found: Any = document
        for part in reference[2:].split("/"):
            found = found.get(part, {})
        return resolved(document, found)
    options = [o for o in schema.get("anyOf", ()) if o.get("type") != "null"]
    if len(options) == 1:
        return resolved(document, options[0])
    return schema


def type_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """``string``, ``integer 1–100``, ``array of object``, ``string or null``…"""
    nullable = any(o.get("type") == "null" for o in schema.get("anyOf", ()))
    inner = resolved(document, schema)
    if inner.get("type") == "array":
        text = f"array of {type_of(document, inner.get('items', {}))}"
    elif inner.get("enum"):
        text = " | ".join(str(value) for value in inner["enum"])
    else:
        text = str(inner.get("type") or ("object" if inner.get("properties") else "any"))
    low = inner.get("minimum", inner.get("exclusiveMinimum"))
    high = inner.get("maximum", inner.get("exclusiveMaximum"))
    if low is not None or high is not None:
        text += f" {'' if low is None else low}–{'' if high is None else high}"
    if inner.get("maxLength") is not None:
        text += f" ≤{inner['maxLength']}"
    return f"{text} or null" if nullable else text
