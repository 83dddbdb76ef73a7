"""From the kind files of a chain of packs to kinds. Pure: text in, kinds and faults out.

A later pack may add a kind, extend one (``[kind] extend = "instrument"``: its keys win, its
fields change or join those of the kind, ``omit`` drops some) and change the core fields by a
``_core.toml`` of its own. ``_shown.toml`` says which kinds the place offers, in which order; the
others take no new records, those they have stay. Kinds of packs behind that one are offered.
Faults never raise: the caller decides what to do with them.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kexiang.core.toml_lines import TomlLines
from kexiang.kinds.building import Draft, build_kind
from kexiang.kinds.types import KindFault, KindSpec
from kexiang.kinds.vocabulary import (
    FIELD_KEYS,
    FILE_KEYS,
    GROUP_KEYS,
    KIND_KEYS,
    TOTAL_KEYS,
    faults_of,
    hint,
)

CORE = "_core.toml"
SHOWN = "_shown.toml"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")


@dataclass(frozen=True, slots=True)
class KindSource:
    """A kind file: how to name it in faults, its own file name, and its text."""

    file: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """``kinds`` are those the place offers, in its order; ``hidden`` are the others."""

    kinds: tuple[KindSpec, ...]
    faults: tuple[KindFault, ...]
    hidden: tuple[KindSpec, ...] = ()


def load(sources: Iterable[KindSource]) -> Loaded:
    """The kinds of ``sources`` (most general pack first), in their order, with all faults."""
    faults: list[KindFault] = []
    core = Draft()
    drafts: dict[str, Draft] = {}
    listed: KindSource | None = None
    later: set[str] = set()
    for source in sources:
        if source.name == SHOWN:
            listed, later = source, set()  # the last pack of the chain decides
            continue
        parsed = _parse(source, faults)
        if parsed is None:
            continue
        draft = core if source.name == CORE else _draft_for(drafts, parsed, source, faults)
        if draft is not None:
            _lay(draft, parsed, source)
            if listed is not None and _pack(listed) != _pack(source):
                later |= {str(parsed.head.get("code", ""))}
    codes = set(drafts)
    built = [build_kind(_over_core(core, draft), codes, faults) for draft in drafts.values()]
    kinds = sorted((k for k in built if k is not None), key=lambda k: (k.order, k.code))
    shown = [spec.code for spec in kinds]
    if listed is not None:
        shown = [*_shown(listed, codes, faults), *(code for code in shown if code in later)]
    by_code = {spec.code: spec for spec in kinds}
    ordered = sorted(set(faults), key=lambda f: (f.file, f.line, f.message))
    return Loaded(
        tuple(by_code[code] for code in shown if code in by_code),
        tuple(ordered),
        tuple(spec for spec in kinds if spec.code not in shown),
    )


def _pack(source: KindSource) -> str:
    return source.file.partition("/")[0]


def _shown(source: KindSource, codes: set[str], faults: list[KindFault]) -> list[str]:
    """The codes that ``_shown.toml`` lists; everything when it cannot be read."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        faults.append(KindFault(source.file, 1, f"不是正确的 TOML 写法:{error}。"))
        return sorted(codes)
    listed = data.get("kinds")
    if set(data) != {"kinds"} or not isinstance(listed, list) or not listed:
        text = '应只有一项:kinds = ["instrument", "test_item"],按页面上的次序列出要用的资源类型。'
        faults.append(KindFault(source.file, 1, text))
        return sorted(codes)
    lines = source.text.splitlines()
    for code in listed:
        line = next((n for n, row in enumerate(lines, 1) if f'"{code}"' in row), 1)
        if code not in codes:
            text = f"没有资源类型 {code}。{hint(str(code), codes)}"
            faults.append(KindFault(source.file, line, text))
        elif listed.count(code) > 1:
            faults.append(KindFault(source.file, line, f"资源类型 {code} 列了两次。"))
    return list(dict.fromkeys(str(code) for code in listed))


@dataclass(frozen=True, slots=True)
class _Parsed:
    head: dict[str, Any]
    rows: dict[str, list[tuple[dict[str, Any], int]]]
    lines: TomlLines


