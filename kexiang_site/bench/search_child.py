"""The beginning of a bench process: Django first, then the work (spawn imports this alone)."""

from importlib import import_module
from typing import Any

import django


def child(name: str, *args: Any) -> None:
    """Run ``name`` of ``search_live`` in a process that has just begun."""
    django.setup()
    getattr(import_module("kexiang_site.bench.search_live"), name)(*args)
