"""docs/generated/kinds is what the kind files say. After a change: ``write_reference``."""

from pathlib import Path

import pytest

from kexiang.kinds import services
from kexiang.kinds.loading import Loaded
from tests.kinds.conftest import ROOT


@pytest.mark.req("A-16")
def test_committed_pages_are_up_to_date(base: Loaded, tmp_path: Path) -> None:
    services.write_reference(tmp_path, base.kinds)
    folder = ROOT / "docs" / "generated" / "kinds"

    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.md")} == {
        path.name: path.read_text("utf-8") for path in tmp_path.glob("*.md")
    }


def test_pages_of_gone_kinds_are_removed(base: Loaded, tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("x", encoding="utf-8")

    services.write_reference(tmp_path, base.kinds[:1])

    assert [path.name for path in tmp_path.iterdir()] == ["test_item.md"]
