"""The keys a kind file may use, and what may stand behind each of them."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_TEXT = (str,)
_BOOL = (bool,)
_NUMBER = (int, float)
_INTEGER = (int,)
_TEXTS = ("texts",)
_TABLE = (dict,)
_ROWS = ("rows",)

Keys = Mapping[str, tuple[Any, ...]]

FIELD_KEYS: Keys = {
    "name": _TEXT, "label": _TEXT, "label_en": _TEXT, "type": _TEXT, "required": _BOOL,
    "max_length": _INTEGER, "max_items": _INTEGER, "min": (int, float, str),
    "max": (int, float, str), "decimals": _INTEGER, "unit": _TEXT, "codes": _TEXT,
    "options": _ROWS, "open_codes": _BOOL, "pattern": _TEXT, "pattern_hint": _TEXT,
    "column": _BOOL, "search": _NUMBER, "facet": _BOOL, "sortable": _BOOL, "visible": _TEXT,
    "group": _TEXT, "help": _TEXT, "example": _TEXT, "default": (str, int, float, bool, "texts"),
    "weight": _NUMBER, "heads": _TEXTS, "aliases": _TABLE, "exchange": _TABLE,
    "required_when": _ROWS, "not_before": _TEXT, "not_above": _TEXT, "target": _TEXT,
    "importable": _BOOL, "fields": _ROWS, "prefixes": _TEXTS, "separators": _TEXT,
}  # fmt: skip
KIND_KEYS: Keys = {
    "code": _TEXT, "extend": _TEXT, "label": _TEXT, "label_en": _TEXT, "short": _TEXT,
    "unit": _TEXT, "tab": _TEXT, "icon": _TEXT, "order": _INTEGER, "description": _TEXT,
    "duty": _BOOL, "title_field": _TEXT, "summary_fields": _TEXTS, "card_fields": _TEXTS,
    "omit": _TEXTS, "roles": _TABLE, "exchange": _TABLE, "preference": _NUMBER,
}  # fmt: skip
GROUP_KEYS: Keys = {"name": _TEXT, "label": _TEXT, "label_en": _TEXT, "help": _TEXT}
TOTAL_KEYS: Keys = {"label": _TEXT, "fields": _TEXTS, "max_length": _INTEGER}
OPTION_KEYS: Keys = {"code": _TEXT, "label": _TEXT, "label_en": _TEXT}
CONDITION_KEYS: Keys = {"field": _TEXT, "values": ("values",)}
FILE_KEYS: Keys = {"kind": _TABLE, "field": _ROWS, "group": _ROWS, "total": _ROWS}

_WORDS = {
    str: "文字",
    bool: "true 或 false",
    int: "整数",
    float: "数字",
    dict: "表(键 = 值)",
    "texts": "文字列表",
    "rows": "表的列表",
    "values": "值的列表",
}


def hint(word: str, known: Iterable[str]) -> str:
    """``您是否想写 …`` when ``word`` is close to a known one, else the empty text."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"您是否想写 {close[0]}?" if close else ""


def faults_of(row: Mapping[str, Any], keys: Keys, what: str) -> Iterator[tuple[str, str]]:
    """Key and message for each key that is unknown or holds the wrong sort of value."""
    for key, value in row.items():
        if key not in keys:
            yield key, f"{what}里没有 {key} 这一项。{hint(key, keys)}"
        elif not any(_fits(value, sort) for sort in keys[key]):
            wanted = "、".join(dict.fromkeys(_WORDS[sort] for sort in keys[key]))
            yield key, f"{what}的 {key} 应为{wanted}。"


def _fits(value: Any, sort: Any) -> bool:
    if sort == "texts":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if sort == "rows":
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    if sort == "values":
        return isinstance(value, list) and all(isinstance(i, (str, int, bool)) for i in value)
    if sort in (int, float):
        return isinstance(value, sort) and not isinstance(value, bool)
    return isinstance(value, sort)
