"""A source over plain data, and small ways to put it into an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kexiang.kernel.actor import Actor
from kexiang.search import queries
from kexiang.search.types import HitView, SearchDoc, SourceSpec

PUBLIC = frozenset({"public"})


@dataclass
class Shelf:
    """Documents by uid. What is taken off the shelf must vanish from the index."""

    name: str = "shelf"
    docs: dict[str, SearchDoc] = field(default_factory=dict)
    facets: tuple[str, ...] = ("kind", "region", "owner", "year", "state")
    numbers: tuple[str, ...] = ("year", "price", "published", "value", "fresh")

    def put(self, *docs: SearchDoc) -> None:
        self.docs.update({doc.id: doc for doc in docs})

    def spec(self) -> SourceSpec:
        return SourceSpec(self.facets, self.numbers)

    def documents(self, uids: Sequence[str]) -> list[SearchDoc]:
        return [self.docs[uid] for uid in uids if uid in self.docs]

    def all_uids(self, after: str = "") -> Iterator[str]:
        yield from (uid for uid in sorted(self.docs) if uid > after)

    def hydrate(self, actor: Actor, uids: Sequence[str]) -> dict[str, HitView]:
        tokens = queries.audience(actor)
        return {
            uid: self.view(self.docs[uid])
            for uid in uids
            if uid in self.docs and ("*" in tokens or self.docs[uid].audience & tokens)
        }

    @staticmethod
    def view(doc: SearchDoc) -> HitView:
        return HitView(doc.title, doc.body, f"/r/{doc.id}", doc.kind)

    def facet_labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        return {value: f"{name}={value}" for value in values}


def doc(uid: str, title: str, body: str = "", **more: object) -> SearchDoc:
    given = {"kind": "instrument", "version": 1, "audience": PUBLIC, **more}
    return SearchDoc(id=uid, title=title, body=body, **given)  # type: ignore[arg-type]
