"""The published records of the demo place, and the files their pictures are kept in."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import File
from django.db import transaction

from kexiang.catalog import services as catalog
from kexiang.catalog.types import ImportMode, SecrecyCheck
from kexiang.files import services as files
from kexiang.kernel.errors import Invalid
from kexiang_site.demo.identity import content, dice
from kexiang_site.demo.organisations import organisations
from kexiang_site.demo.pictures import SHADES, picture
from kexiang_site.demo.rows import Row
from kexiang_site.demo.settling import SYSTEM, Cast
from kexiang_site.demo.workflow import Desk, publish

SUBJECT = "stock:demo"
BATCH = 100
WAVES = (28, 75, 140, 310)  # days ago on which the city's office took files in
Progress = Callable[[int, int, str], None]


def store_pictures(at: datetime, progress: Progress) -> dict[tuple[str, str], str]:
    """Every illustration once; (sort, shade) → uid of the file."""
    names = [(name, shade) for name in content("pictures")["picture"] for shade in SHADES]
    stored = {}
    for done, (name, shade) in enumerate(names, 1):
        upload = File(BytesIO(picture(name, shade)), name=f"{name}-{shade}.png")
        row = files.store(
            actor=SYSTEM,
            upload=upload,
            purpose="picture",
            owner_org="",
            at=at,
            visibility="public",
            subject=SUBJECT,
        )
        stored[name, shade] = row.uid
        progress(done, len(names), "绘制示意图")
    return stored


class Publisher:
    """Publishes rows one after another and remembers the uid of each key."""

    def __init__(self, cast: Cast, pictures: dict[tuple[str, str], str], now: datetime) -> None:
        self.cast, self.pictures, self.now = cast, pictures, now
        self.uids: dict[str, str] = {}
        self.owners: dict[str, str] = {}

    def publish_all(self, rows: list[Row], progress: Progress) -> None:
        for start in range(0, len(rows), BATCH):
            with transaction.atomic():
                for row in rows[start : start + BATCH]:
                    self._publish(row)
            progress(min(start + BATCH, len(rows)), len(rows), "发布资源记录")

    def values(self, row: Row) -> dict[str, Any]:
        """The row's values with the uids of its pictures and of the records it names."""
        named = {
            field: [self.uids[key] for key in keys if key in self.uids]
            for field, keys in row.refs.items()
        }
        shade = dice("shade", row.key).choice(list(SHADES))
        images = {"images": [self.pictures[row.picture, shade]]} if row.picture else {}
        return {**row.values, **{k: v for k, v in named.items() if v}, **images}

    def _publish(self, row: Row) -> None:
        """Entered by the unit, checked by the offices, confirmed later by the unit."""
        desk = Desk.of(row.owner, "admin", self.cast)
        age = max(row.age, row.fresh)
        shown = self.now - timedelta(days=age, minutes=dice("minute", row.key).randint(5, 400))
        record = catalog.create_record(
            actor=desk.author,
            kind=row.kind,
            owner=self.cast.organisations[row.owner],
            raw=self.values(row),
            visibility=row.visibility,
            at=shown - timedelta(days=4),
        )
        self.uids[row.key], self.owners[row.key] = record.uid, row.owner
        record = catalog.submit_record(
            actor=desk.author, uid=record.uid, at=shown - timedelta(days=3)
        )
        publish(record, desk, shown)
        if row.fresh < age:
            confirmed = self.now - timedelta(days=row.fresh, hours=1)
            catalog.confirm_record(actor=desk.author, uid=record.uid, at=confirmed)

    def import_all(self, rows: list[Row], progress: Progress) -> None:
        """Take rows in from JSON lines, one file a kind and wave, as the city's office does."""
        waves = {row.key: place % len(WAVES) for place, row in enumerate(rows)}
        ordered = sorted(rows, key=lambda row: (-waves[row.key], row.kind))
        done = 0
        for (wave, kind), group in groupby(ordered, key=lambda row: (waves[row.key], row.kind)):
            listed = list(group)
            self._import(kind, wave, listed)
            done += len(listed)
            progress(done, len(rows), "导入文献、数据与种质资源")

    def _import(self, kind: str, wave: int, rows: list[Row]) -> None:
        at = self.now - timedelta(days=WAVES[wave], hours=2)
        actor = self.cast.actor("bureau_admin")
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{kind}-{wave}.jsonl"
            with path.open("w", encoding="utf-8") as file:
                for row in rows:
                    line = {"所属单位": organisations()[row.owner].name, **self.values(row)}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            result = catalog.import_file(
                actor=actor,
                kind=kind,
                path=path,
                at=at,
                mode=ImportMode.VALID_ROWS,
                publish=SecrecyCheck(by=actor.uid, at=at),
            )
        if result.bad or not result.is_done:
            raise Invalid(result.faults or result.message)
