"""Slots through which a lower context shows what a higher one knows, without importing it.

A context fills slots in its ``apps.py``; pages read them. A slot's callables take keyword
arguments agreed in the slot's own documentation and must answer in constant queries.
"""

from collections.abc import Callable, Sequence
from typing import Any

Provider = Callable[..., Any]
_slots: dict[str, list[Provider]] = {}


def provide(slot: str, provider: Provider) -> None:
    """Add ``provider`` to ``slot`` once; order of registration is kept."""
    providers = _slots.setdefault(slot, [])
    if provider not in providers:
        providers.append(provider)


def providers(slot: str) -> Sequence[Provider]:
    return tuple(_slots.get(slot, ()))
