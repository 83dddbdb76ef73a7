"""The records as a source of the search."""

from collections.abc import Iterable

from kexiang.kinds import queries as kinds
from kexiang.search.types import SearchDoc, SourceSpec
from tests.relevance.corpus import Row
from tests.search.support import Shelf, doc


class Corpus(Shelf):
    """Each row as the catalogue would make it, with the weights the kinds give themselves."""

    def fill(self, rows: Iterable[Row]) -> None:
        self.put(*map(document, rows))

    def spec(self) -> SourceSpec:
        weights = {k.code: k.preference for k in kinds.kinds() if k.preference}
        return SourceSpec(self.facets, self.numbers, weights=weights)


def document(row: Row) -> SearchDoc:
    body = "\n".join((row.body, *row.keywords))
    words = (*row.codes, *row.keywords)
    return doc(row.id, row.title, body, kind=row.kind, keywords=words)
