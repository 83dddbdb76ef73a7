"""Labels that carry both languages in their own record: kinds, fields, groups, codes."""

from typing import Any

from django.utils.translation import get_language

from kexiang.core.assets import ICONS
from kexiang.kinds.types import KindSpec

KIND_ICONS = {
    "certificate": "award",
    "file-text": "file-earmark-text",
    "plant": "flower1",
    "box": "collection",
}


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def label(thing: Any) -> str:
    """The label of a kind, field, group or code item in the language of the page."""
    english = str(getattr(thing, "label_en", "") or "")
    return english if english and is_english() else str(thing.label)


def tab(spec: KindSpec) -> str:
    """The short name of a kind over its results."""
    return label(spec) if is_english() else str(spec.search_label)


def kind_icon(spec: KindSpec) -> str:
    """The icon of a kind; a name the sprite does not have becomes a neutral one."""
    name = KIND_ICONS.get(spec.icon, spec.icon)
    return name if name in ICONS else "collection"
