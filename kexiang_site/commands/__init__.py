"""One module per command: ``add_arguments(parser)`` and ``run(args) -> int | None``.

The table of commands is in ``kexiang_site/cli.py``, which sets Django up before it imports the
modules that need it.
"""
