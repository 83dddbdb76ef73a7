"""An index of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kexiang.search import ask, reader


@pytest.fixture
def index(tmp_path: Path, settings: Any) -> Iterator[None]:
    """An index folder of this test; sources stay registered."""
    settings.SEARCH_URL = f"tantivy:///{tmp_path / 'index'}"
    reader.close_all()
    ask.forget()
    yield
    reader.close_all()
    ask.forget()
