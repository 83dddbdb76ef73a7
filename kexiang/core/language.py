"""Which of two languages a page speaks, and labels that carry both in their own record."""

from typing import Any

from django.utils.translation import get_language


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def label(thing: Any) -> str:
    """The label of a kind, field, group, option or code in the language of the page.

    What has no English label keeps its Chinese one.
    """
    english = str(getattr(thing, "label_en", "") or "")
    return english if english and is_english() else str(thing.label)
