"""The library of policy documents: what is in force, and what is only history (ux.md B3.7).

Nothing repealed or lapsed, and nothing whose validity nobody has checked, stands among what is
in force (ux.md E.11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kexiang.catalog import queries as catalog
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kinds import queries as kinds
from kexiang.portal import words

KIND = "policy"
IN_FORCE = ("current", "upcoming", "amended", "partial")
UNCHECKED = ("unknown",)
HISTORY = ("repealed", "lapsed")
TABS: Mapping[str, Sequence[str]] = {"": IN_FORCE, "unchecked": UNCHECKED, "history": HISTORY}
TONES = {
    "current": "ok",
    "upcoming": "info",
    "amended": "warn",
    "partial": "warn",
    "repealed": "end",
    "lapsed": "end",
}


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One document in a list."""

    url: str
    title: str
    document_no: str
    issuers: str
    issued_on: str
    validity: str
    tone: str


def lines(today: date, *, limit: int) -> list[PolicyLine]:
    """The newest documents in force, for the home page."""
    return [line_of(row) for row in catalog.policies(ANONYMOUS, today, states=IN_FORCE)[:limit]]


def line_of(row: Any) -> PolicyLine:
    """A row in words; only fields open to the public."""
    spec = kinds.kind(KIND)
    issuers = row.attributes.get("issuers") or []
    listed = issuers if isinstance(issuers, list) else [issuers]
    return PolicyLine(
        url=catalog.address(row.kind, row.uid),
        title=row.title,
        document_no=str(row.attributes.get("document_no") or ""),
        issuers=_("、").join(str(one) for one in listed),
        issued_on=str(row.attributes.get("issued_on") or ""),
        validity=words.code(spec.field("validity"), row.current_state) or row.current_state,
        tone=TONES.get(row.current_state, "info"),
    )


def tabs(today: date) -> list[tuple[str, str, str, int]]:
    """(key, label, address, count) of the tabs; one query."""
    counts = catalog.policy_counts(ANONYMOUS, today)
    labels = {"": _("现行文件"), "unchecked": _("时效待核定"), "history": _("历史文件")}
    found = []
    for key, states in TABS.items():
        count = sum(counts.get(state, 0) for state in states)
        if count or not key:
            found.append((key, labels[key], f"/policies?tab={key}" if key else "/policies", count))
    return found


def rows(today: date, tab: str, q: str) -> Any:
    """The documents of a tab, newest first, narrowed to titles and numbers with these words."""
    return catalog.policies(ANONYMOUS, today, states=TABS.get(tab, IN_FORCE), words=q)


def band(kind: str, state: str) -> str:
    """What a document's page must say first when it is no longer in force."""
    if kind != KIND or state not in (*HISTORY, *UNCHECKED):
        return ""
    if state in UNCHECKED:
        return _("本文件的时效性尚未核定,引用前请向制发机关确认。")
    return _("历史文件,仅供查阅:本文件已不再执行。")


def successors(row: Any) -> list[str]:
    """What stands in the place of a document: number and title, as its office gave them."""
    found = row.attributes.get("succeeded_by") if row.kind == KIND else None
    texts = (
        " ".join(str(one[name]) for name in ("document_no", "title") if one.get(name))
        for one in found or []
    )
    return [text for text in texts if text]
