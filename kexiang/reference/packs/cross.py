"""What can only be judged across files and across the packs that a pack extends."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kexiang.core.toml_lines import Path, TomlLines
from kexiang.reference.packs.model import Code, Pack
from kexiang.reference.packs.reading import Reader, did_you_mean

# Parameters of this family name who pays; the values are codes of this list.
THRESHOLDS = "sharing.threshold."


def check_chain(reader: Reader, pack: Pack, bases: Sequence[Pack]) -> None:
    """Adds the faults that need the pack and its bases together."""
    everything = [*bases, pack]
    _parents(reader, pack, bases)
    _regions(reader, pack, everything)
    _place(reader, pack, everything)
    _references(reader, pack, everything)
    _kind_lists(reader, pack, everything)
    if bases and pack.status == "current" and bases[-1].status == "historical":
        reader.fault("pack.toml", 1, f"现行包不能建立在历史包“{bases[-1].name}”之上。")


def codes_of(chain: Iterable[Pack], name: str) -> dict[str, Code]:
    """The codes of a list over the whole chain, latest meaning last; empty when unknown."""
    found: dict[str, Code] = {}
    for pack in chain:
        for system in pack.systems:
            if system.name == name:
                if system.mode == "replace":
                    found = {}
                found.update({code.code: code for code in system.codes})
    return found


def _parents(reader: Reader, pack: Pack, bases: Sequence[Pack]) -> None:
    for system in pack.systems:
        known = {code.code for code in system.codes}
        if system.mode == "extend":
            known |= set(codes_of(bases, system.name))
        for code in system.codes:
            if code.parent == code.code:
                reader.fault(system.file, code.line, f"“{code.code}”不能是自己的上级。")
            elif code.parent and code.parent not in known:
                hint = did_you_mean(code.parent, known)
                reader.fault(system.file, code.line, f"上级代码“{code.parent}”不存在,{hint}")


def _regions(reader: Reader, pack: Pack, everything: Sequence[Pack]) -> None:
    known = {region.code for one in everything for region in one.regions}
    for region in pack.regions:
        file = "zones.csv" if region.kind == "zone" else "regions.csv"
        if region.parent and region.parent not in known:
            reader.fault(file, region.line, f"上级区划“{region.parent}”不存在。")
        if region.kind == "zone" and not region.parent:
            reader.fault(file, region.line, f"功能区“{region.name}”必须写明所在市的区划代码。")
    for change in pack.region_changes:
        for code in (change.old_code, change.new_code):
            if code not in known:
                reader.fault("region_changes.csv", change.line, f"区划代码“{code}”不存在。")


def _place(reader: Reader, pack: Pack, everything: Sequence[Pack]) -> None:
    region = pack.place.get("region", "")
    known = {region.code for one in everything for region in one.regions}
    if region and region not in known:
        doc = reader.toml("pack.toml")
        line = doc.line("pack", "place", "region") if doc else 1
        reader.fault("pack.toml", line, f"区划代码“{region}”不存在,应是 GB/T 2260 的 6 位代码。")


def _references(reader: Reader, pack: Pack, everything: Sequence[Pack]) -> None:
    """Values that must be codes of a list: who pays, which affiliation an override is for."""
    funding = codes_of(everything, "funding_source")
    for parameter in pack.parameters:
        if not parameter.name.startswith(THRESHOLDS):
            continue
        if not isinstance(parameter.value, (int, float)) or parameter.value < 0:
            reader.fault("parameters.toml", parameter.line, "共享门槛应是不小于 0 的数(万元)。")
        _known(
            reader,
            "parameters.toml",
            parameter.line,
            parameter.applies_to,
            "funding_source",
            funding,
        )
    affiliations = codes_of(everything, "org.affiliation")
    if len(pack.steps) > 1:
        doc = reader.toml("workflow.toml")
        for number, rule in enumerate(pack.steps[1:]):
            line = doc.line("record", "override", number, "affiliation") if doc else 1
            _known(reader, "workflow.toml", line, rule.affiliation, "org.affiliation", affiliations)


def _kind_lists(reader: Reader, pack: Pack, everything: Sequence[Pack]) -> None:
    """A field of a kind file names its code list by ``codes``; the rest of the file is kinds'."""
    known = {system.name for one in everything for system in one.systems} | {"gbt2260"}
    for file, text in pack.files:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue  # told by the checker of kinds
        lines = TomlLines(text)
        for path, name in _lists_named(data, ()):
            if name not in known:
                hint = did_you_mean(name, sorted(known))
                reader.fault(file, lines.line(path), f"代码表“{name}”不存在,{hint}")


def _lists_named(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _lists_named(item, (*path, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "codes" and isinstance(item, str):
                yield (*path, key), item
            else:
                yield from _lists_named(item, (*path, key))


def _known(
    reader: Reader,
    file: str,
    line: int,
    values: Iterable[str],
    system: str,
    codes: dict[str, Code],
) -> None:
    if not codes:
        reader.fault(
            file, line, f"用到的代码表“{system}”不存在:请在 codes.toml 中登记或继承 base。"
        )
        return
    for value in values:
        if value not in codes:
            hint = did_you_mean(value, codes)
            reader.fault(file, line, f"“{value}”不是代码表“{system}”中的代码,{hint}")
