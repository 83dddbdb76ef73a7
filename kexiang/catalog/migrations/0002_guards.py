"""Versions and steps are evidence: the database refuses to change them.

Deletion stays possible (an unpublished draft, an import that is undone), and Django's test
flush needs it on SQLite.
"""

from django.db import migrations

TABLES = ("catalog_revision", "catalog_recordstep")
PG_FUNCTION = """
CREATE FUNCTION catalog_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% rows are immutable', TG_TABLE_NAME; END $$;
"""


def add_guards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(PG_FUNCTION, params=None)
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION catalog_refuse_change()",
                params=None,
            )
        return
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are immutable'); END"
        )


def drop_guards(apps, schema_editor):
    on = " ON {0}" if schema_editor.connection.vendor == "postgresql" else ""
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_frozen{on.format(table)}")
    if on:
        schema_editor.execute("DROP FUNCTION catalog_refuse_change()")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(add_guards, drop_guards, elidable=False)]
