"""Real tables through the importer: what a source lacks is stated here, every loss is explained."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kexiang.catalog import services
from kexiang.catalog.models import Record
from kexiang.catalog.types import SecrecyCheck
from kexiang.kernel.actor import ANONYMOUS, Actor
from kexiang.search import queries as search
from kexiang.search import services as indexing
from kexiang.search.types import SearchQuery
from tests.catalog.conftest import AT, World

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db(transaction=True), pytest.mark.once]
LOADER = Actor.system("loader")


def _instruments(folder: Path) -> Iterable[dict[str, Any]]:
    """Names, models and makers are real; what papers do not tell is the same for all."""
    with (folder / "instruments" / "cn_instruments.csv").open(encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            yield {
                "title": row["instrument_name_zh"],
                "title_en": "not stated",
                "inner_id": f"P-{number:04}",
                "model": row["model"],
                "manufacturer": row["manufacturer"],
                "nation": "中国",
                "class_code": "010100",
                "category": "通用",
                "source": "购置",
                "original_value": "10.00",
                "booked_on": "2020-01-01",
                "subjects": "化学",
                "technical": f"见 {row['chinaxiv_ids'][:200]}",
                "function": row["instrument_name_zh"],
                "open_state": "open",
                "share_mode": "外部共享",
                "street": "未注明",
                "contact_name": "未注明",
                "contact_phone": "0355-0001234",
                "contact_email": "lab@example.org",
                "funds": "地方财政资金",
                "customs_supervised": "否",
                "funding_source": "fiscal",
            }


def _articles(folder: Path) -> Iterable[dict[str, Any]]:
    with (folder / "literature" / "chinaxiv_dev.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield {
                "title": row["title"],
                "document_type": "预印本" if not row.get("doi") else "期刊论文",
                "description": row["abstract"],
                "keywords": row["keywords"],
                "clc": row["clc"],
                "other_id": row["id"],
                "published_year": row["year"],
                "fulltext_mode": "仅题录",
                "funding_source": "fiscal",
            }


def _sources(folder: Path) -> Iterable[dict[str, Any]]:
    with (folder / "datasets" / "data_sources.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield {
                "title": row["name"].get("zh") or row["name"]["en"],
                "description": row["description"].get("zh") or row["description"]["en"],
                "data_url": row["data_url"],
                "keywords": row["tags"][:10],  # the kind takes ten; the source names up to eighteen
                "access_mode": "完全开放",
                "funding_source": "own",
            }


def load(world: World, kind: str, rows: Iterable[dict[str, Any]], folder: Path) -> Any:
    file = folder / f"{kind}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return services.import_file(
        actor=LOADER,
        kind=kind,
        path=file,
        at=AT,
        owner=world.university.uid,
        mode="valid_rows",
        units={"original_value": "万元"},
        publish=SecrecyCheck(by="loader", at=AT),
    )


@pytest.mark.req("A-07", "D-02", "E-01", "F-05", "A-22")
@pytest.mark.parametrize(
    ("kind", "rows", "total"),
    [
        ("instrument", _instruments, 710),
        ("article", _articles, 3407),
        ("dataset", _sources, 131),
    ],
)
def test_a_real_table_is_loaded_whole(
    world: World, shared_data: Path, tmp_path: Path, kind: str, rows: Any, total: int
) -> None:
    result = load(world, kind, rows(shared_data), tmp_path)

    told = [f"{fault.row} {fault.message}" for fault in result.faults[:20]]
    assert (result.rows, result.good, told) == (total, total, [])
    assert Record.objects.filter(kind=kind).count() == total


@pytest.mark.req("A-22", "E-01")
def test_loaded_papers_are_found_by_their_own_words(
    index: None, world: World, shared_data: Path, tmp_path: Path
) -> None:
    load(world, "article", _articles(shared_data), tmp_path)
    indexing.catch_up()

    for paper in Record.objects.filter(kind="article").order_by("uid")[::400]:
        page = search.search(ANONYMOUS, SearchQuery(q=f'"{paper.title[:30]}"', size=100))
        assert paper.uid in {hit.id for hit in page.hits}
