"""One file that holds everything: database, attachments, anchors of the journal, key.

A tar with ``manifest.json`` first: name, size and SHA-256 of every member, so that a restore
can tell a torn or altered file before it changes anything. SQLite is copied by its backup
interface while the platform serves; PostgreSQL by ``pg_dump``. The index is not in it: it is
rebuilt. The file holds personal data and the secret key: it is written with mode 600.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from kexiang.files import store
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress
from kexiang_site.restore import FORMAT, MANIFEST, POSTGRES, SQLITE
from kexiang_site.stamps import sha256_of

HOME_FILES = ("audit-anchor", "audit-anchor.history", "secret-key", "demo-place.json")


def write(target: Path, *, at: datetime, progress: Progress) -> dict[str, Any]:
    """Write the backup; returns its manifest. An existing file is never overwritten."""
    if target.exists():
        raise CommandError(f"{target} 已存在,请换一个文件名。")
    with tempfile.TemporaryDirectory(prefix="kexiang-backup-", dir=target.parent) as folder:
        progress(0, 0, "备份数据库")
        # The anchors first: a database that is newer than its anchor is sound, not the reverse.
        members = list(_home_members())
        members.append(_dump(Path(folder)))
        members += _attachments()
        manifest = _manifest(members, at, progress)
        part = Path(folder) / "backup.tar"
        _pack(part, manifest, members, progress)
        part.chmod(0o600)
        part.rename(target)
    progress.finish()
    return manifest


def _home_members() -> Iterator[tuple[str, Path]]:
    for name in HOME_FILES:
        path = Path(settings.HOME) / name
        if path.is_file():
            yield f"home/{name}", path


def _attachments() -> Iterator[tuple[str, Path]]:
    root = store.root()
    for path in sorted(root.glob("??/*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"files/{path.relative_to(root)}", path


def _dump(folder: Path) -> tuple[str, Path]:
    if connection.vendor == "sqlite":
        copy = folder / SQLITE
        with sqlite3.connect(str(settings.DATABASES["default"]["NAME"])) as source:
            with sqlite3.connect(copy) as target:
                source.backup(target)
            target.close()
        source.close()
        return SQLITE, copy
    if not shutil.which("pg_dump"):
        raise CommandError("备份 PostgreSQL 需要 pg_dump,请安装 postgresql-client 后重试。")
    dump = folder / POSTGRES
    place = connection.settings_dict
    command = ["pg_dump", "--format=custom", f"--file={dump}", f"--dbname={place['NAME']}"]
    for option, value in (("host", place["HOST"]), ("port", place["PORT"])):
        command += [f"--{option}={value}"] if value else []
    command += [f"--username={place['USER']}"] if place["USER"] else []
    # The password goes by the environment: a process list is no place for it.
    secret = {"PGPASSWORD": place["PASSWORD"]} if place["PASSWORD"] else {}
    subprocess.run(command, check=True, env={**os.environ, **secret})  # noqa: S603 -- our settings
    return POSTGRES, dump


def _manifest(members: list[tuple[str, Path]], at: datetime, progress: Progress) -> dict[str, Any]:
    entries = []
    for number, (name, path) in enumerate(members, 1):
        entries.append({"name": name, "size": path.stat().st_size, "sha256": sha256_of(path)})
        progress(number, len(members), "计算校验值")
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "database": connection.vendor,
        "pack": settings.PACK,
        "members": entries,
    }


def _pack(
    target: Path,
    manifest: dict[str, Any],
    members: list[tuple[str, Path]],
    progress: Progress,
) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    with tarfile.open(target, "w") as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for number, (name, path) in enumerate(members, 1):
            archive.add(path, name, recursive=False)
            progress(number, len(members), "写入备份文件")
