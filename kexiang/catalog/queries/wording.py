"""Stored values in words: code labels, units, names of what is referred to."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kexiang.accounts import queries as accounts
from kexiang.catalog import rules
from kexiang.catalog.models import Record
from kexiang.catalog.types import Value
from kexiang.core.language import is_english, label
from kexiang.kinds.types import FieldSpec
from kexiang.reference import queries as reference

PICTURES = ("image", "images")
FILES = ("file", "files")
RECORDS = ("record", "records")
NUMBERS = ("money", "decimal", "integer")


@dataclass(frozen=True, slots=True)
class Names:
    """What uids in attributes stand for; filled in bulk before a page is worded.

    A record the reader may not know of has no entry and is left out.
    """

    organisations: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def names_for(
    pairs: Iterable[tuple[Sequence[FieldSpec], Mapping[str, Any]]], visible: Any
) -> Names:
    """Names of all organisations and records referred to, in at most two queries."""
    organisations: set[str] = set()
    records: set[str] = set()
    for fields, values in pairs:
        for spec in fields:
            value = values.get(spec.name)
            if not value:
                continue
            if spec.type == "organisation":
                organisations.add(str(value))
            elif spec.type in RECORDS:
                records.update([value] if isinstance(value, str) else value)
    return Names(
        {u: info.name for u, info in accounts.organisation_infos(organisations).items()}
        if organisations
        else {},
        {
            row.uid: (row.title, address(row.kind, row.uid))
            for row in Record.objects.filter(visible, uid__in=records).only("uid", "title", "kind")
        }
        if records
        else {},
    )


def address(kind: str, uid: str) -> str:
    """The public page of a record (design.md §3)."""
    return f"/t/{uid}" if kind == "test_item" else f"/r/{uid}"


@dataclass(slots=True)
class _Labels:
    """Labels of codes for one second: a page words the same few codes again and again.

    Each language has its own entries.
    """

    known: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    until: float = 0.0


_labels = _Labels()


def label_of(spec: FieldSpec, code: Any) -> str:
    """What people call a code of this field; a new pack shows within a second."""
    for option in spec.options:
        if option.code == code:
            return label(option)
    if not spec.codes:
        return str(code)
    now = time.monotonic()
    if now > _labels.until:
        _labels.known, _labels.until = {}, now + 1
    key = (spec.codes, str(code), is_english())
    text = _labels.known.get(key)
    if text is None:
        item = reference.code_item(spec.codes, str(code))
        text = _labels.known[key] = label(item) if item is not None else str(code)
    return text


def text_of(spec: FieldSpec, value: Any, names: Names = Names()) -> str:
    """A stored value as text without its unit; empty for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list) and spec.type != "table":
        return listed(text for one in value if (text := _one(spec, one, names)))
    if spec.type == "table":
        return _(";").join(_row_text(spec, row, names) for row in value)
    return _one(spec, value, names)


def listed(texts: Iterable[str]) -> str:
    """Several words in a row: 送样、上机 (``Samples, hands-on`` in English)."""
    return _("、").join(texts)


def _one(spec: FieldSpec, value: Any, names: Names) -> str:
    worded = _WORDED.get(spec.type)
    return worded(spec, value, names) if worded is not None else str(value)


def _amount(spec: FieldSpec, value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{number:,.2f}" if spec.type == "money" else f"{number:,f}"


_WORDED: dict[str, Callable[[FieldSpec, Any, Names], str]] = {
    **dict.fromkeys(("code", "codes"), lambda spec, value, _names: label_of(spec, value)),
    **dict.fromkeys(("money", "decimal"), lambda spec, value, _names: _amount(spec, value)),
    **dict.fromkeys(
        RECORDS, lambda _spec, value, names: names.records.get(str(value), ("", ""))[0]
    ),
    **dict.fromkeys((*PICTURES, *FILES), lambda _spec, _value, _names: ""),
    "boolean": lambda _spec, value, _names: _("是") if value else _("否"),
    "region": lambda _spec, value, _names: reference.region_label(str(value)),
    "organisation": lambda _spec, value, names: names.organisations.get(str(value), ""),
}


def _row_text(spec: FieldSpec, row: Mapping[str, Any], names: Names) -> str:
    texts = (text_of(sub, row.get(sub.name), names) for sub in spec.fields)
    return _(",").join(text for text in texts if text)


# The units of the base kinds; a pack may bring others, which stay as they are.
UNITS = (
    gettext_noop("元"),
    gettext_noop("万元"),
    gettext_noop("小时"),
    gettext_noop("工作日"),
    gettext_noop("天"),
    gettext_noop("年"),
    gettext_noop("台(套)"),
)


def unit_of(spec: FieldSpec) -> str:
    """The unit behind a number, in the language of the page."""
    return _(spec.money_unit) if spec.money_unit in UNITS else spec.money_unit


def with_unit(spec: FieldSpec, value: Any) -> str:
    """The value with its unit behind it, for running text and cards."""
    text = text_of(spec, value)
    unit = unit_of(spec)
    return f"{text} {unit}" if text and unit else text


def value_of(spec: FieldSpec, value: Any, names: Names) -> Value | None:
    """A labelled value for a page, or ``None`` when there is nothing to show."""
    if value in (None, "", []):
        return None
    items = _items(spec, value, names)
    text = text_of(spec, value, names)
    if not text and not items:
        return None
    return Value(spec.name, label(spec), text, spec.type, unit_of(spec), items)


def _items(spec: FieldSpec, value: Any, names: Names) -> list[dict[str, Any]]:
    many = value if isinstance(value, list) else [value]
    if spec.type in PICTURES or spec.type in FILES:
        return [{"uid": u, "url": f"/files/{u}", "thumb": f"/files/{u}/thumb"} for u in many]
    if spec.type in RECORDS:
        found = [(uid, names.records[uid]) for uid in many if uid in names.records]
        return [{"uid": uid, "text": title, "url": url} for uid, (title, url) in found]
    if spec.type == "table":
        return [
            {
                "cells": [
                    {
                        "label": _head_of(sub),
                        "text": text_of(sub, row.get(sub.name), names),
                        "is_number": sub.type in NUMBERS,
                    }
                    for sub in spec.fields
                ]
            }
            for row in many
        ]
    if spec.type == "url":
        return [{"url": str(one), "text": str(one)} for one in many]
    return []


def _head_of(spec: FieldSpec) -> str:
    """The head of a column, with the unit in it (ux.md B1.3)."""
    unit = unit_of(spec)
    if not unit:
        return label(spec)
    return f"{label(spec)} ({unit})" if is_english() else f"{label(spec)}({unit})"


def plain_text(spec: FieldSpec, value: Any) -> str:
    """The words of a value for full-text search and the check of words (labels, not codes)."""
    if spec.type == "table":
        return " ".join(
            plain_text(sub, row.get(sub.name)) for row in value or [] for sub in spec.fields
        )
    if isinstance(value, list):
        return " ".join(plain_text(spec, one) for one in value)
    if value in (None, ""):
        return ""
    if spec.type in ("code", "codes", "region"):
        return _one(spec, value, Names())
    if spec.type in PICTURES or spec.type in FILES or spec.type in RECORDS:
        return ""
    return rules.plain(value)
