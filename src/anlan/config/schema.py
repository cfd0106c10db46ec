"""The tables of an empty database, made at once from the models as they are now."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from anlan.evidence import guards
from anlan.ledger import triggers

# What migrations make besides tables; a test compares the two ways, object by object.
_TRIGGERS = (triggers.create, guards.create)


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


def _models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]
