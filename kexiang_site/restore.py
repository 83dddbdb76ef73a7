"""Reading a backup back. No Django: settings would make a new key in the empty home."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress
from kexiang_site.stamps import sha256_of

MANIFEST = "manifest.json"
FORMAT = 1
SQLITE, POSTGRES = "database.sqlite3", "database.pgdump"


def read(source: Path, home: Path, *, progress: Progress) -> dict[str, Any]:
    """Unpack a backup into an empty home; every hash is checked before anything is moved.

    For SQLite the database is put in place; a PostgreSQL dump is restored into the database of
    ``KEXIANG_DATABASE_URL``. Raises ``CommandError`` when the file is torn or altered.
    """
    if home.exists() and any(home.iterdir()):
        raise CommandError(f"{home} 不是空目录,请用 --home 指定一个新目录。")
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as folder:
        manifest = _unpack(source, Path(folder), progress)
        _move(Path(folder), home, manifest)
    progress.finish()
    return manifest


def _unpack(source: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    try:
        with tarfile.open(source) as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST:
                raise CommandError(f"{source} 不是科享的备份文件。")
            manifest: dict[str, Any] = json.load(archive.extractfile(first) or io.BytesIO(b"{}"))
            if manifest.get("format") != FORMAT:
                raise CommandError(f"{source} 是另一个版本的备份,这个版本不能恢复。")
            wanted = {entry["name"]: entry for entry in manifest["members"]}
            for number, member in enumerate(archive):
                if member.name == MANIFEST:
                    continue
                if member.name not in wanted or not member.isreg():
                    raise CommandError(f"备份里有清单之外的内容“{member.name}”,没有恢复。")
                entry = wanted.pop(member.name)
                if _extract(archive, member, folder) != entry["sha256"]:
                    raise CommandError(f"备份中的“{member.name}”已损坏或被改动,没有恢复。")
                progress(number, len(manifest["members"]), "读取并核对")
    except tarfile.TarError as error:
        raise CommandError(f"{source} 已损坏或不是备份文件({error})。") from error
    if wanted:
        raise CommandError(f"备份不完整,缺少 {len(wanted)} 个文件,没有恢复。")
    return manifest


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one member below the folder, whatever its name tries; returns its SHA-256."""
    target = (folder / member.name).resolve()
    source = archive.extractfile(member)
    if source is None or not target.is_relative_to(folder.resolve()):
        raise CommandError(f"备份里的路径“{member.name}”不安全,没有恢复。")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        target.chmod(0o600)
        shutil.copyfileobj(source, out)
    return sha256_of(target)


def _move(folder: Path, home: Path, manifest: dict[str, Any]) -> None:
    for path in sorted((folder / "home").glob("*")):
        path.rename(home / path.name)
    if (folder / "files").is_dir():
        (folder / "files").rename(home / "files")
    if manifest["database"] == "sqlite":
        (folder / SQLITE).rename(home / "kexiang.sqlite3")
        return
    url = os.environ.get("KEXIANG_DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise CommandError(
            "这是 PostgreSQL 的备份,请把 KEXIANG_DATABASE_URL 设为一个空的 PostgreSQL 数据库。"
        )
    if not shutil.which("pg_restore"):
        raise CommandError("恢复 PostgreSQL 需要 pg_restore,请安装 postgresql-client 后重试。")
    subprocess.run(  # noqa: S603 -- the program found above, the operator's own address
        ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", str(folder / POSTGRES)],  # noqa: S607 -- as above
        check=True,
    )
