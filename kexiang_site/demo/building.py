"""Makes the demo place in an empty database."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kexiang.accounts import services as accounts
from kexiang.kernel.errors import Conflict
from kexiang_site.demo.place import entered, imported
from kexiang_site.demo.plans import works
from kexiang_site.demo.publishing import Publisher, store_pictures
from kexiang_site.demo.settling import SYSTEM, settle, write_accounts
from kexiang_site.demo.workflow import lead, open_changes

Progress = Callable[[int, int, str], None]


def silent(_done: int, _total: int, _note: str) -> None:
    """The progress of a build that nobody watches."""


def build(
    *,
    at: datetime,
    home: Path | None = None,
    pack: str | None = None,
    training: bool = False,
    progress: Progress = silent,
) -> None:
    """Fill an empty, migrated database whose pack is loaded; ends with demo-accounts.json.

    What a visitor reads depends on the date of ``at`` only; passwords and tokens are new in
    every installation. ``training`` marks the place for courses: the same content, other
    passwords. Raises ``Conflict`` when the database has people already, so that a real place
    can never be mixed with invented data.
    """
    home = Path(home or settings.HOME)
    pack = pack or settings.PACK
    seed = secrets.token_hex(16)
    today = timezone.localdate(at)
    mark = int(hashlib.sha256(f"{pack}|{training}|{today}".encode()).hexdigest()[:12], 16)
    with transaction.atomic():
        accounts.mark_demo_place(actor=SYSTEM, pack=pack, seed=mark, at=at)
        cast = settle(seed=seed, at=at, progress=progress)
    if not cast.accounts:
        raise Conflict("演示账号没有建立,请用 --fresh 重新建立演示数据。")
    publisher = Publisher(cast, store_pictures(at, progress), at)
    publisher.publish_all(list(entered(today)), progress)
    publisher.import_all(list(imported(today)), progress)
    with transaction.atomic():
        for work in works(today):
            lead(work, publisher.values(work.row), cast, at)
        open_changes(publisher.uids, publisher.owners, cast, at)
    write_accounts(home, cast.accounts)
