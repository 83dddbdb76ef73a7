"""``kexiang bench search``: the whole call beside the bare engine and SQLite FTS5.

Right before fast: totals and top-20 keys of our answer and of the raw script must be equal,
and totals of FTS5 on the same tokens, or the bench stops.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import ask, layout, queries, reader, registry, services, tree
from kexiang.search.analysis.fold import fold
from kexiang.search.plan import phrase
from kexiang.search.port import SearchRequest
from kexiang_site.bench import search_live
from kexiang_site.bench.search_corpus import BenchSource, Seeds, fill, rows
from kexiang_site.bench.search_fts import Fts
from kexiang_site.bench.search_questions import SETS, Maker, Question, plain_request
from kexiang_site.bench.search_raw import Raw

_REPEATS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--docs", type=int, default=100_000, help="记录数")
    parser.add_argument("--questions", type=int, default=100, help="每组检索词数")
    parser.add_argument("--no-fts5", action="store_true", help="不与 SQLite FTS5 比较")
    if not any("--data" in action.option_strings for action in parser._actions):
        parser.add_argument("--data", default="../shared/data", help="真实文本所在目录")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """All figures of the issue; raises ``AssertionError`` when an answer is wrong."""
    registry._sources.clear()
    registry.register(BenchSource())
    seeds = Seeds(Path(args.data))
    chars = fill(seeds, args.docs)
    print(f"记录由 {args.data} 的真实句子重组:{args.docs} 条,平均 {chars / args.docs:.0f} 字")
    figures: dict[str, Any] = {"docs": args.docs, "chars_per_doc": round(chars / args.docs, 1)}
    figures |= _build(args.docs, chars)
    figures["queries"] = _latencies(args, seeds)
    figures["qps_2_processes"] = search_live.throughput(_mixed(args, seeds))
    figures["visible_p95_ms"] = search_live.visibility(seeds)
    figures["peak_rss_mb"] = _peak_mb()
    _show(figures)
    return figures


def _build(docs: int, chars: int) -> dict[str, Any]:
    began = time.perf_counter()
    services.rebuild()
    seconds = time.perf_counter() - began
    stats = reader.serving().reader.stats()
    if stats["documents"] != docs:
        raise AssertionError(f"{stats['documents']} of {docs} documents in the index")
    print(f"建索引 {seconds:.1f} 秒,{chars / seconds:,.0f} 字/秒,{stats['segments']} 段")
    return {
        "build_docs_per_s": round(docs / seconds),
        "build_chars_per_s": round(chars / seconds),
        "index_mb": stats["megabytes"],
    }


def _peak_mb() -> float:
    """The largest process of all that took part."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024, 1)


def _maker(seeds: Seeds) -> Maker:
    index = reader.serving().reader
    total = index.stats()["documents"]

    def share(*words: str) -> float:
        parts = tuple(phrase(word) for word in words)
        query = parts[0] if len(parts) == 1 else tree.And(parts)
        return index.search(SearchRequest(query=query, limit=1)).total / total

    return Maker(seeds, share)


def _mixed(args: argparse.Namespace, seeds: Seeds) -> list[Any]:
    maker = _maker(seeds)
    groups = [maker.make(name, args.questions) for name in SETS[:-1]]
    return [question.query for group in zip(*groups, strict=False) for question in group]


def _latencies(args: argparse.Namespace, seeds: Seeds) -> dict[str, dict[str, float | None]]:
    maker = _maker(seeds)
    home = layout.home()
    raw = Raw(home.folder(home.current()))
    fts = None if args.no_fts5 else _fts(seeds, args.docs)
    found: dict[str, dict[str, float | None]] = {}
    for name in SETS:
        asked = maker.make(name, args.questions)
        ours, bare, lite = [], [], []
        for question in asked:
            if name == "suggest":
                answers = _suggestion(question, raw)
            else:
                answers = _comparison(question, raw, fts)
            ours.append(_timed(answers[0]))
            bare.append(_timed(answers[1]))
            if fts is not None:
                lite.append(_once(partial(fts.ask, question)))
        found[name] = {
            "p50_ms": _percentile(ours, 50),
            "p95_ms": _percentile(ours, 95),
            "raw_p95_ms": _percentile(bare, 95),
            "fts5_p95_ms": _percentile(lite, 95) if lite else None,
        }
    return found


def _fts(seeds: Seeds, docs: int) -> Fts:
    began = time.perf_counter()
    fts = Fts(Path(settings.HOME) / "bench-fts5.sqlite3")
    fts.fill(rows(seeds, docs))
    print(f"FTS5 建索引 {time.perf_counter() - began:.1f} 秒")
    return fts


Call = Callable[[], Any]


def _comparison(question: Question, raw: Raw, fts: Fts | None) -> tuple[Call, Call]:
    """Both calls, after a proof that they answer alike (this also warms the pages)."""
    spec = plain_request(question.query)
    page = queries.search(ANONYMOUS, question.query)
    total, keys, facets = raw.search(spec)
    mine = {n: sorted((b.value, b.count) for b in buckets) for n, buckets in page.facets.items()}
    theirs = {
        n: sorted((str(b["key"]), b["doc_count"]) for b in answer["buckets"])
        for n, answer in facets.items()
    }
    ids = [f"{hit.source}:{hit.id}" for hit in page.hits]
    if (page.total, ids, mine) != (total, keys, theirs) or page.widened:
        raise AssertionError(f"{question.query.q}: {page.total} {ids} ≠ {total} {keys}")
    if fts is not None and fts.ask(question) != total:
        raise AssertionError(f"{question.query.q}: FTS5 {fts.ask(question)} ≠ {total}")

    def whole() -> None:
        ask._answers.clear()  # cold: no answer kept from before
        queries.search(ANONYMOUS, question.query)

    return whole, lambda: raw.search(spec)


def _suggestion(question: Question, raw: Raw) -> tuple[Call, Call]:
    typed = fold(question.query.q)
    mine = queries.suggest(ANONYMOUS, question.query.q)
    theirs = dict.fromkeys(stored.partition("\t")[2] for stored, _ in raw.suggest(typed))
    if not set(mine) & set(theirs) and theirs:
        raise AssertionError(f"{question.query.q}: {mine} ≠ {list(theirs)}")
    return lambda: queries.suggest(ANONYMOUS, question.query.q), lambda: raw.suggest(typed)


def _once(call: Call) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _timed(call: Call) -> float:
    return statistics.median(_once(call) for _ in range(_REPEATS))


def _percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2)


def _show(figures: dict[str, Any]) -> None:
    print(f"{'组':<10}{'p50 ms':>9}{'p95 ms':>9}{'raw p95':>9}{'FTS5 p95':>10}{'倍':>8}")
    for name, row in figures["queries"].items():
        ratio = (row["fts5_p95_ms"] or 0) / row["p95_ms"]
        print(
            f"{name:<10}{row['p50_ms']:>9}{row['p95_ms']:>9}{row['raw_p95_ms']:>9}"
            f"{row['fts5_p95_ms'] or '–':>10}{ratio:>8.1f}"
        )
