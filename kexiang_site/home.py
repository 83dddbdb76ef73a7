"""The data folder: what ``init`` and ``demo`` prepare in it, and how a quick start sees it done."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from whitenoise.compress import Compressor

from kexiang.reference.services import load_all
from kexiang_site.env import PROJECT
from kexiang_site.pack_checks import CHECKERS
from kexiang_site.stamps import digest_of_files

STATIC_STAMP = ".kexiang-stamp"


def prepare(*, at: datetime) -> str:
    """Bring database, packs and static files up to this version; returns the pack's title.

    Every step is idempotent. Raises ``Invalid`` with file and line when the pack is not sound.
    """
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    title = load_all(at, extra_checkers=CHECKERS).title
    collect_static()
    return str(title)


def _sources() -> Iterator[Path]:
    for folder in (PROJECT / "kexiang", PROJECT / "kexiang_site"):
        for static in folder.rglob("static"):
            yield from sorted(path for path in static.rglob("*") if path.is_file())


def collect_static() -> bool:
    """Copy and compress the static files when they have changed; whether they had."""
    target = Path(settings.STATIC_ROOT)
    stamp = target / STATIC_STAMP
    wanted = digest_of_files(_sources())
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return False
    shutil.rmtree(target, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    compressor = Compressor(quiet=True)
    for path in sorted(target.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            list(compressor.compress(str(path)))
    stamp.write_text(wanted, encoding="ascii")
    return True
