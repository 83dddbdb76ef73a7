"""Triggers that make the journal append-only in the database itself, on both vendors.

An UPDATE may fill ``seal_no``, ``prev_hash`` and ``hash`` once and touch nothing else; DELETE
(and on PostgreSQL TRUNCATE) is refused. SQLite loses triggers when Django rebuilds a table,
so every later migration that alters ``audit_event`` must call ``install`` again; ``verify``
reports missing guards.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_event"
NO_UPDATE, NO_DELETE, NO_TRUNCATE = (
    "audit_event_no_update",
    "audit_event_no_delete",
    "audit_event_no_truncate",
)
_SAME = " AND ".join(
    f"NEW.{column} {{same}} OLD.{column}"
    for column in ("id", "stream", "kind", "subject", "actor", "at", "data")
)
_SEALS = "OLD.seal_no IS NULL AND NEW.seal_no IS NOT NULL"
_POSTGRES = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit: journal rows are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER {NO_UPDATE} BEFORE UPDATE ON {TABLE} FOR EACH ROW
  WHEN (NOT ({_SEALS} AND {_SAME.format(same="IS NOT DISTINCT FROM")}))
  EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {NO_DELETE} BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {NO_TRUNCATE} BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION audit_refuse();
"""  # noqa: E501 -- SQL reads better unwrapped
_ABORT = "SELECT RAISE(ABORT, 'audit: journal rows are append-only')"
_SQLITE = (
    f"CREATE TRIGGER {NO_UPDATE} BEFORE UPDATE ON {TABLE} "
    f"WHEN NOT ({_SEALS} AND {_SAME.format(same='IS')}) BEGIN {_ABORT}; END",
    f"CREATE TRIGGER {NO_DELETE} BEFORE DELETE ON {TABLE} BEGIN {_ABORT}; END",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; existing ones are replaced."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in [_POSTGRES] if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement, None)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers. For migrations, and for emptying a test database."""
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in expected(connection):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}", None)


def expected(connection: BaseDatabaseWrapper) -> frozenset[str]:
    names = {NO_UPDATE, NO_DELETE}
    return frozenset(names | {NO_TRUNCATE} if connection.vendor == "postgresql" else names)


def missing(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """The names of guards that are not in force (dropped or disabled)."""
    sql = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return expected(connection) - {row[0] for row in cursor.fetchall()}
