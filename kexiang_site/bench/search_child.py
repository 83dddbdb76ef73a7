"""The beginning of a bench process: Django first, then the work (spawn imports this alone)."""

from typing import Any

import django
from django.utils.module_loading import import_string


def child(work: str, *args: Any) -> None:
    """Run the function of that dotted path in a process that has just begun."""
    django.setup()
    import_string(work)(*args)
