"""The reference page of a kind in docs: every field with its limits and exchange names."""

from collections.abc import Iterable

from kexiang.kinds.sheet import limits
from kexiang.kinds.types import FieldSpec, KindSpec

_VISIBLE = {"public": "公开", "registered": "登录后", "unit": "本单位", "restricted": "受限"}


def page(spec: KindSpec) -> str:
    """Markdown; made from the kind file alone, so that it is the same everywhere."""
    lines = [
        f"# {spec.label} `{spec.code}`",
        "",
        "<!-- 由 kexiang.kinds 生成,请改类型文件后重新生成,不要直接编辑。 -->",
        "",
        f"{spec.label_en}. {spec.description}",
        "",
        f"计量单位:{spec.unit};字段 {len(spec.fields)} 个;文件:{'、'.join(spec.files)}。",
        "",
    ]
    if spec.exchange:
        names = ";".join(f"{form}:{name}" for form, name in sorted(spec.exchange.items()))
        lines += [f"对外交换中的类型:{names}。", ""]
    for group, fields in spec.grouped:
        lines += [f"## {group.label} ({group.label_en})", "", *_table(spec, fields), ""]
        for one in fields:
            if one.fields:
                lines += [f"### {one.label}的栏目", "", *_table(spec, one.fields), ""]
    lines += _search_part(spec)
    return "\n".join(lines).rstrip() + "\n"


def _table(spec: KindSpec, fields: Iterable[FieldSpec]) -> list[str]:
    rows = [
        "| 字段 | 名称 | 类型 | 必填 | 格式与上限 | 代码表 | 谁可见 | 交换名称 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in fields:
        exchange = "<br>".join(f"{form}: `{name}`" for form, name in sorted(one.exchange.items()))
        cells = (
            f"`{one.name}`",
            one.label,
            f"`{one.type}`",
            _required(spec, one),
            limits(one),
            f"`{one.codes}`" if one.codes else "、".join(o.label for o in one.options),
            _VISIBLE[one.visible],
            exchange,
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows


def _required(spec: KindSpec, one: FieldSpec) -> str:
    if one.required:
        return "是"
    parts = []
    for condition in one.required_when:
        values = "、".join(str(value) for value in condition.values)
        parts.append(f"{spec.field(condition.field).label} = {values}")
    return ";".join(parts)


def _search_part(spec: KindSpec) -> list[str]:
    def named(fields: Iterable[FieldSpec]) -> str:
        return "、".join(f"{one.label} `{one.name}`" for one in fields) or "无"

    weighed = "、".join(f"{one.label} {weight:g}" for one, weight in spec.searchable)
    return [
        "## 检索",
        "",
        f"- 全文检索(权重):{weighed or '无'}",
        f"- 筛选项:{named(spec.facets)}",
        f"- 可排序:{named(spec.sortables)}",
        f"- 独立列:{named(spec.columns)}",
    ]
