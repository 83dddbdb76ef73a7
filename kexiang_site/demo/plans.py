"""Which records are under way, and where each of them is to stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from kexiang_site.demo.identity import content
from kexiang_site.demo.instruments import spare
from kexiang_site.demo.rows import Row

FIRST_NUMBER = 401


@dataclass(frozen=True, slots=True)
class Work:
    """A record to be led somewhere: its row and what the table says of it."""

    row: Row
    plan: dict[str, Any]


def works(today: date) -> Iterator[Work]:
    for number, plan in enumerate(content("workflow")["work"], FIRST_NUMBER):
        row = spare(plan["org"], plan["family"], plan["model"], number, today)
        kept = {k: v for k, v in row.values.items() if k not in plan.get("drop", ())}
        yield Work(Row(row.kind, row.key, row.owner, kept, picture=row.picture), plan)
