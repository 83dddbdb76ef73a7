from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kexiang.reference import cache
from tests.reference.folders import write_packs

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture(autouse=True)
def _fresh_snapshot(settings: Any):
    """Each test asks the database anew, and leaves nothing of its own pack behind."""
    settings.PACK_CHECK_SECONDS = 3600
    cache.forget()
    yield
    cache.forget()


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Callable[..., Path]:
    """Writes the two small packs, makes the settings look there, returns the place's folder."""

    def write(changes: dict[str, str | None] | None = None) -> Path:
        folder = write_packs(tmp_path, changes)
        settings.PACK_FOLDERS = [tmp_path]
        settings.PACK = "cangzhou-2024"
        return folder

    return write
