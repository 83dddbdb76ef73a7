"""Which blocks a record page has, in which order, and what stands in them (ux.md B3.4, B3.5).

A kind's groups follow how a record is entered; a visitor asks in another order: what can it do,
what does it cost, what are the rules, and only then the technical and administrative facts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kexiang.catalog.types import Value
from kexiang.kinds.types import KindSpec
from kexiang.portal import words


@dataclass(frozen=True, slots=True)
class Arrangement:
    """``order``: blocks that stand first. ``lead``: those before the records that name this one.
    ``moved``: field → block. ``fields``: block → fields that stand first. ``merged``: block →
    block that takes it in. ``hidden``: fields that repeat what the page says elsewhere."""

    order: Sequence[str] = ()
    lead: Sequence[str] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


# Title, model, states, the plain sentence and the reference price stand in the head of the page.
IN_HEAD = frozenset(
    {
        "title",
        "model",
        "current_state",
        "open_state",
        "service_state",
        "plain_use",
        "plain_problems",
        "voucher_usable",
    }
)
PRICE_IN_HEAD = frozenset({"price", "price_from", "price_unit"})
LAST = ("keywords",)
ARRANGEMENTS = {
    "instrument": Arrangement(
        order=("use", "price", "sharing", "basic", "hours"),
        lead=("use", "price"),
        moved={
            "service_ways": "use",
            "technical": "basic",
            "function": "basic",
            "description": "basic",
            "keywords": "basic",
            "street": "contact",
            "room": "contact",
        },
        fields={
            "use": ("service_content", "suitable_samples", "cannot_do", "service_ways"),
            "basic": ("technical", "function", "description", "subjects", "title_en"),
            "contact": ("contact_name", "contact_phone", "service_time", "street", "room"),
        },
        merged={"place": "basic", "management": "basic"},
        hidden=frozenset({"province", "city"}),
    ),
    "test_item": Arrangement(order=("use", "sample", "accreditation", "price", "basic", "sharing")),
}
PLAIN = Arrangement()


def arrangement(kind: str) -> Arrangement:
    """How pages of ``kind`` are laid out; kinds without a word here follow their own file."""
    return ARRANGEMENTS.get(kind, PLAIN)


def arranged(
    spec: KindSpec, values: Mapping[str, Value], *, has_price: bool
) -> list[tuple[str, str, list[Value]]]:
    """Blocks as (name, heading, values); empty ones are left out.

    ``has_price``: the head of the page tells the price, so that the block need not.
    """
    plan = arrangement(spec.code)
    left_out = IN_HEAD | plan.hidden | (PRICE_IN_HEAD if has_price else frozenset())
    if (prices := values.get("prices")) is not None and prices.items:
        left_out |= {"fee"}  # the same prices in words
    labels = {group.name: words.label(group) for group, _members in spec.grouped}
    found: dict[str, list[Value]] = {name: [] for name in [*plan.order, *labels] if name in labels}
    for group, members in spec.grouped:
        for member in members:
            name = plan.moved.get(member.name) or plan.merged.get(group.name, group.name)
            if member.name in values and member.name not in left_out:
                target = found.setdefault(name, [])
                target.append(_labelled(values[member.name], words.label(member)))
    return [
        (name, labels.get(name, name), sorted(shown, key=_position(plan.fields.get(name, ()))))
        for name, shown in found.items()
        if shown
    ]


def _position(first: Sequence[str]) -> Callable[[Value], int]:
    """Fields named in ``first`` before the others, key words behind; the rest keep their order."""
    known = {name: place - len(first) for place, name in enumerate(first)}
    return lambda value: 1 if value.name in LAST else known.get(value.name, 0)


def _labelled(value: Value, label: str) -> Value:
    return Value(value.name, label, value.text, value.type, value.unit, value.items)
