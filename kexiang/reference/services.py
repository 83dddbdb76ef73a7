"""Loading packs into the database and putting them into use."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kexiang.kernel.errors import Conflict, NotFound
from kexiang.reference import packs, store
from kexiang.reference.cache import active_versions, folders, forget
from kexiang.reference.models import PackActivation, PackSeries, PackStatus, PackVersion
from kexiang.reference.packs import Checker, Pack
from kexiang.reference.queries import active_pack
from kexiang.reference.types import PackInfo

LOADER = "system:packs"


def load_pack(
    path: Path | str, *, at: datetime, extra_checkers: Iterable[Checker] = ()
) -> PackVersion:
    """Load the pack in that folder and every pack it extends; each becomes current.

    Idempotent: the same content is stored once; an earlier content becomes current again.
    Raises ``Invalid`` with every fault (file and line) when a pack is not sound; then nothing
    is stored. ``extra_checkers`` judge what higher contexts read from a pack (kind files).
    """
    chain = packs.load_chain(path, folders=folders(), extra_checkers=extra_checkers)
    return _load(chain, at=at)


@transaction.atomic
def _load(chain: Sequence[Pack], *, at: datetime) -> PackVersion:
    for pack in chain:
        PackSeries.objects.get_or_create(name=pack.name)
        # The row lock makes two loaders of one name take turns; bases first, so no deadlock.
        series = PackSeries.objects.select_for_update().get(name=pack.name)
        version = PackVersion.objects.filter(
            name=pack.name, content_hash=pack.content_hash
        ).first() or store.save(pack, at=at)
        if series.current_id != version.pk:
            series.current = version
            series.save(update_fields=["current"])
            if series.is_active:
                PackActivation.objects.create(pack=version, at=at, actor=LOADER)
    transaction.on_commit(forget)
    forget()
    return version


@transaction.atomic
def activate_pack(name: str, *, at: datetime | None = None, actor: str = LOADER) -> PackVersion:
    """Put a loaded pack into use; the one before stays stored.

    Raises ``NotFound`` when no pack of that name is loaded, ``Conflict`` for a historical one.
    """
    rows = {row.name: row for row in PackSeries.objects.select_for_update().order_by("name")}
    series = rows.get(name)
    if series is None or series.current is None:
        raise NotFound(_("政策包“%(name)s”还没有载入,请先运行 kexiang init。") % {"name": name})
    version = series.current
    if version.status == PackStatus.HISTORICAL:
        raise Conflict(_("“%(title)s”是历史政策包,只供查阅,不能启用。") % {"title": version.title})
    if not series.is_active:
        PackSeries.objects.filter(is_active=True).update(is_active=False)
        series.is_active = True
        series.save(update_fields=["is_active"])
        PackActivation.objects.create(pack=version, at=at or version.loaded_at, actor=actor)
    transaction.on_commit(forget)
    forget()
    return version


def load_all(at: datetime, *, extra_checkers: Iterable[Checker] = ()) -> PackInfo:
    """Load the pack named by ``settings.PACK`` with its bases and put it into use.

    What ``kexiang init`` and every start call; quick when nothing has changed.
    """
    folder = packs.find(settings.PACK, folders())
    load_pack(folder, at=at, extra_checkers=extra_checkers)
    if not any(version.name == settings.PACK for version in active_versions()[-1:]):
        activate_pack(settings.PACK, at=at)
    return active_pack()
