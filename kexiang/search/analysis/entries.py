"""From a document to an index entry. Pure: runs in a tokeniser process without Django."""

import hashlib
from functools import lru_cache

from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.abbreviations import abbreviations
from kexiang.search.analysis.fold import fold
from kexiang.search.port import Entry
from kexiang.search.types import SearchDoc

SUGGEST_LIMIT = 40
_SEPARATOR = "\t"
_BETWEEN = f" {tokens.GAP} "


def key_of(source: str, uid: str) -> str:
    return f"{source}:{uid}"


def tie_of(key: str) -> int:
    """A fixed 63-bit number of a key: the last criterion of every order."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1


def entry(source: str, doc: SearchDoc) -> Entry:
    """All streams of ``doc``; its text itself does not go into the index."""
    key = key_of(source, doc.id)
    title = fold(doc.title)
    pieces = tokens.cut(title)
    syllables = pinyin.runs_of(pieces)
    spoken = tokens.cut(fold(doc.sort_title)) if doc.sort_title else pieces
    return Entry(
        key=key,
        source=source,
        kind=doc.kind,
        version=doc.version,
        tie=tie_of(key),
        pinyin=pinyin.sort_key(spoken),
        tokens=_streams(title, pieces, syllables, doc.keywords, fold(doc.body)),
        acl=tuple(sorted(doc.audience)),
        facets={
            **{name: tuple(dict.fromkeys(values)) for name, values in doc.facets.items()},
            "kind": (doc.kind,),
        },
        numbers={name: float(value) for name, value in doc.numbers.items()},
        suggest=_suggestions(doc, title, syllables),
        learned=abbreviations(f"{doc.title}。{doc.body}", doc.keywords),
    )


def tokenise(source: str, docs: list[SearchDoc]) -> list[Entry]:
    """Entries of a batch; what a tokeniser process is asked to do."""
    return [entry(source, doc) for doc in docs]


def warm() -> None:
    """Load dictionaries and tables now rather than with the first question or document."""
    entry("", SearchDoc(id="", kind="", version=0, title="预热 warm-1"))
    pinyin.segmentations("yure")


@lru_cache(maxsize=65_536)
def _keyword(keyword: str) -> tuple[str, tuple[str, ...], frozenset[str], str]:
    """Bigram stream, words, codes and reading of one key word (they repeat a lot)."""
    folded = fold(keyword)
    full, _ = pinyin.streams(pinyin.runs_of(tokens.cut(folded)))
    codes = tokens.codes(folded, spaced=True)
    if whole := tokens.joined(folded):
        codes.add(whole)
    stream = " ".join(tokens.bigrams(folded))
    return stream, tuple(tokens.words(folded)), frozenset(codes), " ".join(full)


def _streams(
    title: str,
    pieces: list[str],
    syllables: list[list[str]],
    keywords: tuple[str, ...],
    body: str,
) -> dict[str, str]:
    title_bigrams = " ".join(tokens.bigrams(title))
    title_words = tokens.words_of(pieces)
    known = [_keyword(keyword) for keyword in keywords]
    codes = tokens.codes(title, spaced=True) | tokens.codes(body)
    codes.update(code for _, _, found, _ in known for code in found)
    bag = [*title_words, *(w for _, found, _, _ in known for w in found), *tokens.words(body)]
    runs = (title_bigrams, *(stream for stream, *_ in known), " ".join(tokens.bigrams(body)))
    full, initials = pinyin.streams(syllables)
    return {
        "b": _BETWEEN.join(runs),
        "tb": title_bigrams,
        "w": " ".join(bag),
        "tw": " ".join(title_words),
        "j": " ".join(codes),
        "py": _BETWEEN.join(filter(None, (" ".join(full), *(read for *_, read in known)))),
        "pi": " ".join(initials),
    }


def _suggestions(doc: SearchDoc, title: str, syllables: list[list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    if not doc.suggest and len(doc.title) <= SUGGEST_LIMIT:
        forms = _forms(doc.title.strip(), title.strip(), pinyin.spelled(syllables))
        found.update(dict.fromkeys(forms))
    for phrase in doc.suggest or doc.keywords:
        found.update(dict.fromkeys(suggestion_forms(phrase.strip()[:SUGGEST_LIMIT])))
    return tuple(found)


@lru_cache(maxsize=65_536)
def suggestion_forms(phrase: str) -> tuple[str, ...]:
    """``phrase`` under what may be typed for it: itself, its pinyin, its initials."""
    folded = fold(phrase)
    return _forms(phrase, folded, pinyin.full_and_initials(folded))


def _forms(phrase: str, folded: str, spelled: tuple[str, str]) -> tuple[str, ...]:
    shown = _SEPARATOR + phrase.replace(_SEPARATOR, " ")
    forms = dict.fromkeys((folded.replace(_SEPARATOR, " "), *spelled, tokens.joined(folded)))
    return tuple(form + shown for form in forms if form)


def suggestion_text(stored: str) -> str:
    return stored.partition(_SEPARATOR)[2]
