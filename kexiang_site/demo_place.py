"""Making and upgrading the demo place; needs Django set up in demo mode."""

from pathlib import Path

from django.core.cache import cache
from django.utils import timezone

from kexiang.audit.services import seal
from kexiang.search.services import catch_up, needs_rebuild, rebuild
from kexiang_site.demo import build
from kexiang_site.home import prepare
from kexiang_site.progress import Progress


def make(home: Path, pack: str, *, training: bool) -> None:
    """Database, pack, places, persons, records and index, from nothing."""
    progress = Progress()
    at = timezone.now()
    progress(0, 0, "建立数据库")
    prepare(at=at)
    build(home=home, pack=pack, at=at, training=training, progress=progress)
    progress(0, 0, "核对日志")
    while seal():
        continue
    _index(progress)
    cache.clear()
    progress.finish()


def upgrade() -> None:
    """A place made by an earlier version: schema, packs, static files, index; data stay."""
    progress = Progress()
    progress(0, 0, "升级演示平台")
    prepare(at=timezone.now())
    _index(progress)
    progress.finish()


def _index(progress: Progress) -> None:
    progress(0, 0, "建立检索索引")
    if needs_rebuild():
        rebuild()
    catch_up()
