"""The addresses of public pages for search engines, in parts of bounded size."""

from collections.abc import Sequence
from datetime import date, datetime

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries as catalog
from kexiang.core.kept import kept
from kexiang.kernel.actor import ANONYMOUS
from kexiang.reference import queries as reference

PART = 5000
FIXED = ("/", "/search", "/units", "/regions", "/help", "/help/faq", "/api/v1/docs")
UNITS = 20_000


def parts(today: date) -> Sequence[tuple[int, datetime]]:
    """The parts that hold records, each with the time of its last change; kept some minutes."""
    name = f"portal.sitemap.{today}"
    return kept(name, lambda: catalog.address_parts(today, PART), fresh=300, stale=600)


def entries(number: int, today: date) -> Sequence[tuple[str, datetime]]:
    """``(path, last change)`` of the records of a part; none for a number without records."""
    return catalog.addresses(today, number, PART) if 0 < number < 10**9 else []


def pages(topics: Sequence[str]) -> list[str]:
    """The pages that are no records: fixed ones, help, regions and public units."""
    home = reference.active_pack().region
    units = accounts.organisations(ANONYMOUS).filter(is_public=True, is_department=False)
    return [
        *FIXED,
        *(f"/help/{slug}" for slug in topics if slug != "faq"),
        *(f"/region/{info.code}" for info in reference.regions(home)),
        *(f"/u/{code}" for code in units.values_list("code", flat=True)[:UNITS]),
    ]
