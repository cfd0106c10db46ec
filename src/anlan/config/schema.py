"""The tables of an empty database, made at once, and whether those of another are ours."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import OperationalError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from anlan.evidence import deletion_triggers
from anlan.ledger import triggers

# What migrations make besides tables; a test compares the two ways, object by object.
_TRIGGERS = (triggers.create, deletion_triggers.create)


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether nothing was ever made in this database."""
    return not connection.introspection.table_names()


def make_tables(connection: BaseDatabaseWrapper) -> None:
    """Make all tables and triggers, and write down that every migration was applied.

    One transaction: killed in the middle, the database is as empty as before.
    """
    executor = MigrationExecutor(connection)
    with connection.schema_editor(atomic=True) as editor:
        for model in _models():
            editor.create_model(model)
        for create in _TRIGGERS:
            create(apps, editor)
        executor.recorder.ensure_schema()
        for app, name in executor.loader.graph.nodes:
            executor.recorder.record_applied(app, name)
        executor.loader.build_graph()
        executor.check_replacements()


def trouble(connection: BaseDatabaseWrapper) -> str:
    """Why this version must not work on the database; empty if it may.

    Names of files against rows, without reading one migration: 10 ms. None of ours, nor
    of what we stand on, is squashed. A database that does not answer is no news of its
    tables; whoever asks it next is told so.
    """
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(name).exists():
        return f"There is no database {name}: ./anlan up, or ./anlan manage migrate."
    try:
        if said := of_newer(connection):
            return said
        applied = _applied(connection)
    except OperationalError as error:
        return f"The database does not answer: {str(error).strip()}"
    finally:
        connection.close()  # those who fork must not take it along
    if missing := of_this_version() - applied:
        return (
            f"The database is behind this version ({_named(missing)}). Stop Anlan, copy "
            "ANLAN_DATA, then ./anlan up or ./anlan manage migrate."
        )
    return ""


def of_newer(connection: BaseDatabaseWrapper) -> str:
    """That the database has seen what this version does not know; empty if not."""
    unknown = _applied(connection) - of_this_version()
    if not unknown:
        return ""
    return (
        f"The database is of a newer Anlan ({_named(unknown)}): check that version out. "
        "There is no way back but the copy from before."
    )


def _applied(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def of_this_version() -> set[tuple[str, str]]:
    """Every migration of this version, by the names of the files."""
    return {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        for path in Path(config.path, "migrations").glob("[!_]*.py")
    }


def _named(migrations: set[tuple[str, str]]) -> str:
    first = ".".join(min(migrations))
    return first if len(migrations) == 1 else f"{first} and {len(migrations) - 1} more"


def _models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]
