"""Pure rules of the catalogue: audience, folded keys, likeness, differences, steps, numbers."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

SHOWN = frozenset({"published", "change_check"})
WAITING = frozenset({"unit_check", "dept_check", "city_check", "change_check"})
# A unit's own business: offices above it see nothing before the unit has let it go.
INTERNAL = frozenset({"draft", "unit_check", "withdrawn"})
LIKENESS = 0.86
SHORT = 24
_NOISE = re.compile(r"[\W_]+")


def region_chain(code: str) -> tuple[str, ...]:
    """A region code with the codes of the city and province above it, nearest first.

    Agrees with ``kernel.actor.region_covers``: 140403 → 140403, 140400, 140000.
    """
    if len(code) != 6 or not code.isdigit():
        return (code,) if code else ()
    chain = [code]
    for kept in (4, 2):
        above = code[:kept].ljust(6, "0")
        if above not in chain:
            chain.append(above)
    return tuple(chain)


def audience(
    *, state: str, visibility: str, owner: str, region: str, department: str = "", is_held: bool
) -> frozenset[str]:
    """Who may see a record, as the tokens of the search index (design.md, A-31, AA).

    ``owner`` and ``department`` are uids of organisations. Nobody sees a held row.
    """
    if is_held:
        return frozenset()
    tokens = {f"org:{owner}"}
    if state not in INTERNAL:
        tokens |= {f"region:{code}" for code in region_chain(region)}
        if department:
            tokens.add(f"dept:{department}")
    if state in SHOWN and visibility == "public":
        tokens |= {"public", "registered"}
    elif state in SHOWN and visibility == "registered":
        tokens.add("registered")
    return frozenset(tokens)


def is_indexed(*, state: str, visibility: str, is_held: bool) -> bool:
    """Only what is published and not specially restricted enters search (domain.md §13.26)."""
    return state in SHOWN and visibility != "restricted" and not is_held


def folded(text: str) -> str:
    """Text for comparison: width and case folded, punctuation and spaces gone."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def title_key(title: str, model: str = "") -> str:
    """What two entries of the same thing usually have in common."""
    return f"{folded(title)[:100]}|{folded(model)[:50]}"


def likeness(one: str, other: str) -> float:
    """How alike two title keys are, between 0 and 1; a differing model counts fully."""
    (title_a, _, model_a), (title_b, _, model_b) = one.partition("|"), other.partition("|")
    titles = difflib.SequenceMatcher(a=title_a, b=title_b, autojunk=False).ratio()
    if model_a and model_b:
        return titles * difflib.SequenceMatcher(a=model_a, b=model_b, autojunk=False).ratio()
    return titles


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ; an absent field equals an empty one."""
    names = [*new, *(name for name in old if name not in new)]
    return [name for name in names if _bare(old.get(name)) != _bare(new.get(name))]


def _bare(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def text_diff(old: str, new: str) -> tuple[list[str], list[str]]:
    """The pieces that came and the pieces that went, for a side-by-side view."""
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    added, removed = [], []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag in ("delete", "replace"):
            removed.append(old[a0:a1])
        if tag in ("insert", "replace"):
            added.append(new[b0:b1])
    return added, removed


Pieces = list[tuple[str, bool]]


def marked_diff(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, each with whether the other text lacks it.

    Short values change as a whole: half a number is hard to read.
    """
    if max(len(old), len(new)) <= SHORT:
        return [(old, True)] if old else [], [(new, True)] if new else []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    before, after = [], []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        changed = tag != "equal"
        before += [(old[a0:a1], changed)] if a1 > a0 else []
        after += [(new[b0:b1], changed)] if b1 > b0 else []
    return before, after


def record_number(prefix: str, year: int, serial: int) -> str:
    """The platform's own 编号, e.g. ``YQ-2026-000123``; never a 发文字号."""
    return f"{prefix}-{year}-{serial:06d}"


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    suggestion: str


def find_words(text: str, words: Iterable[Word], *, around: int = 8) -> list[tuple[Word, str]]:
    """Every listed word in ``text`` once, with a little of what stands around it."""
    found = []
    for word in words:
        at = text.find(word.word)
        if at >= 0:
            end = at + len(word.word)
            left, right = max(0, at - around), min(len(text), end + around)
            found.append((word, text[left:right]))
    return found


def needed_steps(configured: Sequence[str], *, has_department: bool) -> frozenset[str]:
    """Which review states a record of an owner passes (A-08, ux.md A row 1).

    ``configured`` comes from the pack for the owner's 隶属关系. ``dept_check`` there runs for
    owners with a superior department in the system, ``county_check`` for the others; both are
    the state ``dept_check``. Somebody outside the unit always looks: with nothing else
    configured the city does.
    """
    steps = {step for step in configured if step in ("unit_check", "city_check")}
    outside = "dept_check" if has_department else "county_check"
    if outside in configured:
        steps.add("dept_check")
    if not steps & {"dept_check", "city_check"}:
        steps.add("city_check")
    return frozenset(steps)


def is_expired(valid_until: date | None, today: date) -> bool:
    """The last valid day counts as valid (有效期至)."""
    return valid_until is not None and valid_until < today


def is_stale(confirmed: date | None, today: date, days: int) -> bool:
    """Not confirmed or changed for more than ``days`` days (X-04, ux.md B5 单位管理员 S1)."""
    return confirmed is None or (today - confirmed).days > days


def plain(value: Any) -> str:
    """A stored value as one line of text, for comparison when no better words are known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(plain(item) for item in value)
    if isinstance(value, Mapping):
        return ",".join(plain(item) for item in value.values())
    return str(value)


# What a person may ask for by name; the others follow from them.
ASKED_ACTIONS = (
    "submit",
    "approve",
    "return",
    "refuse",
    "withdraw",
    "take_down",
    "restore",
    "cancel",
)
