"""The TOML files of a pack: what it is, its parameters, roles and workflow."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kexiang.reference.packs.model import Parameter, Role, StepRule
from kexiang.reference.packs.reading import Reader, TomlFile, overlapping
from kexiang.reference.packs.shape import Key, Shape, known_tables, tables
from kexiang.reference.types import RECORD_STEPS, ROLES

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
STATUS = ("current", "historical")

PACK = Shape(
    {
        "name": Key("name", required=True),
        "title": Key("name", required=True),
        "version": Key("name", required=True),
        "status": Key("name", required=True, choices=STATUS),
        "valid_from": Key("date", required=True),
        "valid_to": Key("date"),
        "extends": Key("text"),
        "place": Key("table"),
    },
    "[pack] ",
)
PLACE = Shape(
    {
        "region": Key("name", required=True),
        "name": Key("name", required=True),
        "operator": Key("name", required=True),
    },
    "place ",
)
SITE = Shape(
    {
        "title": Key("name"),
        "title_en": Key("name"),
        "short_title": Key("name"),
        "short_title_en": Key("name"),
        "host_en": Key("name"),
        "host": Key("text"),
        "undertaker": Key("text"),
        "consult_phone": Key("text"),
        "consult_hours": Key("text"),
        "support_phone": Key("text"),
        "complaint_phone": Key("text"),
        "address": Key("text"),
        "site_code": Key("text"),
        "icp": Key("text"),
        "police": Key("text"),
        "government_mark_url": Key("text"),
        "error_report_url": Key("text"),
        "privacy_url": Key("text"),
        "base_map_approval": Key("text"),
        "search_placeholder": Key("text"),
    },
    "[site] ",
)
LINK = Shape({"title": Key("name", required=True), "url": Key("name", required=True)}, "[[link]] ")
POLICY = Shape(
    {
        "number": Key("name", required=True),
        "title": Key("name", required=True),
        "issuer": Key("name", required=True),
        "document_number": Key("text"),
        "issued_on": Key("date", required=True),
        "valid_to": Key("date"),
        "status": Key("name", required=True, choices=STATUS),
        "note": Key("text"),
    },
    "[[policy]] ",
)
PARAMETER = Shape(
    {
        "name": Key("name", required=True),
        "value": Key("any", required=True),
        "valid_from": Key("date", required=True),
        "valid_to": Key("date"),
        "source": Key(
            "name",
            required=True,
            missing="参数没有写明依据(source):请写上文件名称和条款,例如“市实施意见二(一)”。",
        ),
        "label": Key("text"),
        "unit": Key("text"),
        "note": Key("text"),
        "applies_to": Key("texts"),
    },
    "[[parameter]] ",
)
ROLE = Shape(
    {
        "code": Key("name", required=True, choices=ROLES),
        "label": Key("name", required=True),
        "scope": Key("name", required=True, choices=("organisation", "region", "none")),
        "duty": Key("text"),
    },
    "[[role]] ",
)
STEPS = Shape({step: Key("bool") for step in RECORD_STEPS}, "[record.steps] ")
OVERRIDE = Shape(
    {
        "affiliation": Key("texts", required=True),
        **{step: Key("bool") for step in RECORD_STEPS},
    },
    "[[record.override]] ",
)


@dataclass(slots=True)
class Head:
    """pack.toml, read."""

    name: str
    title: str
    version: str
    status: str
    valid_from: date
    valid_to: date | None
    extends: str
    place: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    policies: tuple[dict[str, Any], ...] = ()


def read_head(reader: Reader) -> Head | None:
    """pack.toml; ``None`` when it is missing or [pack] itself is faulty."""
    if not reader.has("pack.toml"):
        reader.fault("pack.toml", 1, "缺少 pack.toml:每个政策包必须有这个文件。")
        return None
    doc = reader.toml("pack.toml")
    if doc is None:
        return None
    known_tables(reader, doc, ("pack", "site", "policy", "link"))
    if "pack" not in doc.data:
        reader.fault(doc.file, 1, "缺少 [pack] 表。")
        return None
    values = PACK.read(reader, doc, doc.data["pack"], ("pack",))
    site = _site(reader, doc)
    policies = _policies(reader, doc)
    if values is None:
        return None
    _check_head(reader, doc, values)
    place: dict[str, Any] = {}
    if values["place"] is not None:
        place = PLACE.read(reader, doc, values["place"], ("pack", "place")) or {}
    return Head(
        **{key: values[key] for key in ("name", "title", "version", "status")},
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
        extends=values["extends"] or "",
        place=place,
        site=site,
        policies=policies,
    )


def _check_head(reader: Reader, doc: TomlFile, values: dict[str, Any]) -> None:
    name = values["name"]
    line = doc.line("pack", "name")
    if not _NAME.fullmatch(name):
        reader.fault(doc.file, line, "包名只能用小写字母、数字和连字符,如 changzhi-2017。")
    elif name != reader.folder.name:
        reader.fault(doc.file, line, f"包名“{name}”与文件夹名“{reader.folder.name}”不一致。")
    reader.period(doc.file, doc.line("pack", "valid_to"), values["valid_from"], values["valid_to"])
    if values["status"] == "historical" and values["valid_to"] is None:
        reader.fault(
            doc.file,
            doc.line("pack", "status"),
            '历史政策包(status = "historical")必须写明失效日期 valid_to。',
        )


def _site(reader: Reader, doc: TomlFile) -> dict[str, Any]:
    site: dict[str, Any] = {}
    if "site" in doc.data:
        read = SITE.read(reader, doc, doc.data["site"], ("site",)) or {}
        site = {key: value for key, value in read.items() if value}
    links = [
        LINK.read(reader, doc, entry, ("link", number))
        for number, entry in enumerate(tables(reader, doc, "link"))
    ]
    if links:
        site["links"] = [link for link in links if link]
    return site


def _policies(reader: Reader, doc: TomlFile) -> tuple[dict[str, Any], ...]:
    found = []
    for number, entry in enumerate(tables(reader, doc, "policy")):
        values = POLICY.read(reader, doc, entry, ("policy", number))
        if values is None:
            continue
        line = doc.line("policy", number)
        reader.period(doc.file, line, values["issued_on"], values["valid_to"])
        if values["status"] == "current" and values["valid_to"] and not values["note"]:
            reader.fault(doc.file, line, "现行文件写了失效日期,请在 note 中说明(如“试行两年”)。")
        found.append(
            {
                key: value.isoformat() if isinstance(value, date) else value
                for key, value in values.items()
                if value is not None
            }
        )
    return tuple(found)


def read_parameters(reader: Reader) -> tuple[Parameter, ...]:
    """parameters.toml: dated values, one in force per name and day."""
    if not reader.has("parameters.toml") or (doc := reader.toml("parameters.toml")) is None:
        return ()
    known_tables(reader, doc, ("parameter",))
    found: list[Parameter] = []
    for number, entry in enumerate(tables(reader, doc, "parameter")):
        values = PARAMETER.read(reader, doc, entry, ("parameter", number))
        if values is None:
            continue
        line = doc.line("parameter", number)
        if not _PARAMETER_NAME.fullmatch(values["name"]):
            reader.fault(
                doc.file,
                doc.line("parameter", number, "name"),
                f"参数名“{values['name']}”不对,应像 sharing.threshold.city。",
            )
            continue
        if reader.period(doc.file, line, values["valid_from"], values["valid_to"]):
            applies = tuple(values.pop("applies_to") or ())
            texts = {key: values[key] or "" for key in ("label", "unit", "note")}
            found.append(Parameter(**{**values, **texts}, applies_to=applies, line=line))
    for name in sorted({parameter.name for parameter in found}):
        same = [(p.valid_from, p.valid_to, p.line) for p in found if p.name == name]
        for line, earlier in overlapping(same):
            reader.fault(
                doc.file, line, f"参数“{name}”的有效期与第 {earlier} 行的重叠,请改为首尾相接。"
            )
    return tuple(found)


def read_roles(reader: Reader) -> tuple[Role, ...]:
    """roles.toml: how the place words the roles."""
    if not reader.has("roles.toml") or (doc := reader.toml("roles.toml")) is None:
        return ()
    known_tables(reader, doc, ("role",))
    found: dict[str, Role] = {}
    for number, entry in enumerate(tables(reader, doc, "role")):
        values = ROLE.read(reader, doc, entry, ("role", number))
        if values is None:
            continue
        if values["code"] in found:
            line = doc.line("role", number, "code")
            reader.fault(doc.file, line, f"角色“{values['code']}”写了两次。")
        found[values["code"]] = Role(**{**values, "duty": values["duty"] or ""})
    return tuple(found.values())


def read_workflow(reader: Reader) -> tuple[StepRule, ...]:
    """workflow.toml: which optional review steps a record passes; empty when the file is absent."""
    if not reader.has("workflow.toml") or (doc := reader.toml("workflow.toml")) is None:
        return ()
    known_tables(reader, doc, ("record",))
    record = doc.data.get("record", {})
    if not isinstance(record, dict):
        reader.fault(doc.file, doc.line("record"), "“record”应是表 [record.steps]。")
        return ()
    for name in record:
        if name not in ("steps", "override"):
            reader.fault(doc.file, doc.line("record", name), f"[record] 中未知的键“{name}”。")
    usual = STEPS.read(reader, doc, record.get("steps", {}), ("record", "steps"))
    if usual is None:
        return ()
    if not any(usual.values()):
        reader.fault(
            doc.file,
            doc.line("record", "steps"),
            "至少要有一个审核步骤为 true,否则无人审核就发布。",
        )
    rules = [StepRule((), _steps(usual))]
    overrides = record.get("override", [])
    if not isinstance(overrides, list):
        reader.fault(doc.file, doc.line("record", "override"), "应写成 [[record.override]]。")
        return tuple(rules)
    for number, entry in enumerate(overrides):
        values = OVERRIDE.read(reader, doc, entry, ("record", "override", number))
        if values is not None:
            affiliation = tuple(values.pop("affiliation"))
            own = {step: value for step, value in values.items() if value is not None}
            rules.append(StepRule(affiliation, _steps({**usual, **own})))
    return tuple(rules)


def _steps(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(step for step in RECORD_STEPS if values.get(step))
