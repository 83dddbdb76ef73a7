"""Search in the help pages: every section of every topic, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from unicodedata import normalize

from django.utils.translation import get_language

HEADS = ("h2", "h3")
EXCERPT = 120
_sections: dict[str, Sequence["Section"]] = {}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a help page with the text under it."""

    slug: str
    topic: str
    heading: str
    anchor: str
    text: str

    @property
    def url(self) -> str:
        return f"/help/{self.slug}#{self.anchor}" if self.anchor else f"/help/{self.slug}"


@dataclass(frozen=True, slots=True)
class HelpHit:
    url: str
    topic: str
    heading: str
    excerpt: str


class _Parts(HTMLParser):
    """The text of a topic's prose, cut at its headings; each part as [heading, anchor, text]."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[list[str]] = [["", "", ""]]
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HEADS:
            self.parts.append(["", dict(attrs).get("id") or "", ""])
            self._in_head = True

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADS:
            self._in_head = False

    def handle_data(self, data: str) -> None:
        self.parts[-1][0 if self._in_head else 2] += data


def sections(prose: Mapping[str, tuple[str, str]]) -> Sequence[Section]:
    """``prose`` is slug → (title, HTML); the same for a language as long as the process lives."""
    language = get_language() or ""
    if language not in _sections:
        found = []
        for slug, (title, html) in prose.items():
            parser = _Parts()
            parser.feed(html)
            found += [
                Section(slug, title, head.strip(), anchor, " ".join(text.split()))
                for head, anchor, text in parser.parts
                if head.strip() or text.strip()
            ]
        _sections[language] = found
    return _sections[language]


def search(known: Sequence[Section], q: str) -> list[HelpHit]:
    """The sections in which every word stands; those with a word in the heading first."""
    words = _folded(q).split()[:8]
    if not words:
        return []
    ranked: list[tuple[int, int, HelpHit]] = []
    for section in known:
        head, body = _folded(f"{section.topic} {section.heading}"), _folded(section.text)
        if all(word in head or word in body for word in words):
            score = sum(word in head for word in words)
            ranked.append((-score, len(ranked), _hit(section, words)))
    return [hit for _score, _place, hit in sorted(ranked, key=lambda row: row[:2])]


def _hit(section: Section, words: Sequence[str]) -> HelpHit:
    places = [_folded(section.text).find(word) for word in words]
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, first - EXCERPT // 3)
    text = section.text[start : start + EXCERPT]
    excerpt = ("…" if start else "") + text + ("…" if start + EXCERPT < len(section.text) else "")
    return HelpHit(section.url, section.topic, section.heading, excerpt)


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()
