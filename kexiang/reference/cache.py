"""The snapshot of the packs in use, one per process, built anew when another version is in use.

Until a pack has been loaded into the database (first start, a test without one) the pack named
by ``settings.PACK`` answers from its files.
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from kexiang.reference import models, packs, store
from kexiang.reference.snapshot import Snapshot

CHINA = ZoneInfo("Asia/Shanghai")
_KEEP = 8
Key = tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _State:
    lock: threading.RLock = field(default_factory=threading.RLock)
    checked: float = -1e9
    current: Snapshot | None = None
    forgotten: int = 0
    built: dict[str, Snapshot] = field(default_factory=dict)


_state = _State()


def snapshot() -> Snapshot:
    """The snapshot in use; asks the database at most once per ``PACK_CHECK_SECONDS`` (1)."""
    current = _fresh()
    if current is not None:
        return current
    with _state.lock:
        current = _fresh()  # another thread may have looked while this one waited
        if current is not None:
            return current
        versions = active_versions()
        key = ".".join(version.content_hash for version in versions) or _files_key()
        found = _state.built.get(key)
        if found is None:
            found = _build(versions)
            while len(_state.built) >= _KEEP:
                del _state.built[next(iter(_state.built))]
            _state.built[key] = found
        _state.current, _state.checked = found, time.monotonic()
        return found


def _fresh() -> Snapshot | None:
    current = _state.current
    return current if time.monotonic() - _state.checked < _interval() else None


def forget() -> None:
    """Make the next question ask the database which versions are in use."""
    _state.current = None
    _state.forgotten += 1


def times_forgotten() -> int:
    """How often ``forget`` was called: tells a test run whether a test has loaded a pack."""
    return _state.forgotten


def today() -> date:
    """The business date in China: the default of questions that name no day."""
    return datetime.now(CHINA).date()


def as_day(at: date | datetime | None) -> date:
    """The business date of an instant; a date is taken as it is."""
    if at is None:
        return today()
    if isinstance(at, datetime):
        return at.astimezone(CHINA).date() if at.tzinfo else at.date()
    return at


def active_versions() -> list[models.PackVersion]:
    """The active pack and its bases, most general first; empty before the first load."""
    series = list(models.PackSeries.objects.filter(current__isnull=False).select_related("current"))
    by_name = {one.name: one.current for one in series if one.current}
    version = next((one.current for one in series if one.is_active), None)
    chain: list[models.PackVersion] = []
    while version is not None and version not in chain:
        chain.insert(0, version)
        version = by_name.get(version.extends)
    return chain


def folders() -> list[Path]:
    return [Path(folder) for folder in settings.PACK_FOLDERS]


def _build(versions: list[models.PackVersion]) -> Snapshot:
    if versions:
        return Snapshot([store.read(version) for version in versions])
    places = folders()
    return Snapshot(packs.load_chain(packs.find(settings.PACK, places), folders=places))


def _files_key() -> str:
    return "\n".join([settings.PACK, *map(str, folders())])


def _interval() -> float:
    return float(getattr(settings, "PACK_CHECK_SECONDS", 1.0))
