"""Policy packs on disk: read, check, find. Pure: no database, no settings, no clock.

A pack is a folder; docs/how-to/write-a-pack.md describes its files.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kexiang.kernel.errors import Invalid, NotFound, Problem
from kexiang.reference.packs import lists, parts
from kexiang.reference.packs.cross import check_chain
from kexiang.reference.packs.model import Pack
from kexiang.reference.packs.reading import Reader
from kexiang.reference.types import PackFault

__all__ = ["Checker", "Pack", "PackFault", "check", "find", "load", "load_chain", "names"]

# A higher context's own checker: gets the pack's folder and the whole chain, base first.
Checker = Callable[[Path, Sequence[Pack]], Iterable[PackFault]]
_SUFFIXES = {".toml", ".csv", ".txt"}
_KNOWN_FILES = {
    "pack.toml",
    "parameters.toml",
    "codes.toml",
    "roles.toml",
    "workflow.toml",
    "regions.csv",
    "region_changes.csv",
    "zones.csv",
    "synonyms.txt",
    "problems.txt",
    "error_words.txt",
    "hot_words.txt",
}
# Folders whose files other contexts read (``reference.queries.pack_files``).
KEPT_FOLDERS = {"kinds": "*.toml", "imports": "*.toml", "national": "*.csv"}
_KNOWN_FOLDERS = {"codes", "calendar", *KEPT_FOLDERS}
_DEPTH = 6


def names(folders: Iterable[Path]) -> list[str]:
    """The packs found in these folders, by name."""
    found = {file.parent.name for folder in folders for file in folder.glob("*/pack.toml")}
    return sorted(found)


def find(name: str, folders: Iterable[Path]) -> Path:
    """The folder of a pack; raises ``NotFound`` with the names there are."""
    places = list(folders)
    for folder in places:
        if (folder / name / "pack.toml").is_file():
            return folder / name
    there = "、".join(names(places)) or "没有"
    raise NotFound(f"找不到政策包“{name}”。现有:{there}。")


def check(
    folder: Path | str,
    *,
    folders: Iterable[Path] = (),
    extra_checkers: Iterable[Checker] = (),
) -> list[PackFault]:
    """Every fault of the pack, ordered by file and line; empty when it is sound.

    ``folders`` are searched (after the pack's own parent folder) for the packs it extends.
    """
    path = Path(folder).resolve()
    if not path.is_dir():
        return [PackFault(path.name, 1, f"文件夹不存在:{path}。")]
    reader, chain = _read_chain(path, [path.parent, *folders], ())
    faults = list(reader.faults)
    if chain:
        for checker in extra_checkers:
            faults.extend(checker(path, chain))
    return sorted(set(faults))


def load(folder: Path | str, *, folders: Iterable[Path] = ()) -> Pack:
    """The pack as values; raises ``Invalid`` naming each fault."""
    return load_chain(folder, folders=folders)[-1]


def load_chain(
    folder: Path | str,
    *,
    folders: Iterable[Path] = (),
    extra_checkers: Iterable[Checker] = (),
) -> tuple[Pack, ...]:
    """The pack and all it extends, most general first; raises ``Invalid``."""
    path = Path(folder).resolve()
    reader, chain = _read_chain(path, [path.parent, *folders], ())
    faults = list(reader.faults)
    for checker in extra_checkers:
        for number, pack in enumerate(chain, start=1):
            faults.extend(checker(pack.folder, chain[:number]))
    if faults or not chain:
        problems = [Problem(f"{f.file}:{f.line}", f.message) for f in sorted(faults)]
        raise Invalid(problems, f"政策包“{path.name}”有 {len(problems)} 处问题,没有载入。")
    return chain


def _read_chain(
    path: Path, folders: Sequence[Path], above: tuple[str, ...]
) -> tuple[Reader, tuple[Pack, ...]]:
    """The pack's reader with its own faults, and the chain (empty when pack.toml is unusable)."""
    reader = Reader(path)
    if not path.is_dir():
        reader.fault(path.name, 1, f"文件夹不存在:{path}。")
        return reader, ()
    _check_files(reader)
    pack = _read_pack(reader)
    if pack is None:
        return reader, ()
    bases: tuple[Pack, ...] = ()
    if pack.extends:
        bases = _read_bases(reader, pack, folders, (*above, pack.name))
    check_chain(reader, pack, bases)
    return reader, (*bases, pack)


def _read_bases(
    reader: Reader, pack: Pack, folders: Sequence[Path], above: tuple[str, ...]
) -> tuple[Pack, ...]:
    doc = reader.toml("pack.toml")
    line = doc.line("pack", "extends") if doc else 1
    if pack.extends in above or len(above) > _DEPTH:
        reader.fault("pack.toml", line, f"extends 绕成了圈:{' → '.join((*above, pack.extends))}。")
        return ()
    try:
        folder = find(pack.extends, folders)
    except NotFound as error:
        reader.fault("pack.toml", line, str(error))
        return ()
    below, bases = _read_chain(folder.resolve(), folders, above)
    if below.faults:
        first = min(below.faults)
        reader.fault(
            "pack.toml",
            line,
            f"所继承的包“{pack.extends}”有 {len(below.faults)} 处问题,如 {first}",
        )
    return bases


def _check_files(reader: Reader) -> None:
    """A misspelt file name must not be silently left out."""
    for path in sorted(reader.folder.iterdir()):
        if path.is_dir() and path.name not in _KNOWN_FOLDERS and any(_texts(path)):
            reader.fault(
                path.name, 1, f"未知的文件夹,可用的有:{'、'.join(sorted(_KNOWN_FOLDERS))}。"
            )
        if path.is_file() and path.suffix in _SUFFIXES and path.name not in _KNOWN_FILES:
            known = "、".join(sorted(_KNOWN_FILES))
            reader.fault(path.name, 1, f"未知的文件,可用的有:{known}。")


def _texts(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in _SUFFIXES and p.is_file())


def _read_pack(reader: Reader) -> Pack | None:
    head = parts.read_head(reader)
    systems = lists.read_systems(reader)
    regions = lists.read_regions(reader)
    changes = lists.read_changes(reader)
    days = lists.read_calendar(reader)
    parameters = parts.read_parameters(reader)
    roles = parts.read_roles(reader)
    steps = parts.read_workflow(reader)
    words = lists.read_words(reader)
    if head is None:
        return None
    return Pack(
        folder=reader.folder,
        name=head.name,
        title=head.title,
        version=head.version,
        status=head.status,
        valid_from=head.valid_from,
        valid_to=head.valid_to,
        extends=head.extends,
        content_hash=_hash(reader.folder),
        place=head.place,
        site=head.site,
        policies=head.policies,
        systems=systems,
        regions=regions,
        region_changes=changes,
        days=days,
        parameters=parameters,
        roles=roles,
        steps=steps,
        words=words,
        files=_kept_files(reader),
    )


def _kept_files(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Files that another context reads; their content is that context's to check."""
    kept = []
    for folder, pattern in KEPT_FOLDERS.items():
        for path in sorted((reader.folder / folder).glob(pattern)):
            file = f"{folder}/{path.name}"
            text = reader.text(file)
            if text is not None:
                kept.append((file, text))
    return tuple(kept)


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _texts(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
