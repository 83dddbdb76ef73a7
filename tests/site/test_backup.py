"""Backup and restore: what comes back is what was there, and a torn file changes nothing."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kexiang.files import services, store
from kexiang.kernel.actor import Actor
from kexiang_site import backup, restore
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress
from tests.files import makers

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUIET = Progress(io.StringIO())

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(tmp_path: Path, settings: Any) -> Path:
    """A home with a key, a file and a database, backed up."""
    home = tmp_path / "home"
    home.mkdir()
    settings.HOME = home
    settings.FILES_URL = f"file:///{home / 'files'}"
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"]
    (home / "secret-key").write_text("a-key", encoding="ascii")
    (home / "audit-anchor").write_text("{}", encoding="ascii")
    services.store(
        actor=Actor.system("test"),
        upload=makers.upload(makers.pdf(), "报告.pdf"),
        purpose="attachment",
        owner_org="",
        at=AT,
    )
    target = tmp_path / "backup.tar"
    backup.write(target, at=AT, progress=QUIET)
    return target


def _needs_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the PostgreSQL dump is restored by pg_restore into a server of its own")


def test_everything_comes_back(made: Path, tmp_path: Path) -> None:
    _needs_sqlite()
    home = tmp_path / "again"

    manifest = restore.read(made, home, progress=QUIET)

    assert (home / "secret-key").read_text(encoding="ascii") == "a-key"
    assert (home / "audit-anchor").is_file()
    assert [p.read_bytes() for p in home.glob("files/??/*")] == [makers.pdf()]
    assert (home / "kexiang.sqlite3").read_bytes().startswith(b"SQLite format 3")
    assert manifest["made_at"] == AT.isoformat()
    assert not list(home.glob(".restore-*"))


def test_backup_holds_the_dump_and_is_readable_by_its_owner_only(made: Path) -> None:
    with tarfile.open(made) as archive:
        names = archive.getnames()

    assert names[0] == "manifest.json"
    assert any(name.startswith("database.") for name in names)
    assert made.stat().st_mode & 0o077 == 0


def test_existing_file_is_never_overwritten(made: Path) -> None:
    with pytest.raises(CommandError, match="已存在"):
        backup.write(made, at=AT, progress=QUIET)


def test_home_in_use_is_never_overwritten(made: Path, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "kexiang.sqlite3").touch()

    with pytest.raises(CommandError, match="不是空目录"):
        restore.read(made, tmp_path / "used", progress=QUIET)


def _changed(source: Path, target: Path, change: Any) -> Path:
    """The same tar with its members passed through ``change(name, data) -> data | None``."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            data = change(member.name, file.read() if file else b"")
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def _flip(name: str, data: bytes) -> bytes:
    return data[:-1] + b"?" if name.startswith("files/") else data


def _drop(name: str, data: bytes) -> bytes | None:
    return None if name.startswith("files/") else data


def _escape(name: str, data: bytes) -> bytes:
    if name != "manifest.json":
        return data
    manifest = json.loads(data)
    manifest["format"] = 99
    return json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "word"), [(_flip, "损坏或被改动"), (_drop, "不完整"), (_escape, "另一个版本")]
)
def test_torn_or_altered_backup_changes_nothing(
    made: Path, tmp_path: Path, change: Any, word: str
) -> None:
    bad = _changed(made, tmp_path / "bad.tar", change)

    with pytest.raises(CommandError, match=word):
        restore.read(bad, tmp_path / "again", progress=QUIET)

    assert list((tmp_path / "again").iterdir()) == []


def test_path_out_of_the_folder_is_refused(made: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar"
    member = {"name": "../evil", "size": 1, "sha256": "0" * 64}
    text = json.dumps({"format": 1, "database": "sqlite", "members": [member]}).encode()
    with tarfile.open(bad, "w") as archive:
        for name, data in (("manifest.json", text), ("../evil", b"x")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

    with pytest.raises(CommandError, match="不安全"):
        restore.read(bad, tmp_path / "again", progress=QUIET)
    assert not (tmp_path / "again" / "evil").exists()
    assert not (tmp_path / "evil").exists()


def test_other_files_are_no_backups(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no tar")
    with pytest.raises(CommandError, match="不是备份文件"):
        restore.read(tmp_path / "x.tar", tmp_path / "again", progress=QUIET)
    assert store.root()
