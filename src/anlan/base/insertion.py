"""Inserting rows on paths that every alarm takes, with SQL that is made once a model.

``Model.objects.create`` compiles its statement anew each time and reads the key back,
which costs about as much as the insert itself. The values are prepared by the fields as
Django does it; defaults have been set by the model's constructor. The connection is looked
up once a call: Django's proxy does it at each attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model


def insert(rows: Sequence[Model]) -> None:
    """Write rows of one model; their keys are given by the database and not read back."""
    if not rows:
        return
    engine, fields = connections[DEFAULT_DB_ALIAS], _fields(type(rows[0]))
    values = [_values(row, fields, engine) for row in rows]
    with engine.cursor() as cursor:
        cursor.executemany(_statement(type(rows[0])), values)


def insert_one(row: Model) -> None:
    """Write a row and give it its key, as ``save`` does with a new one."""
    engine = connections[DEFAULT_DB_ALIAS]
    key = engine.ops.quote_name(str(row._meta.pk.column))
    with engine.cursor() as cursor:
        cursor.execute(
            f"{_statement(type(row))} RETURNING {key}",
            _values(row, _fields(type(row)), engine),
        )
        (row.pk,) = cursor.fetchone()
    row._state.adding = False  # noqa: SLF001 -- documented: "Model instance state"
    row._state.db = engine.alias  # noqa: SLF001


def insert_if_new(row: Model) -> bool:
    """Write a row unless it breaks a unique constraint; whether it was written.

    Where another transaction is about to write the same, it is waited for.
    """
    engine = connections[DEFAULT_DB_ALIAS]
    statement = f"{_statement(type(row))} ON CONFLICT DO NOTHING"
    with engine.cursor() as cursor:
        cursor.execute(statement, _values(row, _fields(type(row)), engine))
        return bool(cursor.rowcount == 1)


@lru_cache
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(f for f in model._meta.concrete_fields if not f.primary_key)


@lru_cache
def _statement(model: type[Model]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = [quote(str(field.column)) for field in _fields(model)]
    table, marks = quote(model._meta.db_table), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 -- names of columns


def _values(
    row: Model, fields: Sequence[Field[Any, Any]], engine: BaseDatabaseWrapper
) -> list[Any]:
    return [
        field.get_db_prep_save(field.pre_save(row, add=True), engine)
        for field in fields
    ]
