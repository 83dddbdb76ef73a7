"""Tantivy: the embedded default. One writer process, any number of reader processes.

The binding holds the GIL while it searches: scale with processes. No text is stored, only
the key of a document and, in a document of its own written in the same commit, the
checkpoint: a killed writer replays and never skips.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Order

from kexiang.search import tree
from kexiang.search.adapters.tantivy_query import CHECKPOINT_KEY, Translator
from kexiang.search.port import (
    BAGS,
    INTEGERS,
    KEYWORDS,
    POSITIONAL,
    TIE,
    Capabilities,
    Checkpoint,
    Entry,
    Found,
    IndexSpec,
    SearchRequest,
    SearchResult,
    facet_field,
    number_field,
)

Searcher = Any  # the binding's stubs do not know SearchResult.count
_HEAP = 64_000_000
_BULK_HEAPS = (128_000_000, 1_000_000_000)
_EVERY_BUCKET = 60_000  # per segment, so that counts of merged segments are exact


def _bulk_heap() -> int:
    """Bytes a rebuild may hold before it writes a segment: an eighth of the machine.

    Fewer and larger segments are merged less often; merging is a fifth of the time of
    building a million documents.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    least, most = _BULK_HEAPS
    return min(most, max(least, memory // 8))


def _schema(spec: IndexSpec) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("checkpoint", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", fast=True)
    for name in INTEGERS:
        builder.add_integer_field(name, fast=True, indexed=False)
    for name in KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("sug", tokenizer_name="raw", index_option="basic")
    for name in POSITIONAL:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in BAGS:
        option = "freq" if name in ("w", "tw") else "basic"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in spec.facets:
        builder.add_text_field(
            facet_field(name), fast=True, tokenizer_name="raw", index_option="basic"
        )
    for name in spec.numbers:
        builder.add_float_field(number_field(name), fast=True, indexed=False)
    return builder.build()


class TantivyEngine:
    """Indexes in folders of the local disk."""

    name = "tantivy"

    def create(self, folder: str, spec: IndexSpec) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        tantivy.Index(_schema(spec), path=folder, reuse=True)

    def reader(self, folder: str, spec: IndexSpec) -> "TantivyReader":
        return TantivyReader(folder)

    def writer(self, folder: str, spec: IndexSpec, *, bulk: bool = False) -> "TantivyWriter":
        return TantivyWriter(folder, spec, bulk=bulk)


class TantivyWriter:
    """Raises ``ValueError`` (lock busy) when another process writes this index."""

    def __init__(self, folder: str, spec: IndexSpec, *, bulk: bool) -> None:
        self._facets = frozenset(spec.facets)
        self._numbers = frozenset(spec.numbers)
        self._index = tantivy.Index.open(folder)
        self._writer = self._index.writer(_bulk_heap() if bulk else _HEAP, 1)

    def upsert(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._writer.delete_documents_by_term("key", entry.key)
            self._writer.add_document(self._document(entry))

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._writer.add_document(self._document(entry))

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._writer.delete_documents_by_term("key", key)

    def commit(self, checkpoint: Checkpoint) -> None:
        self._writer.delete_documents_by_term("key", CHECKPOINT_KEY)
        document = tantivy.Document(key=CHECKPOINT_KEY)
        document.add_text("checkpoint", json.dumps([checkpoint.xid, checkpoint.seq]))
        self._writer.add_document(document)
        self._writer.commit()

    def close(self) -> None:
        self._writer.wait_merging_threads()

    def _document(self, entry: Entry) -> tantivy.Document:
        document = tantivy.Document()
        text = document.add_text
        text("key", entry.key)
        text("source", entry.source)
        for token in entry.acl:
            text("acl", token)
        for name, stream in entry.tokens.items():
            text(name, stream)
        for name, values in entry.facets.items():
            if name in self._facets:
                for value in values:
                    text(facet_field(name), value)
        for phrase in entry.suggest:
            text("sug", phrase)
        document.add_integer("version", entry.version)
        document.add_integer("tie", entry.tie)
        document.add_integer("pinyin", entry.pinyin)
        for name, number in entry.numbers.items():
            if name in self._numbers:
                document.add_float(number_field(name), number)
        return document


class TantivyReader:
    """Follows commits by looking at ``meta.json`` (one ``stat`` per question)."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._meta = os.path.join(folder, "meta.json")  # noqa: PTH118 -- hot path
        self._index = tantivy.Index.open(folder)
        self._index.config_reader("manual")
        self._translate = Translator(self._index.schema)
        self._lock = threading.Lock()
        self._seen: tuple[int, int] = (0, 0)
        self._searcher: Searcher = None
        self._searcher = self._fresh()

    def capabilities(self) -> Capabilities:
        return Capabilities("tantivy")

    def generation(self) -> str:
        self._fresh()
        return f"{self._seen[0]:x}-{self._seen[1]:x}"

    def _fresh(self) -> Searcher:
        try:
            now = os.stat(self._meta)  # noqa: PTH116 -- hot path
        except FileNotFoundError:
            return self._searcher  # dropped after a swap; what is open can still be read
        mark = (now.st_mtime_ns, now.st_ino)
        if mark != self._seen:
            with self._lock:
                if mark != self._seen:
                    self._index.reload()
                    self._searcher = self._index.searcher()
                    self._seen = mark
        return self._searcher

    def search(self, request: SearchRequest) -> SearchResult:
        searcher = self._fresh()
        generation = f"{self._seen[0]:x}-{self._seen[1]:x}"
        query = tree.narrow(request.query, *(f for _, f in request.post_filters))
        engine_query = self._translate(query)
        if not request.order:
            result = searcher.search(engine_query, max(1, request.limit), offset=request.offset)
            total = result.count
            hits = tuple(
                Found(searcher.doc(address).get_first("key"), score)
                for score, address in result.hits[: request.limit]
            )
        else:
            total, hits = self._ordered(searcher, query, engine_query, request)
        return SearchResult(hits, total, self._facets(searcher, query, request), generation)

    def _facets(
        self, searcher: Searcher, query: tree.Query, request: SearchRequest
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        """One pass for all facets without a filter of their own, one for each other."""
        own = {name for name, _ in request.post_filters}
        groups: dict[str, dict[str, Any]] = {}
        for name, size in request.facets:
            group = name if name in own else ""
            groups.setdefault(group, {})[name] = {
                "terms": {
                    "field": facet_field(name),
                    "size": size,
                    "segment_size": _EVERY_BUCKET,
                }
            }
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for group, wanted in groups.items():
            narrowed = query
            if group:
                others = (f for name, f in request.post_filters if name != group)
                narrowed = tree.narrow(request.query, *others)
            answer = searcher.aggregate(self._translate(narrowed), wanted)
            for name in wanted:
                buckets = ((str(b["key"]), b["doc_count"]) for b in answer[name]["buckets"])
                found[name] = tuple(sorted(buckets, key=lambda b: (-b[1], b[0])))
        return found

    def _ordered(
        self,
        searcher: Searcher,
        query: tree.Query,
        engine_query: tantivy.Query,
        request: SearchRequest,
    ) -> tuple[int, tuple[Found, ...]]:
        """Rows by a number, ties by ``tie``; rows without the number last.

        Tantivy breaks ties by internal addresses, which change when segments merge. So the
        rows sharing the last value of the page are asked for once more, by ``tie``.
        """
        total = None
        if request.after is not None:
            total = searcher.search(engine_query, 1).count
            query = tree.Filter(query, _behind(request))
            engine_query = self._translate(query)
        wanted = request.offset + request.limit
        order = Order.Desc if request.descending else Order.Asc
        result = searcher.search(
            engine_query, wanted + 1, True, order_by_field=request.order, order=order
        )
        rows = [(value, address) for value, address in result.hits]
        if len(rows) > wanted and rows[wanted][0] == rows[wanted - 1][0]:
            edge = rows[wanted - 1][0]
            rows = [row for row in rows if row[0] != edge]
            same = self._translate(tree.Filter(query, _equal(request.order, edge)))
            more = searcher.search(
                same, wanted - len(rows), False, order_by_field=TIE, order=Order.Asc
            )
            rows += [(edge, address) for _, address in more.hits]
        found = self._found(searcher, rows, request.descending)
        return total if total is not None else result.count, found[request.offset : wanted]

    @staticmethod
    def _found(
        searcher: Searcher, rows: list[tuple[Any, Any]], descending: bool
    ) -> tuple[Found, ...]:
        if not rows:
            return ()
        ties = searcher.fast_field_values(TIE, [address for _, address in rows])
        sign = -1 if descending else 1
        keyed = sorted(
            zip(rows, ties, strict=True),
            key=lambda row: (row[0][0] is None, sign * (row[0][0] or 0), row[1] or 0),
        )
        return tuple(
            Found(searcher.doc(address).get_first("key"), 0.0, value, int(tie or 0))
            for (value, address), tie in keyed
        )

    def suggest(self, prefix: str, condition: tree.Query, limit: int) -> list[tuple[str, int]]:
        searcher = self._fresh()
        found = searcher.terms_with_prefix("sug", prefix, self._translate(condition), limit)
        return list(found)

    def names(self, limit: int) -> list[tuple[str, int]]:
        return list(self._fresh().terms_with_prefix("sug", "", None, limit))

    def keys(self) -> Iterator[tuple[str, int]]:
        searcher = self._fresh()
        last = -1
        while True:
            query = self._translate(tree.Range(TIE, last, None, with_low=False))
            result = searcher.search(query, 10_000, False, order_by_field=TIE, order=Order.Asc)
            if not result.hits:
                return
            addresses = [address for _, address in result.hits]
            versions = searcher.fast_field_values("version", addresses)
            for address, version in zip(addresses, versions, strict=True):
                yield searcher.doc(address).get_first("key"), int(version or 0)
            last = result.hits[-1][0]

    def checkpoint(self) -> Checkpoint:
        searcher = self._fresh()
        hits = searcher.search(self._translate(tree.Term("key", CHECKPOINT_KEY)), 1).hits
        if not hits:
            return Checkpoint()
        xid, seq = json.loads(searcher.doc(hits[0][1]).get_first("checkpoint"))
        return Checkpoint(xid, seq)

    def stats(self) -> dict[str, Any]:
        searcher = self._fresh()
        held = searcher.search(self._translate(tree.Term("key", CHECKPOINT_KEY)), 1).count
        size = sum(file.stat().st_size for file in Path(self._folder).iterdir())
        return {
            "documents": searcher.num_docs - held,
            "segments": searcher.num_segments,
            "megabytes": round(size / 1e6, 1),
        }


def _equal(field: str, value: float | int | None) -> tree.Query:
    if value is None:
        return tree.Not(tree.Exists(field))
    return tree.Range(field, value, value)


def _behind(request: SearchRequest) -> tree.Query:
    """Everything that comes after ``request.after`` in its order."""
    field = request.order
    value, tie = request.after or (None, 0)
    same = tree.And((_equal(field, value), tree.Range(TIE, tie, None, with_low=False)))
    if value is None:
        return same
    if request.descending:
        further: tree.Query = tree.Range(field, None, value, with_high=False)
    else:
        further = tree.Range(field, value, None, with_low=False)
    return tree.Or((further, same, tree.Not(tree.Exists(field))))
