"""Which keys a TOML table of a pack may carry, and of what type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kexiang.reference.packs.reading import Reader, TomlFile, did_you_mean, parse_day


@dataclass(frozen=True, slots=True)
class Key:
    """One allowed key. ``kind`` is a name of ``KINDS``; ``missing`` replaces the usual sentence."""

    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    missing: str = ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


KINDS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "text": ('文字,如 "长治"', _is_text),
    "name": ("不为空的文字", _is_filled),
    "texts": ('文字列表,如 ["a", "b"]', _is_texts),
    "number": ("数", _is_number),
    "bool": ("true 或 false", lambda value: isinstance(value, bool)),
    "date": ("日期,如 2017-09-20", lambda value: parse_day(value) is not None),
    "table": ('表,如 { 键 = "值" }', lambda value: isinstance(value, dict)),
    "any": ("值", lambda value: value is not None),
}


class Shape:
    """The keys of one kind of table."""

    def __init__(self, keys: Mapping[str, Key], what: str) -> None:
        self.keys, self.what = keys, what

    def read(
        self, reader: Reader, doc: TomlFile, table: object, path: tuple[str | int, ...]
    ) -> dict[str, Any] | None:
        """The table's values with dates parsed; ``None`` when anything in it is wrong."""
        if not isinstance(table, dict):
            reader.fault(doc.file, doc.line(*path), f"“{path[-1]}”应是表。")
            return None
        faults = len(reader.faults)
        for name in table:
            if name not in self.keys:
                hint = did_you_mean(name, self.keys)
                reader.fault(
                    doc.file, doc.line(*path, name), f"{self.what}中未知的键“{name}”,{hint}"
                )
        values = {
            name: self._value(reader, doc, table, (*path, name), key)
            for name, key in self.keys.items()
        }
        return values if len(reader.faults) == faults else None

    def _value(
        self,
        reader: Reader,
        doc: TomlFile,
        table: dict[str, Any],
        path: tuple[str | int, ...],
        key: Key,
    ) -> Any:
        name, line = str(path[-1]), doc.line(*path)
        value = table.get(name)
        if value is None or (key.required and value == ""):
            if key.required:
                reader.fault(doc.file, line, key.missing or f"{self.what}缺少“{name}”。")
            return None
        wanted, fits = KINDS[key.kind]
        if not fits(value):
            reader.fault(doc.file, line, f"“{name}”应是{wanted},现在是“{value}”。")
            return None
        if key.choices and value not in key.choices:
            hint = did_you_mean(str(value), key.choices)
            reader.fault(doc.file, line, f"“{name}”不能是“{value}”,{hint}")
            return None
        return parse_day(value) if key.kind == "date" else value


def tables(reader: Reader, doc: TomlFile, name: str) -> list[Any]:
    """The entries of an array of tables ``[[name]]``; a fault when it is something else."""
    value = doc.data.get(name, [])
    if isinstance(value, list):
        return value
    reader.fault(doc.file, doc.line(name), f"“{name}”应写成 [[{name}]]。")
    return []


def known_tables(reader: Reader, doc: TomlFile, names: tuple[str, ...]) -> None:
    """A fault for each top-level name of the file that no reader knows."""
    for name in doc.data:
        if name not in names:
            hint = did_you_mean(name, names)
            reader.fault(doc.file, doc.line(name), f"未知的表“{name}”,{hint}")
