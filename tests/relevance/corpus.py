"""The records the judged queries are put to: real rows of ../shared/data and our own test items.

Each row becomes a document the way the catalogue makes one (``catalog/search_docs.py``): the
title, the searched fields as body, codes and key words. Nothing of the texts is kept here.
"""

import csv
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kexiang_site.env import PROJECT

DATA = PROJECT.parent / "shared" / "data"
TEST_ITEMS = PROJECT / "kexiang_site" / "demo" / "content" / "test_items.toml"


@dataclass(frozen=True)
class Row:
    """One record: what it is called, its key words, its codes and the rest of its words."""

    id: str
    kind: str
    title: str
    keywords: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    body: str = ""


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _instruments() -> Iterator[Row]:
    rows = _csv(DATA / "instruments" / "cn_instruments.csv")
    for number, row in enumerate(rows, start=1):
        model = row["model"].strip()
        yield Row(
            f"ins-{number:04}",
            "instrument",
            row["instrument_name_zh"],
            codes=(model,) if model else (),
            body="\n".join((model, row["manufacturer"])),
        )


def _articles() -> Iterator[Row]:
    for row in _jsonl(DATA / "literature" / "chinaxiv_dev.jsonl"):
        keywords = tuple(row.get("keywords") or ())
        body = row.get("abstract") or ""
        yield Row(f"art-{row['id'][9:]}", "article", row["title"], keywords, body=body)


def _banks() -> Iterator[Row]:
    rows = _csv(DATA / "germplasm" / "GeneticResource.csv")
    for number, row in enumerate(rows, start=1):
        body = "\n".join((row["institution"], row["province"], row["type"]))
        yield Row(f"ger-{number:03}", "germplasm", row["name"], body=body)


def _sources() -> Iterator[Row]:
    for row in _jsonl(DATA / "datasets" / "data_sources.jsonl"):
        name, text = row["name"], row["description"]
        body = "\n".join(filter(None, (name["en"], text.get("zh"), text["en"])))
        keywords = tuple(row["tags"][:10])
        yield Row(f"dat-{row['id']}", "dataset", name.get("zh") or name["en"], keywords, body=body)


def _test_items() -> Iterator[Row]:
    items = tomllib.loads(TEST_ITEMS.read_text(encoding="utf-8"))["item"]
    for number, item in enumerate(items):
        texts = (item["parameter"], item["method"], item["material"], *item["problems"])
        yield Row(
            f"test-{number:02}",
            "test_item",
            item["title"],
            codes=tuple(item["standards"]),
            body="\n".join((*texts, *item["standards"], item["report"])),
        )


def rows() -> list[Row]:
    """Every record of the five tables, in their order."""
    tables = (_instruments(), _articles(), _banks(), _sources(), _test_items())
    return [row for table in tables for row in table]
