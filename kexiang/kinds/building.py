"""From merged rows of kind files to a ``KindSpec``, with every fault of meaning reported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kexiang.kinds.types import (
    FIELD_TYPES,
    LIST_TYPES,
    TEXT_TYPES,
    VISIBILITIES,
    Condition,
    FieldSpec,
    Group,
    KindFault,
    KindSpec,
    Option,
    TotalLength,
)
from kexiang.kinds.vocabulary import CONDITION_KEYS, FIELD_KEYS, OPTION_KEYS, faults_of, hint

LENGTHS = {
    "text": 200,
    "long_text": 5000,
    "url": 300,
    "phone": 20,
    "email": 100,
    "standard_no": 50,
    "model_no": 100,
}
ITEMS = {"codes": 20, "images": 20, "files": 20, "records": 100, "table": 100}
ROLES = frozenset(
    {"value", "model", "maker", "year", "price", "standard", "expires", "number", "image",
     "state", "class", "open", "replaces", "replaced_by"}
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FACETS = FIELD_TYPES - {"long_text", "table", "image", "images", "file", "files", "url", "phone"}
_IN_TABLE = FIELD_TYPES - {"table", "images", "files", "records", "codes"}
_EXCHANGE = re.compile(r"[a-z][a-z0-9_]*(@[A-Za-z0-9.]+)?")


@dataclass(slots=True)
class Draft:
    """A kind while the packs of a chain are laid over each other, with where things stand."""

    head: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    totals: list[dict[str, Any]] = field(default_factory=list)
    omit: set[str] = field(default_factory=set)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    doubles: list[tuple[str, int, str]] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    core: frozenset[str] = frozenset()
    digest: str = ""


class _Builder:
    """Builds one kind; a fault is reported at the line of the row that has it."""

    def __init__(self, draft: Draft, kinds: set[str], faults: list[KindFault]) -> None:
        self.draft = draft
        self.kinds = kinds
        self.faults = faults

    def fault(self, place: str, message: str) -> None:
        places = self.draft.places
        file, line = places.get(place) or places.get("kind") or (self.draft.files[-1], 1)
        self.faults.append(KindFault(file, line, message))

    def field(self, name: str, row: Mapping[str, Any], place: str) -> FieldSpec | None:
        label = str(row.get("label", ""))
        if not _NAME.fullmatch(name):
            self.fault(place, f"字段名 {name!r} 应为小写字母、数字和下划线,以字母开头,至多 40 个。")
            return None
        if not label:
            self.fault(place, f"字段 {name} 缺少 label(中文名称)。")
            return None
        kind = str(row.get("type", "text"))
        if kind not in FIELD_TYPES:
            self.fault(place, f"字段 {name} 的类型 {kind} 不认识。{hint(kind, FIELD_TYPES)}")
            return None
        values = dict(row)
        values["options"] = self.options(name, row, place)
        values["required_when"] = self.conditions(name, row, place)
        values["fields"] = self.subfields(name, row, place)
        values["heads"] = tuple(row.get("heads", ()))
        values["prefixes"] = tuple(row.get("prefixes", ()))
        values["aliases"] = MappingProxyType(dict(row.get("aliases", {})))
        values["exchange"] = MappingProxyType(self.exchange(name, row, place))
        values.setdefault("max_length", LENGTHS.get(kind))
        values.setdefault("max_items", ITEMS.get(kind))
        if kind in ("money", "decimal"):
            values.setdefault("decimals", 2)
        spec = FieldSpec(**values)
        for message in _faults_of_field(spec):
            self.fault(place, f"字段 {name}:{message}")
        return spec

    def options(self, name: str, row: Mapping[str, Any], place: str) -> tuple[Option, ...]:
        found = []
        for option in row.get("options", ()):
            bad = dict(faults_of(option, OPTION_KEYS, f"字段 {name} 的选项"))
            for message in bad.values():
                self.fault(place, message)
            if not bad and "code" in option and "label" in option:
                found.append(Option(**option))
            elif not bad:
                self.fault(place, f"字段 {name} 的每个选项都要有 code 和 label。")
        return tuple(found)

    def conditions(self, name: str, row: Mapping[str, Any], place: str) -> tuple[Condition, ...]:
        found = []
        for condition in row.get("required_when", ()):
            bad = dict(faults_of(condition, CONDITION_KEYS, f"字段 {name} 的 required_when"))
            for message in bad.values():
                self.fault(place, message)
            other = str(condition.get("field", ""))
            if other not in self.draft.fields:
                self.fault(place, f"字段 {name} 的必填条件提到的字段 {other!r} 不存在。")
            elif not bad:
                found.append(Condition(other, tuple(condition.get("values", ()))))
        return tuple(found)

    def exchange(self, name: str, row: Mapping[str, Any], place: str) -> dict[str, str]:
        found = {}
        for key, value in row.get("exchange", {}).items():
            if _EXCHANGE.fullmatch(key) and isinstance(value, str) and value:
                found[key] = value
            else:
                self.fault(place, f'字段 {name} 的 exchange 应写成 格式 = "名称",{key} 有误。')
        return found

    def subfields(self, name: str, row: Mapping[str, Any], place: str) -> tuple[FieldSpec, ...]:
        found: list[FieldSpec] = []
        for sub in row.get("fields", ()):
            own = str(sub.get("name", ""))
            bad = dict(faults_of(sub, FIELD_KEYS, f"字段 {name} 的栏目 "))
            for message in bad.values():
                self.fault(place, message)
            if str(sub.get("type", "text")) not in _IN_TABLE:
                self.fault(place, f"字段 {name} 的栏目 {own} 不能用类型 {sub.get('type')}。")
                continue
            good = {key: value for key, value in sub.items() if key not in bad}
            good["group"] = ""
            spec = self.field(own, good, place)
            if spec is not None and own in {other.name for other in found}:
                self.fault(place, f"字段 {name} 的栏目 {own} 写了两次。")
            elif spec is not None:
                found.append(spec)
        return tuple(found)


def build_kind(draft: Draft, kinds: set[str], faults: list[KindFault]) -> KindSpec | None:
    """The kind, or ``None`` when its head has no label; faults are appended to ``faults``."""
    build = _Builder(draft, kinds, faults)
    head = dict(draft.head)
    if not head.get("label"):
        build.fault("kind", "[kind] 缺少 label(中文名称)。")
        return None
    for file, line, name in draft.doubles:
        faults.append(KindFault(file, line, f"字段 {name} 在同一个文件里写了两次。"))
    groups = _groups(draft, build)
    fields = _fields(draft, groups, build)
    spec = KindSpec(
        **{
            **head,
            "label_en": head.get("label_en", head["label"]),
            "short": head.get("short", head["label"]),
            "fields": fields,
            "groups": groups,
            "totals": _totals(draft, build),
            "summary_fields": tuple(head.get("summary_fields", ())),
            "card_fields": tuple(head.get("card_fields", ())),
            "roles": MappingProxyType(dict(head.get("roles", {}))),
            "exchange": MappingProxyType(dict(head.get("exchange", {}))),
            "core": draft.core,
            "version": draft.digest[:12],
            "files": tuple(draft.files),
        }
    )
    _references(spec, build)
    return spec


def _groups(draft: Draft, build: _Builder) -> tuple[Group, ...]:
    found = []
    for name, row in draft.groups.items():
        if not name or not row.get("label"):
            build.fault(f"group.{name}", "[[group]] 要有 name 和 label。")
        else:
            found.append(Group(**row))
    return tuple(found)


def _fields(draft: Draft, groups: tuple[Group, ...], build: _Builder) -> tuple[FieldSpec, ...]:
    order = {group.name: place for place, group in enumerate(groups)}
    found = []
    for name, row in draft.fields.items():
        spec = build.field(name, row, f"field.{name}")
        if spec is None:
            continue
        if spec.group not in order:
            text = hint(spec.group, order)
            build.fault(f"field.{name}", f"字段 {name} 的分组 {spec.group} 不存在。{text}")
        found.append(spec)
    _unique_labels(found, build)
    return tuple(sorted(found, key=lambda spec: order.get(spec.group, len(order))))


def _unique_labels(fields: list[FieldSpec], build: _Builder) -> None:
    labels: dict[str, str] = {}
    for spec in fields:
        other = labels.setdefault(spec.label, spec.name)
        if other != spec.name:
            build.fault(
                f"field.{spec.name}",
                f"字段 {spec.name} 与 {other} 的名称都是“{spec.label}”,导入时无法区分。",
            )


def _totals(draft: Draft, build: _Builder) -> tuple[TotalLength, ...]:
    found = []
    for index, row in enumerate(draft.totals):
        place = f"total.{index}"
        names = tuple(row.get("fields", ()))
        if not row.get("label") or not names or "max_length" not in row:
            build.fault(place, "[[total]] 要有 label、fields 和 max_length。")
            continue
        missing = [name for name in names if name not in draft.fields]
        if missing:
            build.fault(place, f"[[total]] 提到的字段 {'、'.join(missing)} 不存在。")
        found.append(TotalLength(row["label"], names, row["max_length"]))
    return tuple(found)


def _references(spec: KindSpec, build: _Builder) -> None:
    """Names of fields in the head and between fields must exist."""
    names = spec.by_name
    mentioned = [
        (key, name) for key in ("summary_fields", "card_fields") for name in getattr(spec, key)
    ]
    mentioned += [(f"roles.{role}", name) for role, name in spec.roles.items()]
    mentioned.append(("title_field", spec.title_field))
    for key, name in mentioned:
        if name not in names:
            place = f"kind.{key.partition('.')[0]}"
            build.fault(place, f"{key} 里的字段 {name} 不存在。{hint(name, names)}")
    for role in spec.roles.keys() - ROLES:
        build.fault("kind.roles", f"roles 里没有 {role} 这一项。{hint(role, ROLES)}")
    for one in spec.fields:
        for other in (one.not_before, one.not_above):
            if other and other not in names:
                build.fault(f"field.{one.name}", f"字段 {one.name} 提到的字段 {other} 不存在。")
        if one.target and one.target not in build.kinds:
            text = (
                f"字段 {one.name} 指向的类型 {one.target} 不存在。{hint(one.target, build.kinds)}"
            )
            build.fault(f"field.{one.name}", text)


def _faults_of_field(spec: FieldSpec) -> list[str]:
    """What is wrong with one field in itself."""
    checks = (
        (spec.type in ("code", "codes") and not spec.codes and not spec.options,
         "类型为 code 时要写 codes(代码表)或 options(选项)。"),
        (bool(spec.codes and spec.options), "codes 和 options 只能写一个。"),
        (spec.type not in ("code", "codes") and bool(spec.codes or spec.options),
         "只有类型 code、codes 才能写 codes 或 options。"),
        (spec.type == "table" and not spec.fields, "类型为 table 时要写 fields(栏目)。"),
        (spec.type != "table" and bool(spec.fields), "只有类型 table 才能写 fields。"),
        (spec.visible not in VISIBILITIES,
         f"visible 只能是 {'、'.join(VISIBILITIES)}。{hint(spec.visible, VISIBILITIES)}"),
        (spec.facet and spec.type not in _FACETS, f"类型 {spec.type} 不能作筛选项(facet)。"),
        (spec.sortable and (spec.many or spec.type == "long_text"),
         "长文字和多值字段不能排序(sortable)。"),
        (spec.column and (spec.type in LIST_TYPES or spec.many), "多值字段不能作独立列(column)。"),
        (spec.search > 0 and spec.type in ("image", "images", "file", "files", "boolean"),
         f"类型 {spec.type} 不能全文检索(search)。"),
        (spec.search < 0 or spec.weight < 0, "search 和 weight 不能为负。"),
        ((spec.max_length or 1) < 1 or (spec.max_items or 1) < 1, "长度和个数上限至少为 1。"),
        (spec.max_items is not None and spec.type not in LIST_TYPES | {"text"},
         f"类型 {spec.type} 只有一个值,不能写 max_items。"),
        (spec.type == "money" and spec.money_unit not in ("元", "万元"),
         "金额单位只能是元或万元。"),
        (not 0 <= (spec.decimals or 0) <= 6, "小数位数应在 0~6 之间。"),
        (spec.type in ("record", "records") and not spec.target, "要写 target(指向哪种资源)。"),
        (_bounds_crossed(spec), "min 大于 max。"),
    )  # fmt: skip
    return [message for bad, message in checks if bad] + _pattern_faults(spec)


def _bounds_crossed(spec: FieldSpec) -> bool:
    low, high = spec.min, spec.max
    if isinstance(low, str) or isinstance(high, str):
        return isinstance(low, str) and isinstance(high, str) and low > high
    return low is not None and high is not None and low > high


def _pattern_faults(spec: FieldSpec) -> list[str]:
    scalar = bool(spec.example) and not spec.many and spec.type in TEXT_TYPES
    found = []
    if spec.pattern:
        try:
            pattern = re.compile(spec.pattern)
        except re.error as error:
            return [f"pattern 不是正确的正则表达式:{error}。"]
        if scalar and not pattern.search(spec.example):
            found.append(f"示例“{spec.example}”不符合自己的 pattern。")
    if scalar and len(spec.example) > (spec.max_length or len(spec.example)):
        found.append(f"示例超过 {spec.max_length} 字。")
    return found
