"""The application as a web worker process loads it."""

from kexiang_site.processes import die_with_parent

die_with_parent()

from kexiang_site.wsgi import application  # noqa: E402 -- first of all, be no orphan

__all__ = ["application"]
