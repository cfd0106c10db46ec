"""An empty database is made at once, and is what all the migrations would have made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker

from anlan.config import schema
from anlan.config.schema import is_empty
from tests.databases import connected_to, empty_database

pytestmark = pytest.mark.both

# Everything that a database knows of what it is made of, however it was made.
_SQLITE = ("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",)
# How wide a key is that nobody names: a table between two of Django's own has the width of
# the time when it was made.
_COLUMNS = (
    "SELECT table_name, column_name, CASE column_name WHEN 'id' THEN '' ELSE data_type "
    "END, is_nullable, column_default, is_identity, character_maximum_length "
    "FROM information_schema.columns WHERE table_schema = 'public'"
)
_CONSTRAINTS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
)
_POSTGRESQL = (
    _COLUMNS,
    _CONSTRAINTS,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def made_of() -> list[tuple[object, ...]]:
    queries = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    found: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            found += [tuple(_in_order(value) for value in row) for row in cursor]
    return sorted(found, key=repr)


# PostgreSQL names what a column's own `unique` makes by how it came to be.
_UNIQUE = re.compile(r"\b\w+_(?:key|[0-9a-f]{8}_uniq)\b")


def _in_order(value: object) -> object:
    """A table's columns were added one after the other: their order says nothing."""
    if not isinstance(value, str):
        return value
    if not value.startswith("CREATE TABLE"):
        return _UNIQUE.sub("unique", value)
    head, _, body = value.partition("(")
    parts = re.split(r', (?="|CONSTRAINT)', body.removesuffix(")"))
    return head, tuple(sorted(part.strip() for part in parts))


def rows() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            name = connection.ops.quote_name(table)
            cursor.execute("SELECT count(*) FROM " + name)  # noqa: S608 -- a table's
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture
def in_empty(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[None]:
    """Connected to a database in which nothing is."""
    with (
        django_db_blocker.unblock(),
        empty_database(tmp_path) as name,
        connected_to(name),
    ):
        yield


@pytest.mark.deep
def test_at_once_is_the_same_as_one_after_the_other(
    in_empty: None, tmp_path: Path
) -> None:
    call_command("migrate", verbosity=0)
    at_once, count = made_of(), rows()
    applied = set(MigrationRecorder(connection).applied_migrations())

    (tmp_path / "other").mkdir()
    with empty_database(tmp_path / "other") as name, connected_to(name):
        call_command("migrate", verbosity=0, replay=True)
        assert made_of() == at_once
        assert rows() == count
        assert set(MigrationRecorder(connection).applied_migrations()) == applied
    assert len(at_once) > 500


def test_killed_in_the_middle_leaves_it_empty(
    in_empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(schema, "_TRIGGERS", (die,))
    with pytest.raises(MemoryError):
        call_command("migrate", verbosity=0)
    connection.close()
    assert is_empty(connection)


def test_one_that_is_not_empty_is_not_made_again(
    in_empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_s (id integer)")
    made: list[object] = []
    monkeypatch.setattr(
        "anlan.config.management.commands.migrate.make_tables", made.append
    )
    call_command("migrate", "contenttypes", "0001", verbosity=0)
    assert not made
    assert "django_content_type" in connection.introspection.table_names()
    assert "accounts_user" not in connection.introspection.table_names()


def test_whoever_only_asks_gets_an_answer(in_empty: None) -> None:
    with pytest.raises(SystemExit):
        call_command("migrate", verbosity=0, check_unapplied=True)
    assert is_empty(connection)
