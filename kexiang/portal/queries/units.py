"""Unit sites and the list of units (ux.md B3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kexiang.accounts import queries as accounts
from kexiang.accounts.types import CODE_SYSTEMS, Attribute
from kexiang.catalog import queries as catalog
from kexiang.catalog.types import Card
from kexiang.core.formats import as_wan, hours, number
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words
from kexiang.reference import queries as reference

CARDS_PER_KIND = 10


@dataclass(frozen=True, slots=True)
class KindBlock:
    """The first records of one kind of a unit, and where the others are."""

    spec: KindSpec
    label: str
    total: int
    cards: Sequence[Card]
    more_url: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    unit: Any
    facts: Sequence[tuple[str, str]]
    contact: Sequence[tuple[str, str]]
    summary: Any
    blocks: Sequence[KindBlock]


def unit_page(actor: Actor, code: str, today: date) -> UnitPage:
    """Head, resources and contact of one unit; raises ``NotFound``. Constant queries per kind."""
    unit = accounts.organisation(actor, code)
    summary = catalog.unit_summary(actor, unit.uid, today)
    blocks = []
    for spec in kinds.kinds():
        total = summary.counts.get(spec.code, 0)
        if total:
            cards = catalog.unit_cards(actor, unit.uid, spec.code, today, limit=CARDS_PER_KIND)
            url = f"/search?kind={spec.code}&owner={unit.uid}"
            blocks.append(KindBlock(spec, words.label(spec), total, cards, url))
    return UnitPage(unit, _facts(unit, today), _contact(unit), summary, blocks)


def _facts(unit: Any, today: date) -> list[tuple[str, str]]:
    """性质, 隶属关系, 主管部门, 经费形式 as they are today, and where the unit is."""
    dated = accounts.attributes_at([unit.pk], on=today).get(unit.pk, {})
    facts = []
    for attribute in Attribute:
        value = dated.get(attribute.value, "")
        if not value:
            continue
        system = CODE_SYSTEMS.get(attribute)
        if system:
            item = reference.code_item(system, value)
            text = words.label(item) if item is not None else value
        else:
            known = accounts.organisation_infos([value]).get(value)
            text = known.name if known else ""
        if text:
            facts.append((str(attribute.label), text))
    facts.append((_("所在地区"), reference.region_label(unit.region)))
    return facts


def _contact(unit: Any) -> list[tuple[str, str]]:
    pairs = [
        (_("地址"), unit.address),
        (_("值班电话"), unit.phone),
        (_("电子邮箱"), unit.email),
        (_("开放时间"), unit.opening_hours),
        (_("网站"), unit.website),
    ]
    return [(label, value) for label, value in pairs if value]


def figures(summary: Any) -> list[tuple[str, str, str]]:
    """(label, value, unit) of the figures of a unit; only those that are not nothing."""
    value, _sep, unit = as_wan(summary.value_wan).rpartition(" ")
    found = [
        (_("公开资源"), number(summary.total), _("项")),
        (_("共享仪器"), number(summary.instruments), _("台(套)")),
        (_("仪器原值"), value if summary.value_wan else "", unit),
        (_("年对外服务机时"), hours(summary.external_hours or None), _("小时")),
    ]
    return [row for row in found if row[1] and row[1] != "0"]


def units(actor: Actor, q: str, region: str = "", *, sharing_on: date | None = None) -> Any:
    """Public units by pinyin, narrowed to a name that contains ``q`` and to a region.

    With ``sharing_on`` those with something public on that day, as the home page counts them.
    """
    rows = accounts.organisations(actor)
    if sharing_on is not None:
        rows = rows.filter(uid__in=catalog.sharing_owners(sharing_on))
    else:
        rows = rows.filter(is_public=True, is_department=False)
    if region:
        rows = rows.filter(region__in=reference.region_codes(region))
    return rows.filter(name__icontains=q) if q else rows


def regions() -> list[tuple[str, str]]:
    """The regions of this place, to choose from."""
    listed = reference.regions(reference.active_pack().region)
    return [(info.code, reference.region_label(info.code)) for info in listed]
