"""All published records of the demo place, in the order in which they are made."""

from collections.abc import Iterator
from datetime import date

from kexiang_site.demo.datasets import datasets, facilities
from kexiang_site.demo.germplasm import accessions
from kexiang_site.demo.instruments import instruments
from kexiang_site.demo.literature import articles
from kexiang_site.demo.resources import policies, resources
from kexiang_site.demo.rows import Row
from kexiang_site.demo.testing import certificates, standards, test_items


def entered(today: date) -> Iterator[Row]:
    """What units enter one by one; rows come after the rows they refer to."""
    yield from instruments(today)
    yield from certificates(today)
    yield from test_items(today)
    yield from facilities(today)
    yield from resources(today)


def imported(today: date) -> Iterator[Row]:
    """What the city's office takes in from files."""
    yield from datasets(today)
    yield from standards(today)
    yield from accessions(today)
    yield from articles(today)
    yield from policies(today)


def published(today: date) -> Iterator[Row]:
    """What visitors find."""
    yield from entered(today)
    yield from imported(today)
