"""success@3 and nDCG@10 by class."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import log2

from tests.relevance.rules import Judge, Judged

DEPTH, FIRST, BEST = 10, 3, 3


@dataclass
class Figures:
    """Of one class; ``missed`` are the queries without a best record among the first three."""

    success: float = 0.0
    ndcg: float = 0.0
    missed: list[str] = field(default_factory=list)


def measure(
    judge: Judge, queries: Iterable[Judged], ask: Callable[[str], Sequence[str]]
) -> dict[str, Figures]:
    """``ask`` gives the ids of the first ten hits."""
    scores: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    figures: dict[str, Figures] = defaultdict(Figures)
    for query in queries:
        grades = judge.grades(query)
        found = [grades.get(uid, 0) for uid in ask(query.asked)]
        hit = BEST in found[:FIRST]
        ideal = _gain(sorted(grades.values(), reverse=True)[:DEPTH])
        scores[query.kind].append((hit, _gain(found[:DEPTH]) / ideal))
        if not hit:
            figures[query.kind].missed.append(query.asked)
    for kind, rows in scores.items():
        figures[kind].success = sum(hit for hit, _ in rows) / len(rows)
        figures[kind].ndcg = sum(ndcg for _, ndcg in rows) / len(rows)
    return dict(figures)


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))


def table(figures: dict[str, Figures]) -> str:
    lines = (
        f"{kind:12} success@3 {f.success:.3f}  nDCG@10 {f.ndcg:.3f}  {' / '.join(f.missed)}"
        for kind, f in figures.items()
    )
    return "\n".join(("", *lines))
