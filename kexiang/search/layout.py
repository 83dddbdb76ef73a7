"""Where indexes lie: ``rec-s{schema}-a{analyser}-{n}`` folders and the alias ``CURRENT``.

The alias is a file replaced by ``rename(2)``: a reader sees the old or the new index, never
neither. The schema of an index lies beside it, so that an index of yesterday's schema still
serves while its successor is built.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

from kexiang.search.adapters.fts5_engine import Fts5Engine
from kexiang.search.adapters.tantivy_engine import TantivyEngine
from kexiang.search.port import Engine, IndexSpec
from kexiang.search.registry import schema_mark

_ENGINES: dict[str, type[Engine]] = {"tantivy": TantivyEngine, "fts5": Fts5Engine}
_SPEC_FILE = "kexiang-spec.json"


class Busy(Exception):
    """Another process holds this lock."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of all indexes of one installation, with the engine that keeps them."""

    path: Path
    engine: Engine

    @property
    def alias(self) -> Path:
        return self.path / "CURRENT"

    def current(self) -> str:
        """The name of the index that serves, or ""."""
        try:
            return self.alias.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def point_to(self, name: str) -> None:
        """Let ``name`` serve from now on, atomically and durably."""
        fresh = self.path / f".CURRENT.{os.getpid()}"
        with fresh.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.alias)

    def names(self) -> list[str]:
        """All indexes, oldest first."""
        folders = (f for f in self.path.glob("rec-*") if f.is_dir())
        return [f.name for f in sorted(folders, key=lambda f: int(f.name.rsplit("-", 1)[1]))]

    def create(self, spec: IndexSpec) -> str:
        """A new empty index of this schema; does not serve yet."""
        self.path.mkdir(parents=True, exist_ok=True)
        number = max((int(n.rsplit("-", 1)[1]) for n in self.names()), default=0) + 1
        name = f"rec-{schema_mark(spec)}-{number}"
        folder = self.path / name
        self.engine.create(str(folder), spec)
        (folder / _SPEC_FILE).write_text(
            json.dumps({"facets": spec.facets, "numbers": spec.numbers}), encoding="utf-8"
        )
        return name

    def spec(self, name: str) -> IndexSpec:
        kept = json.loads((self.path / name / _SPEC_FILE).read_text(encoding="utf-8"))
        return IndexSpec(tuple(kept["facets"]), tuple(kept["numbers"]))

    def folder(self, name: str) -> str:
        return str(self.path / name)

    def drop_all_but(self, keep: set[str]) -> list[str]:
        dropped = [name for name in self.names() if name not in keep]
        for name in dropped:
            shutil.rmtree(self.path / name, ignore_errors=True)
        return dropped

    @contextlib.contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Hold the lock for ``purpose``; freed by the system when the process dies.

        Raises ``Busy`` at once when somebody else holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / f"{purpose}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(purpose) from None
            yield


@lru_cache(maxsize=8)
def _home(url: str) -> Home:
    parts = urlsplit(url)
    if parts.scheme not in _ENGINES:
        raise ValueError(f"KEXIANG_SEARCH_URL: 只支持 tantivy:/// 或 fts5:///,收到 {url!r}")
    path = unquote(parts.path)
    return Home(Path(path[1:] if path.startswith("//") else path), _ENGINES[parts.scheme]())


def home() -> Home:
    return _home(settings.SEARCH_URL)
