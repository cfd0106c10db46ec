"""The database itself refuses a deletion that a hold forbids, and a hold that comes too late.

What it refuses about statements that ended stands in ``statement_triggers``.

The services ask first, under the lock of the case; this is for whatever goes around
them. A hold on what something was made from, or on what was made of it, they do not see:
only the services do.

A migration that alters one of these tables on SQLite must run ``create`` again, for the
copy that Django makes of the table has no triggers. One that copies a table which they
ask about, ``cases_case`` too, must run ``drop`` before: SQLite renames no table while a
trigger names one that is not there.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from anlan.evidence import statement_triggers

_HELD = (
    "EXISTS (SELECT 1 FROM evidence_hold h WHERE (h.case_id = NEW.case_id "
    "OR h.case_id = (SELECT joined_into_id FROM cases_case WHERE id = NEW.case_id)) "
    "AND h.released_at IS NULL AND (h.exhibit_id IS NULL AND h.recording_id IS NULL "
    "OR h.exhibit_id = NEW.exhibit_id OR h.recording_id = NEW.recording_id))"
)
_TOO_LATE = (
    "EXISTS (SELECT 1 FROM evidence_deletion d WHERE d.state <> 'due' "
    "AND (d.exhibit_id = NEW.exhibit_id OR d.recording_id = NEW.recording_id))"
)
_UNDECIDED = (
    "NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM evidence_deletedfile f "
    "JOIN evidence_deletion d ON d.id = f.deletion_id "
    "WHERE f.blob_id = NEW.id AND d.state = 'deleting')"
)
# Name → table, when, condition, and what is said.
_GUARDS: dict[str, tuple[str, str, str, str]] = {
    "evidence_deletion_no_hold": (
        "evidence_deletion",
        "UPDATE",
        f"OLD.state = 'due' AND NEW.state <> 'due' AND {_HELD}",
        "a hold stands",
    ),
    "evidence_deletion_forwards": (
        "evidence_deletion",
        "UPDATE",
        (
            "OLD.state = 'deleted' AND NEW.state <> 'deleted' "
            "OR OLD.state <> 'due' AND NEW.state = 'due'"
        ),
        "a deletion does not go back",
    ),
    "evidence_deletion_is_announced": (
        "evidence_deletion",
        "INSERT",
        "NEW.state <> 'due'",
        "a deletion is announced first",
    ),
    "evidence_deletion_stays": (
        "evidence_deletion",
        "DELETE",
        "OLD.state <> 'due'",
        "a deletion is never forgotten",
    ),
    "evidence_hold_in_time": (
        "evidence_hold",
        "INSERT",
        _TOO_LATE,
        "what was to be held is deleted",
    ),
    "evidence_hold_stays": (
        "evidence_hold",
        "DELETE",
        "1 = 1",
        "a hold is released, not removed",
    ),
    "evidence_blob_decided": (
        "evidence_blob",
        "UPDATE",
        _UNDECIDED,
        "nobody decided to delete this file",
    ),
    **statement_triggers.GUARDS,
}


def create(apps: Any, schema_editor: Any) -> None:
    """Create the triggers anew; for ``migrations.RunPython``."""
    connection = schema_editor.connection
    drop(apps, schema_editor)
    with connection.cursor() as cursor:
        for name, guard in _GUARDS.items():
            if not _has_column(connection, cursor, name, guard[0]):
                continue
            for statement in _statements(connection, name, guard):
                cursor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name, (table, *_rest) in _GUARDS.items():
            on = f" ON {table}" if is_postgresql else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that the database does not have, or has switched off."""
    asked = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
        "AND tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        there = {name for (name,) in cursor.fetchall()}
    wanted = {name for name, guard in _GUARDS.items() if _is_known(connection, guard)}
    return sorted(wanted - there)


def _has_column(
    connection: BaseDatabaseWrapper, cursor: Any, name: str, table: str
) -> bool:
    """Whether what the guard asks is there yet, on the way through the migrations."""
    column = statement_triggers.LATER_COLUMNS.get(name)
    if column is None:
        return True
    there = connection.introspection.get_table_description(cursor, table)
    return column in {one.name for one in there}


def _is_known(
    connection: BaseDatabaseWrapper, guard: tuple[str, str, str, str]
) -> bool:
    """SQLite knows no TRUNCATE: it asks the triggers of DELETE."""
    return connection.vendor == "postgresql" or guard[1] != "TRUNCATE"


def _statements(
    connection: BaseDatabaseWrapper, name: str, guard: tuple[str, str, str, str]
) -> list[str]:
    table, event, condition, words = guard
    is_postgresql = connection.vendor == "postgresql"
    condition = condition.replace(
        "<=>", "IS NOT DISTINCT FROM" if is_postgresql else "IS"
    )
    if not _is_known(connection, guard):
        return []
    if not is_postgresql:
        return [
            (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        ]
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    answer = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(event, "NEW")
    return [
        # The condition asks other tables, which WHEN of PostgreSQL cannot.
        (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; "
            f"RETURN {answer}; END $$"
        ),
        (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {name}()"
        ),
    ]
