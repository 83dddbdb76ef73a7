"""From a document to an index entry. Pure: runs in a tokeniser process without Django."""

import hashlib

from kexiang.search.analysis import pinyin, tokens
from kexiang.search.analysis.fold import fold
from kexiang.search.port import Entry
from kexiang.search.types import SearchDoc

SUGGEST_LIMIT = 40
_SEPARATOR = "\t"


def key_of(source: str, uid: str) -> str:
    return f"{source}:{uid}"


def tie_of(key: str) -> int:
    """A fixed 63-bit number of a key: the last criterion of every order."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1


def entry(source: str, doc: SearchDoc) -> Entry:
    """All streams of ``doc``; its text itself does not go into the index."""
    key = key_of(source, doc.id)
    title = fold(doc.title)
    return Entry(
        key=key,
        source=source,
        kind=doc.kind,
        version=doc.version,
        tie=tie_of(key),
        pinyin=pinyin.sort_key(fold(doc.sort_title) if doc.sort_title else title),
        tokens=_streams(title, tuple(map(fold, doc.keywords)), fold(doc.body)),
        acl=tuple(sorted(doc.audience)),
        facets={
            **{name: tuple(dict.fromkeys(values)) for name, values in doc.facets.items()},
            "kind": (doc.kind,),
        },
        numbers={name: float(value) for name, value in doc.numbers.items()},
        suggest=_suggestions(doc),
    )


def tokenise(source: str, docs: list[SearchDoc]) -> list[Entry]:
    """Entries of a batch; what a tokeniser process is asked to do."""
    return [entry(source, doc) for doc in docs]


def _streams(title: str, keywords: tuple[str, ...], body: str) -> dict[str, str]:
    title_bigrams = tokens.bigrams(title)
    title_words = tokens.words(title)
    stream = [*title_bigrams, tokens.GAP]
    bag = list(title_words)
    codes = tokens.codes(title, spaced=True) | tokens.codes(body)
    for keyword in keywords:
        stream += [*tokens.bigrams(keyword), tokens.GAP]
        bag += tokens.words(keyword)
        codes |= tokens.codes(keyword, spaced=True)
        if whole := tokens.joined(keyword):
            codes.add(whole)
    stream += tokens.bigrams(body)
    bag += tokens.words(body)
    syllables, initials = pinyin.streams(title)
    return {
        "b": " ".join(stream),
        "tb": " ".join(title_bigrams),
        "w": " ".join(bag),
        "tw": " ".join(title_words),
        "u": " ".join(tokens.unigrams("".join((title, *keywords, body)))),
        "j": " ".join(codes),
        "py": " ".join(syllables),
        "pi": " ".join(initials),
    }


def _suggestions(doc: SearchDoc) -> tuple[str, ...]:
    phrases = doc.suggest or (
        *((doc.title,) if len(doc.title) <= SUGGEST_LIMIT else ()),
        *doc.keywords,
    )
    found: dict[str, None] = {}
    for phrase in phrases:
        for form in suggestion_forms(phrase.strip()[:SUGGEST_LIMIT]):
            found[form] = None
    return tuple(found)


def suggestion_forms(phrase: str) -> tuple[str, ...]:
    """``phrase`` under what may be typed for it: itself, its pinyin, its initials."""
    phrase = phrase.replace(_SEPARATOR, " ")
    if not phrase:
        return ()
    folded = fold(phrase)
    forms = dict.fromkeys((folded, *pinyin.full_and_initials(folded), tokens.joined(folded)))
    return tuple(form + _SEPARATOR + phrase for form in forms if form)


def suggestion_text(stored: str) -> str:
    return stored.partition(_SEPARATOR)[2]
