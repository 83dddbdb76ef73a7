"""The kinds of the base pack, read from their files, and the lists of the packs in use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kexiang.kinds import loading, queries
from kexiang.kinds.rules import Cleaner
from kexiang.kinds.types import KindSpec

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "packs" / "base"


def sources(folder: Path) -> list[loading.KindSource]:
    return [
        loading.KindSource(f"{folder.name}/kinds/{path.name}", path.name, path.read_text("utf-8"))
        for path in sorted((folder / "kinds").glob("*.toml"))
    ]


@pytest.fixture(scope="session")
def base() -> loading.Loaded:
    return loading.load(sources(BASE))


@pytest.fixture(scope="session")
def instrument(base: loading.Loaded) -> KindSpec:
    return next(spec for spec in base.kinds if spec.code == "instrument")


@pytest.fixture
def cleaner(db: None) -> Callable[..., Cleaner]:
    """A cleaner of a kind with the code lists of the packs in use."""

    def make(code: str = "instrument", **options: Any) -> Cleaner:
        return Cleaner(queries.kind(code), queries.lookup(record=lambda _, text: text), **options)

    return make


@pytest.fixture
def good() -> dict[str, Any]:
    """An instrument as somebody types it, with everything that must be there."""
    return {
        "title": "X射线衍射仪",
        "title_en": "X-ray Diffractometer",
        "inner_id": "YQ-2021-0018",
        "model": "D8 ADVANCE",
        "manufacturer": "德国布鲁克公司",
        "nation": "德国",
        "class_code": "010300",
        "category": "通用",
        "source": "购置",
        "original_value": "126.5",
        "booked_on": "2021-05-20",
        "subjects": "材料科学、化学",
        "technical": "铜靶",
        "function": "物相分析",
        "open_state": "对外开放",
        "share_mode": "外部共享",
        "funding_source": "财政资金",
        "street": "英雄中路 1 号",
        "contact_name": "李老师",
        "contact_phone": "0355-1234567",
        "contact_email": "lab@example.org",
        "funds": "地方财政资金",
        "customs_supervised": "否",
    }
