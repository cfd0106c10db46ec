"""The database itself refuses to change or remove an entry.

Every migration that touches ``ledger_entry`` must run ``create`` again: on SQLite Django
alters a table by copying it, and the copy has no triggers. ``verify`` and a test compare
what the database has with what stands here.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_COVERED = (
    "organisation_id, site_id, seq, body, digest, kind, subject, object, actor, "
    "happened_at, recorded_at, exercise"
)

SQLITE = {
    "ledger_entry_no_update": (
        f"CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE OF {_COVERED} "
        "ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
    "ledger_entry_only_erase": (
        "CREATE TRIGGER ledger_entry_only_erase BEFORE UPDATE OF data, salt "
        "ON ledger_entry WHEN NEW.data IS NOT NULL OR NEW.salt IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'data of an entry can only be erased'); END"
    ),
    "ledger_entry_no_delete": (
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE "
        "ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
    # REPLACE, and an update of the key that runs into another row, remove rows without
    # asking the trigger above.
    "ledger_entry_no_replace": (
        "CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry "
        "WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id) "
        "OR EXISTS (SELECT 1 FROM ledger_entry WHERE organisation_id = NEW.organisation_id "
        "AND site_id = NEW.site_id AND seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
    "ledger_entry_same_id": (
        "CREATE TRIGGER ledger_entry_same_id BEFORE UPDATE ON ledger_entry "
        "WHEN NEW.id <> OLD.id "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
}

POSTGRESQL_FUNCTION = """\
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"""

POSTGRESQL = {
    "ledger_entry_no_update": (
        f"CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE OF {_COVERED} "
        "ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
    ),
    "ledger_entry_only_erase": (
        "CREATE TRIGGER ledger_entry_only_erase BEFORE UPDATE OF data, salt "
        "ON ledger_entry FOR EACH ROW "
        "WHEN (NEW.data IS NOT NULL OR NEW.salt IS NOT NULL) "
        "EXECUTE FUNCTION ledger_refuse()"
    ),
    "ledger_entry_no_delete": (
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE "
        "ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
    ),
    "ledger_entry_no_truncate": (
        "CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE "
        "ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
    ),
    "ledger_entry_same_id": (
        "CREATE TRIGGER ledger_entry_same_id BEFORE UPDATE "
        "ON ledger_entry FOR EACH ROW WHEN (NEW.id <> OLD.id) "
        "EXECUTE FUNCTION ledger_refuse()"
    ),
}


def create(apps: Any, schema_editor: Any) -> None:
    """Create the triggers anew; for ``migrations.RunPython``."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for name, statement in wanted(connection).items():
            on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
            cursor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    """Remove the triggers; for the way back of a migration on an empty database."""
    connection = schema_editor.connection
    on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in wanted(connection):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def wanted(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are absent, disabled, or not as they should be."""
    present = (
        _on_postgresql(connection)
        if connection.vendor == "postgresql"
        else _on_sqlite(connection)
    )
    absent = [
        name
        for name, statement in wanted(connection).items()
        if _squeezed(present.get(name, "")) != _squeezed(statement)
    ]
    if connection.vendor == "postgresql" and not _refuses(connection):
        absent.append("ledger_refuse")
    return absent


def _on_sqlite(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master "
            "WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
        )
        return dict(cursor.fetchall())


def _on_postgresql(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE tgrelid = 'ledger_entry'::regclass AND NOT tgisinternal "
            "AND tgenabled IN ('O', 'A')"
        )
        return dict(cursor.fetchall())


def _refuses(connection: BaseDatabaseWrapper) -> bool:
    """Whether the function behind all triggers of PostgreSQL still does what it should."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = 'ledger_entry'::regclass AND NOT t.tgisinternal"
        )
        found = [source for (source,) in cursor.fetchall()]
    return found == [POSTGRESQL_FUNCTION.split("$$")[1]]


def _squeezed(statement: str) -> str:
    """The statement without what PostgreSQL prints differently from how it was written."""
    text = statement.lower().replace("public.", "")
    return "".join(c for c in text if not c.isspace() and c not in "()")
