"""Django's ``flush``, for tests: empties the append-only tables too.

Transactional tests end with a flush, which the journal's triggers refuse as they should. This
command exists only in ``settings_test`` and lifts the guards for that moment.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from kexiang.audit import guards


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        guards.remove(connection)
        try:
            super().handle(**options)
        finally:
            guards.install(connection)
