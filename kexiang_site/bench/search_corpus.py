"""Synthetic records recombined from real texts of ``--data``, and a search source over them.

60 % short records (80–200 characters), 40 % articles (300–600). Recombined sentences repeat
more than real ones do; the bench says so.
"""

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from kexiang.kernel.actor import Actor
from kexiang.search.types import HitView, SearchDoc, SourceSpec

KINDS = ("instrument", "facility", "test_item", "dataset", "germplasm", "standard")
REGIONS = [f"14{n:02d}{m:02d}" for n in range(1, 12) for m in range(2, 6)][:34]
OWNERS = [f"01OWNER{n:05d}" for n in range(2000)]
PUBLIC = frozenset({"public"})
_SPLIT = re.compile("[。;；!?！？]")
_COLUMNS = "uid, kind, title, body, keywords, owner, region, year, value, price, published, version"
_BATCH = 2000


class Seeds:
    """Sentences, titles, key words and instrument names of the data folder."""

    def __init__(self, folder: Path) -> None:
        papers = folder / "literature" / "chinaxiv_dev.jsonl"
        rows = [json.loads(line) for line in papers.read_text(encoding="utf-8").splitlines()]
        self.titles = [row["title"] for row in rows if row["title"]]
        self.keywords = [word for row in rows for word in row["keywords"] if word]
        sentences = (s.strip() for row in rows for s in _SPLIT.split(row.get("abstract") or ""))
        self.sentences = [s for s in sentences if 12 <= len(s) <= 120]
        with (folder / "instruments" / "cn_instruments.csv").open(encoding="utf-8-sig") as file:
            names = list(csv.reader(file))[1:]
        self.instruments = [[cell for cell in row if cell] for row in names if row]


def _text(rng: random.Random, seeds: Seeds, low: int, high: int) -> str:
    wanted = rng.randint(low, high)
    pieces: list[str] = []
    size = 0
    while size < wanted:
        piece = rng.choice(seeds.sentences)
        pieces.append(piece)
        size += len(piece) + 1
    return "。".join(pieces)[:wanted]


def rows(seeds: Seeds, count: int, seed: int = 7) -> Iterator[tuple[object, ...]]:
    """Rows of the bench table, the same for one seed."""
    rng = random.Random(seed)
    for number in range(count):
        article = rng.random() < 0.4
        if article:
            kind, title = "article", rng.choice(seeds.titles)
            body = _text(rng, seeds, 300, 600 - len(title))
        else:
            kind = rng.choice(KINDS)
            name = rng.choice(seeds.instruments)
            title = f"{name[0]}{rng.choice(seeds.keywords)}"
            body = _text(rng, seeds, 80, max(81, 200 - len(title)))
        keywords = "\n".join(rng.sample(seeds.keywords, 3))
        yield (
            f"{number:012d}", kind, title, body, keywords,
            OWNERS[min(int(rng.paretovariate(0.8)) - 1, 1999)], rng.choice(REGIONS),
            rng.randint(1985, 2026), round(rng.lognormvariate(12, 1.2), 2),
            round(rng.lognormvariate(5, 1), 2), 1_500_000_000 + rng.randrange(280_000_000), 1,
        )  # fmt: skip


def fill(seeds: Seeds, count: int) -> int:
    """Write the bench table; returns the number of characters of all texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_doc (uid varchar(26) PRIMARY KEY, kind varchar(20), title text,"
            " body text, keywords text, owner varchar(26), region varchar(6), year integer,"
            " value double precision, price double precision, published bigint, version integer)"
        )
    chars = 0
    batch: list[tuple[object, ...]] = []
    for row in rows(seeds, count):
        chars += len(str(row[2])) + len(str(row[3])) + len(str(row[4]))
        batch.append(row)
        if len(batch) == _BATCH:
            insert(batch)
            batch.clear()
    insert(batch)
    return chars


def insert(batch: Sequence[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * 12)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO bench_doc ({_COLUMNS}) VALUES ({marks})", batch)  # noqa: S608 -- our own names


class BenchSource:
    """The bench table as a search source: every row is public."""

    name = "bench"

    def spec(self) -> SourceSpec:
        return SourceSpec(numbers=("expires",))  # as the catalogue has: one more condition

    def _rows(self, uids: Sequence[str]) -> list[tuple]:
        marks = ", ".join(["%s"] * len(uids))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_COLUMNS} FROM bench_doc WHERE uid IN ({marks})",  # noqa: S608 -- our own names
                list(uids),
            )
            return cursor.fetchall()

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        return [document(row) for row in self._rows(uids)] if uids else []

    def all_uids(self, after: str = "") -> Iterator[str]:
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT uid FROM bench_doc WHERE uid > %s ORDER BY uid LIMIT 5000", [after]
                )
                page = [row[0] for row in cursor.fetchall()]
            if not page:
                return
            yield from page
            after = page[-1]

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        return {
            row[0]: HitView(
                row[2], row[3], f"/r/{row[0]}", row[1], owner=row[5], region=row[6], year=row[7]
            )
            for row in self._rows(uids)
        }

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        return {}


def document(row: Sequence) -> SearchDoc:
    uid, kind, title, body, keywords, owner, region, year, value, price, published, version = row
    return SearchDoc(
        id=uid, kind=kind, version=version, title=title, body=body,
        keywords=tuple(keywords.split("\n")), audience=PUBLIC,
        facets={"region": (region,), "owner": (owner,), "year": (str(year),)},
        numbers={
            "year": year, "value": value, "price": price, "published": published,
            **({"expires": 29991231} if kind == "standard" else {}),
        },
    )  # fmt: skip
