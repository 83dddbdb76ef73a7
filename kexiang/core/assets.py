"""What the front-end build has produced: content hashes of files, names of icons."""

import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

# Names in bootstrap-icons; frontend/build.mjs makes the sprite from the same file.
ICONS: frozenset[str] = frozenset(
    json.loads((Path(__file__).resolve().parent / "icons.json").read_text(encoding="utf-8"))
)


@cache
def _versions() -> dict[str, str]:
    found = finders.find("dist/manifest.json")
    if not isinstance(found, str):
        return {}
    table: dict[str, str] = json.loads(Path(found).read_text(encoding="utf-8"))
    return table


def version(path: str) -> str:
    """The content hash of a built file, ``"0"`` before the first build. Read once per process."""
    return _versions().get(path, "0")
