"""What each context has to say about a pack, put together for ``pack check`` and for loading."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kexiang.kinds.queries import check_kind_files
from kexiang.reference.packs import Checker, Pack, PackFault


def _kind_files(folder: Path, chain: Sequence[Pack]) -> Iterator[PackFault]:
    bases = [pack.folder for pack in chain[:-1]]
    for file, line, message in check_kind_files(folder, bases):
        yield PackFault(file, line, message)


CHECKERS: tuple[Checker, ...] = (_kind_files,)
