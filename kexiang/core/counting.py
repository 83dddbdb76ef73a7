"""Counting tries and requests in the cache that all processes share."""

from django.core.cache import cache


def counted(key: str, *, seconds: int) -> int:
    """How often ``key`` was counted since it began, this time included.

    The count begins anew ``seconds`` after its first time. Of simultaneous callers each gets a
    number of his own, so that a limit is compared with what is returned and never read before.
    """
    try:
        return cache.incr(key)
    except ValueError:
        if cache.add(key, 1, timeout=seconds):
            return 1
    try:
        return cache.incr(key)
    except ValueError:  # the entry was evicted between the two calls
        return 1
