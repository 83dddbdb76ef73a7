"""What the pages of the import wizard share: steps, trail, the columns with their choices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kexiang.catalog import queries, services
from kexiang.catalog.models import ImportJob
from kexiang.catalog.types import ImportState
from kexiang.catalog.views import shared
from kexiang.core.tabular_types import letter_of
from kexiang.kinds import queries as kinds
from kexiang.kinds import services as kind_services
from kexiang.kinds.types import FieldSpec, KindSpec

OWNER = "@owner"
UPLOAD, MAP, CHECK, RUN, RESULT = 1, 2, 3, 4, 5
STEPS = [
    gettext_lazy("上传"),
    gettext_lazy("对应列"),
    gettext_lazy("校验"),
    pgettext_lazy("import step", "导入"),
    gettext_lazy("结果"),
]
TONES = {"done": "ok", "failed": "bad", "undone": "end", "checked": "warn", "uploaded": "end"}
HOW = {
    "memory": gettext_lazy("按上次的对应"),
    "preset": gettext_lazy("按表格格式"),
    "label": gettext_lazy("按列标题"),
    "alike": gettext_lazy("标题相近,请核对"),
}
EDITABLE = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)
MANY_CHOICES = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the wizard; ``url`` leads back to it while that is possible."""

    label: Any
    url: str = ""


LIST_HEADS = (
    gettext_lazy("文件"),
    gettext_lazy("类型"),
    gettext_lazy("单位"),
    gettext_lazy("状态"),
    gettext_lazy("正确(行)"),
    gettext_lazy("有误(行)"),
    gettext_lazy("上传时间"),
)


def list_file(jobs: Iterable[ImportJob], labels: Mapping[str, str]) -> FileResponse:
    """The list of imports as a workbook."""
    lines = [
        (
            job.file_name,
            labels.get(job.kind, job.kind),
            job.owner.name if job.owner else _("按表中单位"),
            ImportState(job.state).label,
            job.rows_good,
            job.rows_bad,
            shared.moment(job.created_at),
        )
        for job in jobs
    ]
    return shared.workbook(_("导入记录"), LIST_HEADS, lines)


def steps(job: ImportJob | None, current: int) -> dict[str, Any]:
    """The stepper: labels, the present one, and links back to the earlier ones."""
    links = {}
    if job is not None and job.state in EDITABLE:
        links[MAP] = reverse("catalog:import_columns", kwargs={"uid": job.uid})
    if job is not None and job.state in (ImportState.CHECKED, ImportState.FAILED):
        links[CHECK] = reverse("catalog:import_detail", kwargs={"uid": job.uid})
    items = [
        Step(label, links.get(number, "") if number != current else "")
        for number, label in enumerate(STEPS, start=1)
    ]
    return {"items": items, "current": current}


def trail(*more: tuple[Any, str]) -> shared.Trail:
    return [(_("批量导入"), "/work/imports/"), *more]


def frame(job: ImportJob, step: int) -> dict[str, Any]:
    """What every page about one import shows."""
    spec = kinds.kind(job.kind)
    return {
        "job": job,
        "kind": spec,
        "steps": steps(job, step),
        "tones": TONES,
        "preset": next((p for p in services.presets_for(spec) if p.code == job.preset), None),
        "trail": trail((job.file_name, "")),
    }


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of the sheet on the page: its head, samples, chosen field and why."""

    index: int
    letter: str
    head: str
    samples: Sequence[str]
    field: str
    how: Any
    why: str
    is_hidden: bool
    unit: str
    stated: bool
    is_money: bool
    hint: str


def column_rows(job: ImportJob, posted: Mapping[str, str] | None = None) -> list[ColumnRow]:
    """The columns with a head, with what was posted laid over what is stored."""
    spec, mapping = kinds.kind(job.kind), job.mapping
    money = {c.key for c in kinds.import_columns(spec) if c.spec.type == "money"}
    form = next((p for p in services.presets_for(spec) if p.code == job.preset), None)
    values = queries.samples(job)
    rows = []
    for index, head in enumerate(job.heads):
        if not head:
            continue
        key = str(index)
        chosen = mapping["columns"].get(key, "")
        field = posted.get(f"col-{key}", chosen) if posted is not None else chosen
        told = form.column(head) if form else None
        stated = field in money and field not in mapping.get("ask", [])
        unit = mapping["units"].get(field, "")
        if posted is not None:
            unit = posted.get(f"unit-{key}", unit)
        rows.append(
            ColumnRow(
                index=index,
                letter=letter_of(index),
                head=head,
                samples=values[index],
                field=field,
                how=HOW.get(mapping.get("how", {}).get(key, ""), "") if field == chosen else "",
                why=told.why if told and not field else "",
                is_hidden=index in mapping.get("hidden", []),
                unit=unit,
                stated=stated and bool(unit) and field == chosen,
                is_money=field in money,
                hint=told.hint if told and told.field == field else "",
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Gap:
    """A required field without a column: its constant may be typed or chosen."""

    name: str
    label: str
    help: str
    value: str
    choices: Sequence[tuple[str, str]]


def gaps(job: ImportJob, posted: Mapping[str, str] | None = None) -> list[Gap]:
    """Required fields no column fills, with the constants given for them."""
    spec = kinds.kind(job.kind)
    constants = job.mapping.get("constants", {})
    columns = set(job.mapping["columns"].values())
    names = [*services.missing_fields(job, spec), *constants]
    found = []
    for name in dict.fromkeys(names):
        if name in columns or name == spec.title_field:
            continue
        one = field_of(spec, name)
        value = posted.get(f"fix-{name}", "") if posted is not None else constants.get(name, "")
        found.append(Gap(name, str(one.label), one.help, value, _choices(one)))
    return found


def _choices(one: FieldSpec) -> Sequence[tuple[str, str]]:
    if one.type == "boolean":
        return [("是", _("是")), ("否", _("否"))]
    found = kind_services.choices_of(one) if one.type in ("code", "codes", "region") else []
    return found if len(found) <= MANY_CHOICES else []


def field_of(spec: KindSpec, key: str) -> FieldSpec:
    """The field behind the key of an import column; raises ``KeyError``."""
    name, _dot, sub = key.partition(".")
    one = spec.field(name)
    return one.subfield(sub) if sub else one


def field_groups(job: ImportJob) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields to choose from, group by group; required ones carry a star."""
    spec = kinds.kind(job.kind)
    groups = {group.name: str(group.label) for group, _fields in spec.grouped}
    found: dict[str, list[tuple[str, str]]] = {}
    if job.owner is None:
        found[_("单位")] = [(OWNER, _("单位名称或统一社会信用代码"))]
    for column in kinds.import_columns(spec):
        parent = column.parent or column.spec
        star = "*" if column.spec.required and column.parent is None else ""
        label = groups.get(parent.group, spec.label)
        found.setdefault(label, []).append((column.key, f"{column.label}{star}"))
    return list(found.items())
