"""Labels that carry both languages in their own record: kinds, fields, groups, codes."""

from kexiang.core.assets import ICONS
from kexiang.core.language import is_english, label
from kexiang.kinds.types import FieldSpec, KindSpec
from kexiang.reference import queries as reference

__all__ = ["code", "is_english", "kind_icon", "label", "name", "tab"]

KIND_ICONS = {
    "certificate": "award",
    "file-text": "file-earmark-text",
    "plant": "flower1",
    "box": "collection",
}


def tab(spec: KindSpec) -> str:
    """The short name of a kind over its results."""
    return label(spec) if is_english() else str(spec.search_label)


def kind_icon(spec: KindSpec) -> str:
    """The icon of a kind; a name the sprite does not have becomes a neutral one."""
    name = KIND_ICONS.get(spec.icon, spec.icon)
    return name if name in ICONS else "collection"


def code(field: FieldSpec, value: str) -> str:
    """What people call a code of a field in the language of the page; ``""`` when it is none."""
    for option in field.options:
        if option.code == value:
            return label(option)
    item = reference.code_item(field.codes, value) if field.codes else None
    return label(item) if item is not None else ""


def name(chinese: str, english: str) -> str:
    """A proper name in the language of the page; most have no English one."""
    return english if english and is_english() else chinese
