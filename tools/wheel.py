"""The wheel: built without a network, and tried in an environment that holds nothing else.

``python -m tools.wheel [FOLDER]`` builds into FOLDER (default ``dist``). ``fresh_environment``
installs a built wheel beside the packages it requires and nothing else: neither the clone nor
the tools of developers nor Node. Those packages are linked from this environment, so that no
download is needed; the wheel itself is installed by pip, as anybody would.
"""

import argparse
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> Path:
    """Build the wheel with this environment's hatchling; raises ``CalledProcessError``."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob("kexiang-*.whl"), key=lambda path: path.stat().st_mtime)


def requirements(wheel: Path) -> list[Requirement]:
    """What the wheel's own metadata asks for, without extras."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        told = message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    return _needed(told, frozenset())


def _needed(told: list[str], extras: frozenset[str]) -> list[Requirement]:
    found = [Requirement(text) for text in told]
    return [
        need
        for need in found
        if need.marker is None
        or any(need.marker.evaluate({"extra": extra}) for extra in (extras or {""}))
    ]


def closure(wanted: list[Requirement]) -> dict[str, metadata.Distribution]:
    """Every installed distribution these need, by name; raises ``PackageNotFoundError``."""
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        need = wanted.pop()
        key = (re.sub(r"[-_.]+", "-", need.name).lower(), frozenset(need.extras))
        if key in seen:
            continue
        seen.add(key)
        found[key[0]] = metadata.distribution(need.name)
        wanted += _needed(found[key[0]].requires or [], key[1])
    return found


def _tops(distribution: metadata.Distribution) -> Iterator[Path]:
    """The files and folders a distribution has put into site-packages."""
    base = Path(str(distribution.locate_file("")))
    for name in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
        yield base / name


def fresh_environment(wheel: Path, folder: Path) -> Path:
    """A virtual environment with the wheel and what it requires; returns its ``bin``."""
    venv.create(folder, with_pip=True, clear=True)
    programs = folder / "bin"
    packages = next((folder / "lib").glob("python3*")) / "site-packages"
    for distribution in closure(requirements(wheel)).values():
        for path in _tops(distribution):
            if not (packages / path.name).exists():
                (packages / path.name).symlink_to(path)
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True)
    return programs


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist")
    wheel = build(parser.parse_args(arguments).folder)
    print(f"{wheel} ({wheel.stat().st_size / 1024**2:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