def _parse(source: KindSource, faults: list[KindFault]) -> _Parsed | None:
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else max(1, source.text.count("\n"))
        faults.append(KindFault(source.file, line, f"不是正确的 TOML 写法:{error}。"))
        return None
    lines = TomlLines(source.text)
    for key, message in list(faults_of(data, FILE_KEYS, "文件")):
        place = (key, 0) if isinstance(data[key], list) else (key,)
        faults.append(KindFault(source.file, lines.line(place), message))
        data.pop(key)
    head = _clean(data.get("kind", {}), KIND_KEYS, "[kind] ", source, lines, ("kind",), faults)
    rows = {}
    for section, keys in (("field", FIELD_KEYS), ("group", GROUP_KEYS), ("total", TOTAL_KEYS)):
        rows[section] = [
            (
                _clean(row, keys, f"[[{section}]] ", source, lines, (section, index), faults),
                lines.line((section, index)),
            )
            for index, row in enumerate(data.get(section, []))
        ]
    return _Parsed(head, rows, lines)


def _clean(
    row: dict[str, Any],
    keys: Any,
    what: str,
    source: KindSource,
    lines: TomlLines,
    place: tuple[str | int, ...],
    faults: list[KindFault],
) -> dict[str, Any]:
    """The row without its faulty keys, each of which is reported."""
    bad = dict(faults_of(row, keys, what))
    for key, message in bad.items():
        faults.append(KindFault(source.file, lines.line((*place, key)), message))
    return {key: value for key, value in row.items() if key not in bad}


def _draft_for(
    drafts: dict[str, Draft], parsed: _Parsed, source: KindSource, faults: list[KindFault]
) -> Draft | None:
    head, line = parsed.head, parsed.lines.line(("kind",))
    code, extend = str(head.get("code", "")), str(head.get("extend", ""))
    message = ""
    if extend:
        if extend not in drafts:
            message = f"要扩展的类型 {extend} 不存在。{hint(extend, drafts)}"
    elif not _CODE.fullmatch(code):
        message = "[kind] 的 code 应为小写字母、数字和下划线,以字母开头;扩展已有类型请写 extend。"
    elif code in drafts:
        message = f'类型 {code} 已由 {drafts[code].files[0]} 定义;要改它请写 extend = "{code}"。'
    if message:
        faults.append(KindFault(source.file, line, message))
        return None
    if code:
        drafts[code] = Draft()
    return drafts[extend or code]


def _lay(draft: Draft, parsed: _Parsed, source: KindSource) -> None:
    """Lay a file over what earlier files said about the same kind (or about the core)."""
    draft.files.append(source.file)
    digest = hashlib.sha256(f"{draft.digest}\0{source.text}".encode()).hexdigest()
    draft.digest = digest
    head = {key: value for key, value in parsed.head.items() if key != "extend"}
    draft.omit |= set(head.pop("omit", ()))
    for key, value in head.items():
        merged = (
            {**draft.head[key], **value} if isinstance(value, dict) and key in draft.head else value
        )
        draft.head[key] = merged
        draft.places.setdefault(f"kind.{key}", (source.file, parsed.lines.line(("kind", key))))
    draft.places.setdefault("kind", (source.file, parsed.lines.line(("kind",))))
    for row, line in parsed.rows["field"]:
        _lay_field(draft, row, source.file, line)
    for row, line in parsed.rows["group"]:
        name = str(row.get("name", ""))
        draft.groups[name] = {**draft.groups.get(name, {}), **row}
        draft.places.setdefault(f"group.{name}", (source.file, line))
    for row, line in parsed.rows["total"]:
        draft.places[f"total.{len(draft.totals)}"] = (source.file, line)
        draft.totals.append(row)


def _lay_field(draft: Draft, row: dict[str, Any], file: str, line: int) -> None:
    name = str(row.get("name", ""))
    if draft.seen.get(name) == file:
        draft.doubles.append((file, line, name))
    draft.seen[name] = file
    draft.fields[name] = {**draft.fields.get(name, {}), **row}
    draft.omit.discard(name)
    draft.places[f"field.{name}"] = (file, line)


def _over_core(core: Draft, kind: Draft) -> Draft:
    """The kind with the core fields it does not omit; groups of the core follow its own."""
    whole = Draft(
        head=kind.head,
        totals=kind.totals,
        omit=kind.omit,
        files=kind.files,
        doubles=core.doubles + kind.doubles,
        digest=hashlib.sha256(f"{core.digest}\0{kind.digest}".encode()).hexdigest(),
        core=frozenset(core.fields) - kind.omit,
        places={**core.places, **kind.places},
        own=list(kind.fields),
    )
    names = [n for n in core.fields if n not in kind.fields and n not in kind.omit]
    order = (["title"] if "title" in names else []) + list(kind.fields)
    order += [name for name in names if name != "title"]
    for name in order:
        if name not in kind.omit:
            whole.fields[name] = {**core.fields.get(name, {}), **kind.fields.get(name, {})}
    whole.groups = {**kind.groups}
    for name, row in core.groups.items():
        whole.groups.setdefault(name, row)
    return whole
