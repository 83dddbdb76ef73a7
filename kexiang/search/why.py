"""为什么找到它: where a hit says what was asked, and by which other name.

Computed from the words shown of a hit and nothing else, so that it costs no further read and
tells nothing the reader may not see; what stands in other fields is told as 其他内容.
"""

from functools import lru_cache

from django.utils.translation import gettext as _

from kexiang.search.analysis import marks, pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.analysis.spellings import spellings
from kexiang.search.plan import Plan
from kexiang.search.types import HitView

MOST = 3


def why(plan: Plan, view: HitView) -> tuple[str, ...]:
    """A sentence for each thing asked for, at most three."""
    texts = _texts(view)
    found: dict[str, None] = {}
    for part in plan.wanted:
        if part.field in ("", "title", "code"):
            found.update(dict.fromkeys(_of_part(plan, fold(part.text), texts)))
    return tuple(found)[:MOST]


def _texts(view: HitView) -> list[tuple[str, str]]:
    """(name of the field, text) of what is shown, the weightiest first."""
    codes = " ".join(str(view.extra.get(name) or "") for name in ("model", "number"))
    return [
        (_("名称"), view.title),
        (_("型号或编号"), codes),
        (_("简介"), view.summary),
        (_("单位"), view.owner),
    ]


def _of_part(plan: Plan, folded: str, texts: list[tuple[str, str]]) -> list[str]:
    synonyms = plan.words.synonyms
    literal = _place((folded,), texts)
    if literal:
        return [_("%(field)s中有“%(text)s”") % {"field": literal[0], "text": literal[1]}]
    others = (("spelling", spellings(folded)), ("synonym", synonyms.variants(folded)))
    for how, names in others:
        if place := _place(tuple(names), texts):
            return [_sentence(how, folded, *place)]
    if sentence := _by_sound(folded, texts):
        return [sentence]
    told = []
    for concept in plan.concepts_of(folded):
        names = synonyms.variants(concept.said)
        if place := _place(names, texts):
            told.append(_sentence("", concept.said, *place))
        elif concept.meant and (place := _place(concept.meant, texts)):
            told.append(_sentence("problem", concept.said, *place))
    return told or [_("其他内容中有“%(text)s”或它的其他叫法") % {"text": folded}]


def _place(names: tuple[str, ...], texts: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The first field that says one of ``names``, and the words it says it in."""
    for field, text in texts:
        if found := marks.marks(text, names):
            return field, text[found[0].start : found[0].end]
    return None


def _sentence(how: str, asked: str, field: str, text: str) -> str:
    words = {"field": field, "text": text, "asked": asked}
    if how == "spelling":
        return _("%(field)s中有“%(text)s”(“%(asked)s”的另一种写法)") % words
    if how == "synonym":
        return _("%(field)s中有“%(text)s”(“%(asked)s”的同义词)") % words
    if how == "problem":
        return _("%(field)s中有“%(text)s”(与“%(asked)s”有关的检测)") % words
    return _("%(field)s中有“%(text)s”") % words


def _by_sound(folded: str, texts: list[tuple[str, str]]) -> str:
    """Which characters were meant by letters."""
    letters = "".join(tokens.units(folded))
    if not pinyin.is_letters(letters):
        return ""
    for field, text in texts:
        for way, how in ((0, _("拼音")), (1, _("拼音首字母"))):
            if said := _heard(text, letters, way):
                words = {"field": field, "text": said, "asked": folded, "how": how}
                return _("%(field)s中有“%(text)s”(%(how)s %(asked)s)") % words
    return ""


@lru_cache(maxsize=4096)
def _heard(text: str, letters: str, way: int) -> str:
    """The characters of ``text`` whose readings (or their initials) are ``letters``."""
    chars = [c for c in fold(text) if tokens.is_han(c)]
    runs = pinyin.runs_of(tokens.cut(fold(text)))
    sounds = [s[0] if way else s for run in runs for s in run]
    if len(chars) != len(sounds):
        return ""
    for start in range(len(sounds)):
        said = ""
        for end in range(start, len(sounds)):
            said += sounds[end]
            if said == letters:
                return "".join(chars[start : end + 1])
            if not letters.startswith(said):
                break
    return ""
