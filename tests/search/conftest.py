import pytest

from kexiang.search import ask, layout, reader, registry
from kexiang_site.bench.kills import TableSource
from tests.search.support import Shelf


@pytest.fixture
def home(tmp_path, settings):
    """A search home of its own, with no source but those the test registers."""
    settings.SEARCH_URL = f"tantivy:///{tmp_path / 'index'}"
    kept = dict(registry._sources)
    registry._sources.clear()
    reader.close_all()
    ask.forget()
    yield layout.home()
    reader.close_all()
    ask.forget()
    registry._sources.clear()
    registry._sources.update(kept)


@pytest.fixture
def shelf(home):
    found = Shelf()
    registry.register(found)
    return found


@pytest.fixture
def table(home, transactional_db):
    found = TableSource()
    found.create()
    registry.register(found)
    yield found
    found.drop()
