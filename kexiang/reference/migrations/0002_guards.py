"""What a constraint cannot say on both databases: no two meanings on one day, no later change.

PostgreSQL could use an exclusion constraint, but only with the extension btree_gist, which the
packaged test server lacks; rows of a pack version are written by one transaction, so a trigger
holds the same.
"""

from django.db import migrations

# table, columns that name the thing
DATED = {
    "reference_code": ("system_id", "code"),
    "reference_region": ("pack_id", "code"),
    "reference_parameter": ("pack_id", "name"),
}
FIXED = [*DATED, "reference_regionchange", "reference_calendarday", "reference_codesystem"]


def _overlap(table):
    same = " AND ".join(f"o.{column} = NEW.{column}" for column in DATED[table])
    return (
        f"SELECT 1 FROM {table} o WHERE {same}"
        " AND (o.valid_to IS NULL OR NEW.valid_from IS NULL OR o.valid_to >= NEW.valid_from)"
        " AND (NEW.valid_to IS NULL OR o.valid_from IS NULL OR NEW.valid_to >= o.valid_from)"
    )


def _sqlite():
    for table in DATED:
        yield (
            f"CREATE TRIGGER {table}_no_overlap BEFORE INSERT ON {table}"
            f" WHEN EXISTS ({_overlap(table)})"
            f" BEGIN SELECT RAISE(ABORT, '{table}_no_overlap'); END"
        )
    for table in FIXED:
        yield (
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table}_fixed'); END"
        )


def _postgresql():
    for table in DATED:
        yield (
            f"CREATE FUNCTION {table}_no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF EXISTS ({_overlap(table)}) THEN"
            f" RAISE EXCEPTION '{table}_no_overlap' USING ERRCODE = '23P01'; END IF;"
            " RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_no_overlap BEFORE INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_no_overlap()"
        )
    yield (
        "CREATE FUNCTION reference_fixed() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '%_fixed', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
    )
    for table in FIXED:
        yield (
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION reference_fixed()"
        )


def forwards(apps, schema_editor):
    statements = _postgresql() if schema_editor.connection.vendor == "postgresql" else _sqlite()
    for statement in statements:
        # params=None: the statements hold a percent sign that is not a placeholder
        schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in FIXED:
        on = f" ON {table}" if postgres else ""
        schema_editor.execute(f"DROP TRIGGER {table}_fixed{on}", params=None)
        if table in DATED:
            schema_editor.execute(f"DROP TRIGGER {table}_no_overlap{on}", params=None)
            if postgres:
                schema_editor.execute(f"DROP FUNCTION {table}_no_overlap()", params=None)
    if postgres:
        schema_editor.execute("DROP FUNCTION reference_fixed()", params=None)


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
