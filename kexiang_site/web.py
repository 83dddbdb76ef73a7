"""The application as a web worker process loads it."""

from kexiang_site.processes import die_with_parent

die_with_parent()

from django.urls import get_resolver  # noqa: E402 -- first of all, be no orphan

from kexiang_site.wsgi import application  # noqa: E402 -- as above

# Every view is imported before the first visitor comes, and a fault is seen at the start.
len(get_resolver().url_patterns)

__all__ = ["application"]
