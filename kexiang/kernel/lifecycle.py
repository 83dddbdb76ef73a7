"""State tables: pure data plus three questions. No ORM, no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kexiang.kernel.errors import Conflict

S = TypeVar("S", bound=str)
A = TypeVar("A", bound=str)


@dataclass(frozen=True)
class Step(Generic[S, A]):
    """``action`` leads from any of ``sources`` to ``target``; ``by`` names who may do it.

    ``article`` cites the rule the step rests on; golden matrices print it.
    """

    action: A
    sources: frozenset[S]
    target: S
    by: frozenset[str]
    article: str = ""


class Lifecycle(Generic[S, A]):
    """A named table of steps in which a state and an action have exactly one target."""

    def __init__(self, name: str, *, initial: S, steps: Iterable[Step[S, A]]) -> None:
        self.name, self.initial, self.steps = name, initial, tuple(steps)
        self._table: dict[tuple[str, str], Step[S, A]] = {
            (source, step.action): step for step in self.steps for source in step.sources
        }
        if len(self._table) != sum(len(step.sources) for step in self.steps):
            raise ValueError(f"{name}: a state and action have two targets")

    def step(self, state: str, action: A) -> Step[S, A]:
        """Return the step; raises ``Conflict`` when the table has none."""
        try:
            return self._table[state, action]
        except KeyError:
            label = getattr(action, "label", action)
            raise Conflict(f"当前状态不能“{label}”,可能已有人先处理,请刷新后再试。") from None

    def actions(self, state: str) -> Sequence[A]:
        return [step.action for step in self.steps if state in step.sources]

    def mermaid(self) -> str:
        arrows = [f"[*] --> {self.initial}"] + [
            f"{source} --> {step.target}: {step.action} ({', '.join(sorted(step.by))})"
            for step in self.steps
            for source in sorted(step.sources)
        ]
        return "\n    ".join(["stateDiagram-v2", *arrows])
