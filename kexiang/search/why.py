"""为什么找到它: where a hit says what was asked, and by which other name.

Computed from the words shown of a hit and nothing else, so that it costs no further read and
tells nothing the reader may not see; what stands in other fields is told as 其他内容.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from kexiang.search.analysis import marks, pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.analysis.spellings import spellings
from kexiang.search.plan import Plan
from kexiang.search.types import HitView

MOST = 3


@dataclass(frozen=True, slots=True)
class _Text:
    """A shown text under the name of its field, folded once for all that is looked for."""

    field: str
    shown: str
    folded: str

    def says(self, names: tuple[str, ...]) -> str:
        """The words of the text that say one of ``names`` (folded), or ""."""
        for name in names:
            if tokens.is_han(name) and len(self.folded) == len(self.shown):
                at = self.folded.find(name)
                if at >= 0:
                    return self.shown[at : at + len(name)]
            elif found := marks.marks(self.shown, (name,)):
                return self.shown[found[0].start : found[0].end]
        return ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a hit was found; ``is_literal`` when its name, code and summary say all that was asked
    as it was asked, so that the emphasis in them tells enough."""

    sentences: tuple[str, ...] = ()
    is_literal: bool = True


class Reasons:
    """Tells for the hits of one question why each was found."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._parts = tuple(
            fold(part.text) for part in plan.wanted if part.field in ("", "title", "code")
        )

        self._known: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._about: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {}

    def of(self, view: HitView) -> Why:
        """A sentence for each thing asked for, at most three."""
        texts = _texts(view) if self._parts else []
        found: dict[str, None] = {}
        is_literal = True
        for folded in self._parts:
            if place := _place((folded,), texts):
                found[_sentence("", folded, *place)] = None
            else:
                is_literal = False
                found.update(dict.fromkeys(self._of_part(folded, texts)))
            if len(found) >= MOST:
                break
        return Why(tuple(found)[:MOST], is_literal)

    def _of_part(self, folded: str, texts: list[_Text]) -> list[str]:
        if sentence := _by_sound(folded, texts):
            return [sentence]
        for how, names in self._other_names(folded):
            if place := _place(names, texts):
                return [_sentence(how, folded, *place)]
        return self._of_concepts(folded, texts)

    def _other_names(self, folded: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """By what else it may have been found; looked up once for all hits."""
        if folded not in self._known:
            synonyms = self._plan.words.synonyms.variants(folded)[1:]
            self._known[folded] = (("spelling", spellings(folded)[1:]), ("synonym", synonyms))
        return self._known[folded]

    def _of_concepts(self, folded: str, texts: list[_Text]) -> list[str]:
        if folded not in self._about:
            variants = self._plan.words.synonyms.variants
            found = self._plan.concepts_of(folded)
            self._about[folded] = [(c.said, variants(c.said), c.meant) for c in found]
        told = []
        for said, names, meant in self._about[folded]:
            if place := _place(names, texts):
                told.append(_sentence("", said, *place))
            elif place := _place(meant, texts):
                told.append(_sentence("problem", said, *place))
        return told or [_("其他内容中有“%(text)s”或它的其他叫法") % {"text": folded}]


def _texts(view: HitView) -> list[_Text]:
    """What is shown, the weightiest first."""
    codes = " ".join(str(view.extra.get(name) or "") for name in ("model", "number"))
    shown = (
        (_("名称"), view.title),
        (_("型号或编号"), codes.strip()),
        (_("简介"), view.summary),
        (_("单位"), view.owner),
    )
    return [_Text(field, text, fold(text)) for field, text in shown if text]


def _place(names: tuple[str, ...], texts: list[_Text]) -> tuple[str, str] | None:
    """The first field that says one of ``names``, and the words it says it in."""
    for text in texts:
        if names and (said := text.says(names)):
            return text.field, said
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


def _by_sound(folded: str, texts: list[_Text]) -> str:
    """Which characters were meant by letters."""
    letters = "".join(tokens.units(folded))
    if not pinyin.is_letters(letters):
        return ""
    for text in texts:
        for way, how in ((0, _("拼音")), (1, _("拼音首字母"))):
            if said := _heard(text.shown, letters, way):
                words = {"field": text.field, "text": said, "asked": folded, "how": how}
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
