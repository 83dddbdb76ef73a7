"""The names of this place, from its pack, and the main navigation (ux.md B3.1).

Only entries whose pages exist are listed: an entry that leads nowhere is worse than none.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kexiang.core.context import MenuItem, Place
from kexiang.core.providers import providers
from kexiang.kinds import queries as kinds
from kexiang.portal import words
from kexiang.reference import queries as reference

LITERATURE = (
    "article", "thesis", "book", "periodical", "st_report", "patent", "standard",
    "dataset", "database", "germplasm", "specimen", "bio_bank",
)  # fmt: skip
INSTRUMENTS = ("instrument", "instrument_centre", "facility", "service_unit")


def phone_labels() -> dict[str, str]:
    return {
        "consult_phone": _("业务咨询"),
        "support_phone": _("技术支持"),
        "complaint_phone": _("投诉电话"),
    }


def place() -> Place:
    """The pack's place as the head and the foot of every page need it."""
    pack = reference.active_pack()
    site = _texts(pack.site)
    labels = phone_labels()
    default = Place()

    def own(key: str) -> str:
        english = site.get(f"{key}_en", "") if words.is_english() else ""
        return str(english or site.get(key, ""))

    return Place(
        name=own("title") or default.name,
        short=own("short_title") or default.short,
        city=pack.place,
        host=own("host") or pack.operator,
        operator=site.get("undertaker", ""),
        site_code=site.get("site_code", ""),
        icp=site.get("icp", ""),
        police=site.get("police", ""),
        phones=tuple((labels[key], site[key]) for key in labels if site.get(key)),
        hours=site.get("consult_hours", ""),
        links=tuple((link["title"], link["url"]) for link in site.get("links", ())),
    )


def _texts(own: Mapping[str, Any]) -> dict[str, Any]:
    """The pack's texts; those it leaves open as slot ``site.texts`` says (the demo's telephones).

    A provider takes no argument and returns texts by the names of the pack's ``[site]``.
    """
    texts = dict(own)
    for provider in providers("site.texts"):
        texts |= {name: text for name, text in provider().items() if not texts.get(name)}
    return texts


def _search(kind: str) -> str:
    return f"/search?kind={kind}"


def _group(codes: tuple[str, ...]) -> tuple[MenuItem, ...]:
    known = {spec.code: spec for spec in kinds.kinds()}
    return tuple(
        MenuItem(words.label(known[code]), _search(code)) for code in codes if code in known
    )


def main() -> list[MenuItem]:
    """首页 · 找仪器 · 做检测 · 文献数据 · (what else the pack brings) · 公开 · 单位 · 帮助."""
    listed = {*INSTRUMENTS, *LITERATURE, "test_item", "accreditation", "policy"}
    known = {spec.code for spec in kinds.kinds()}
    others = tuple(spec.code for spec in kinds.kinds() if spec.code not in listed)
    tests = (
        MenuItem(_("按问题、材料或标准号找"), _search("test_item")),
        MenuItem(_("检验检测资质"), _search("accreditation")),
    )
    units = (MenuItem(_("管理单位"), "/units"), MenuItem(_("区县资源分布"), "/regions"))
    items = [
        MenuItem(_("首页"), "/", position=10),
        MenuItem(_("找仪器"), "", position=20, children=_group(INSTRUMENTS)),
        MenuItem(_("做检测"), "", position=30, children=tests),
        MenuItem(_("文献数据"), "", position=40, children=_group(LITERATURE)),
        MenuItem(_("单位与区县"), "", position=60, children=units),
        MenuItem(_("帮助"), "/help", position=90),
    ]
    if "policy" in known:
        items.append(MenuItem(_("政策文件"), "/policies", position=55))
    if others:
        items.append(MenuItem(_("更多资源"), "", position=50, children=_group(others)))
    return items
