"""What each context has to say about a pack, put together for ``pack check`` and for loading."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from kexiang.catalog.services.imports import presets
from kexiang.kinds.queries import check_kind_files
from kexiang.reference.packs import Checker, Pack, PackFault


def _kind_files(folder: Path, chain: Sequence[Pack]) -> Iterator[PackFault]:
    bases = [pack.folder for pack in chain[:-1]]
    for file, line, message in check_kind_files(folder, bases):
        yield PackFault(file, line, message)


def _preset_files(folder: Path, chain: Sequence[Pack]) -> Iterator[PackFault]:
    """Known forms of sheets (imports/*.toml): readable, and with what every one must say."""
    for path in sorted((folder / "imports").glob("*.toml")):
        file = f"imports/{path.name}"
        try:
            presets.parse(path.read_text(encoding="utf-8-sig", errors="replace"))
        except tomllib.TOMLDecodeError as error:
            yield PackFault(file, 1, f"不是正确的 TOML:{error}")
        except KeyError as error:
            yield PackFault(file, 1, f"缺少 {error.args[0]}。")
        except (TypeError, ValueError, AttributeError):
            yield PackFault(file, 1, "栏目的类型不对,可参照基础包的同类文件。")


CHECKERS: tuple[Checker, ...] = (_kind_files, _preset_files)
