"""The demo place: a whole region written for this project, the same everywhere for one date.

``content`` holds facts and texts as TOML, the modules beside it turn them into rows, and
``building`` writes them through the real services. Organisations, persons and cases are
invented (ux.md Part D); model numbers, makers and standards are facts.
"""

from typing import Any


def build(**options: Any) -> None:
    """``building.build``, imported late: the content can be read without Django."""
    from kexiang_site.demo.building import build as run  # noqa: PLC0415 -- needs django.setup()

    run(**options)
