"""Writes coverage, OpenAPI document and settings page under docs/generated from the code.

``python -m tools.generate`` writes; ``--check`` (part of ``./kx lint``) tells what differs.
"""

import argparse
import difflib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.messages import set_up

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "docs" / "generated"


def coverage_page() -> str:
    """Requirement number → tests, from the markers of the collected tests."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "coverage.md"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", f"--coverage-page={page}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if not page.is_file():
            raise SystemExit(f"the tests could not be collected:\n{done.stdout}{done.stderr}")
        return page.read_text(encoding="utf-8")


def openapi() -> str:
    from kexiang_site.api import api  # noqa: PLC0415 -- after set_up()

    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def settings_page() -> str:
    from kexiang_site.variables import page  # noqa: PLC0415 -- after set_up()

    return page()


def everything() -> dict[Path, str]:
    """Path → the text it must have."""
    singles: dict[str, Callable[[], str]] = {
        "coverage.md": coverage_page,
        "openapi.json": openapi,
        "settings.md": settings_page,
    }
    return {GENERATED / name: make() for name, make in singles.items()}


def _difference(path: Path, wanted: str) -> str:
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = difflib.unified_diff(
        found.splitlines(), wanted.splitlines(), str(path.relative_to(ROOT)), "generated", n=0
    )
    return "\n".join(list(lines)[:20])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    set_up()
    stale = 0
    for path, text in everything().items():
        difference = _difference(path, text)
        if not difference:
            continue
        stale += 1
        if check:
            print(difference)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    if check and stale:
        print(f"{stale} generated pages are out of date: run .venv/bin/python -m tools.generate")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
