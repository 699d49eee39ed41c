"""Makes a table refuse UPDATE, DELETE and TRUNCATE, in its own migration."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

REFUSE = RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: write a correcting row instead', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "DROP FUNCTION refuse_change()",
)


def append_only(table: str) -> RunSQL:
    """A migration operation that lets `table` only grow. Needs `REFUSE` from `kit` before it."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {table}_table_stays BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER {table}_rows_stay ON {table}; DROP TRIGGER {table}_table_stays ON {table}",
    )
