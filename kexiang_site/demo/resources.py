"""Records of the kinds of which a city has few: centres, bases, services, patents, policies …

Texts are our own; titles and numbers of laws and of the policy documents behind the packs are
facts (AB-01, AB-02). Dates marked ``days`` follow the day of the demo.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from kexiang_site.demo.identity import content, phone, teacher
from kexiang_site.demo.organisations import organisations
from kexiang_site.demo.rows import Row, before, fill

POLICY_FIELDS = (
    "title", "document_no", "issuers", "policy_level", "policy_category", "issued_on",
    "published_on", "effective_on", "validity", "topics", "description",
)  # fmt: skip
FUNDED = {"private_enterprise": "private", "state_enterprise": "soe"}
UNFUNDED = frozenset({"demand"})  # a demand has no funding source


def resources(today: date) -> Iterator[Row]:
    """What units enter: about three records a kind, each marked as invented."""
    for number, entry in enumerate(content("resources")["row"]):
        owner = organisations()[entry["owner"]]
        dates = {name: before(today, -days) for name, days in entry.get("days", {}).items()}
        own: dict[str, Any] = {
            "contact_name": teacher(entry["key"]),
            "contact_phone": phone(owner.serial * 10 + 5),
            **({} if entry["kind"] in UNFUNDED else {"funding_source": _funding(owner.nature)}),
        }
        if entry["kind"] in ("instrument_centre", "service_unit"):
            own |= {"province": "山西省", "city": "长治市", "street": owner.street}
            own |= {"region": owner.region, "contact_email": f"service@{owner.key}.example.org"}
        yield Row(
            entry["kind"],
            entry["key"],
            entry["owner"],
            fill(**{**own, **entry["values"], **dates}),
            age=entry["age"],
            fresh=20 + number % 40,
            refs={name: tuple(keys) for name, keys in entry.get("refs", {}).items()},
        )


def _funding(nature: str) -> str:
    return FUNDED.get(nature, "fiscal")


def policies(today: date) -> Iterator[Row]:
    """The policy library, kept by the city's office."""
    found = content("policies")
    for place, entry in enumerate(found["policies"]):
        values = fill(**dict(zip(POLICY_FIELDS, entry, strict=True)))
        yield _policy(f"policy-{place:02d}", values, place)
    for place, entry in enumerate(found["demo"], 20):
        yield _policy(entry["key"], entry["values"], place)


def _policy(key: str, values: dict[str, Any], place: int) -> Row:
    contact = {"contact_name": "资源配置科", "contact_phone": organisations()["bureau"].phone}
    return Row("policy", key, "bureau", {**values, **contact}, age=200 + place, fresh=60)
