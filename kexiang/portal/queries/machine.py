"""What a load balancer asks: whether this worker can answer a search."""

from kexiang.kernel.actor import ANONYMOUS
from kexiang.search import queries as search


def search_ready() -> tuple[str, bool]:
    """``("search", open)`` for ``/readyz``; opens the index if nobody has yet."""
    try:
        search.suggest(ANONYMOUS, "a", limit=1)
    except search.NotReady:
        return "search", False
    return "search", True
