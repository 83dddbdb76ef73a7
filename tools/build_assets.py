"""Builds what is not kept in the repository: front end and compiled message catalogues."""

import sys
from pathlib import Path

from tools.build_frontend import BuildError, build, is_current

ROOT = Path(__file__).resolve().parent.parent


def compile_catalogues() -> int:
    """Compile each ``.po`` that is newer than its ``.mo``; returns how many."""
    stale = [
        po
        for package in ("kexiang", "kexiang_site")
        for po in sorted((ROOT / package).rglob("locale/*/LC_MESSAGES/*.po"))
        if not po.with_suffix(".mo").is_file()
        or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    if stale:
        from babel.messages import mofile, pofile  # noqa: PLC0415 -- slow, and rarely needed

        for po in stale:
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                mofile.write_mo(target, pofile.read_po(source))
    return len(stale)


def main() -> int:
    try:
        if not is_current():
            print("正在构建前端(首次约半分钟)…", file=sys.stderr, flush=True)
            build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    compile_catalogues()
    return 0


if __name__ == "__main__":
    sys.exit(main())
