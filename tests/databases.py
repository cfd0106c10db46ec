"""Databases for tests: migrated and seeded once a session, then rolled back or copied.

Django's own transactional tests empty every table afterwards, which the ledger's
triggers refuse; here such a test gets a copy of its own, which is thrown away.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from anlan.play.company import found_company
from tests.moment import AT

_numbers = itertools.count(1)
_kept: dict[str, Any] = {}  # connections to PostgreSQL, by their database


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """One migrated database; on SQLite a file, so that it can be copied."""
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("databases")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "empty.sqlite3")
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    yield
    with django_db_blocker.unblock():
        teardown_databases(before, verbosity=0)


@pytest.fixture(scope="session")
def company_database(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The name of a database that holds the demo company, made once: 0.3 s."""
    with django_db_blocker.unblock(), _copy(tmp_path_factory.mktemp("company")) as name:
        with connected_to(name):
            found_company(at=AT - timedelta(days=1))
        yield name
        _hang_up(name)


@pytest.fixture
def _in_company_database(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Connect to the company's database, unless a test has begun in the empty one."""
    with django_db_blocker.unblock():
        if connection.in_atomic_block:
            found_company(at=AT - timedelta(days=1))
            yield
            return
        with connected_to(request.getfixturevalue("company_database"), keep=True):
            yield


@pytest.fixture
def company(_in_company_database: None, db: None) -> None:
    """The demo company, in a transaction that is rolled back after the test."""


@pytest.fixture
def committing_db(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[None]:
    """An empty database of its own, in which transactions really commit.

    Other threads and processes may connect to it.
    """
    with django_db_blocker.unblock(), _copy(tmp_path) as name, connected_to(name):
        yield


@pytest.fixture
def committing_company(
    company_database: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[None]:
    """The demo company in a database of its own, in which transactions commit."""
    with (
        django_db_blocker.unblock(),
        connected_to(company_database),
        _copy(tmp_path) as name,
        connected_to(name),
    ):
        yield


@contextmanager
def connected_to(name: str, *, keep: bool = False) -> Iterator[None]:
    """Let this process, and what it forks, use the database ``name``.

    Who comes back to it may have the connection kept: a server process that has read
    nothing yet of our tables reads their description first, in every test anew.
    """
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    _take_up(name)
    try:
        yield
    finally:
        if keep:
            _put_aside(name)
        connections.close_all()
        connection.settings_dict["NAME"] = before


def _put_aside(name: str) -> None:
    """Keep what is open on PostgreSQL, unless a test has left something in it."""
    raw = connection.connection
    if connection.vendor != "postgresql" or raw is None or raw.closed:
        return
    if not raw.autocommit or raw.info.transaction_status:
        return
    connection.connection = None
    _kept[name] = raw


def _take_up(name: str) -> None:
    """Begin with the kept connection as with a new one."""
    raw = _kept.pop(name, None)
    if raw is not None and not raw.closed:
        with mock.patch.object(connection, "get_new_connection", return_value=raw):
            connection.connect()


def _hang_up(name: str) -> None:
    raw = _kept.pop(name, None)
    if raw is not None:
        raw.close()


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The name of a new database without a table; removed afterwards."""
    if connection.vendor == "sqlite":
        yield str(folder / "nothing.sqlite3")
        return
    name = f"{connection.settings_dict['NAME']}_{os.getpid()}_{next(_numbers)}"
    _maintain(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield name
    _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _copy(folder: Path) -> Iterator[str]:
    """A copy of the database that this process is connected to; removed afterwards."""
    copied = _sqlite_copy if connection.vendor == "sqlite" else _postgresql_copy
    with copied(folder) as name:
        yield name


@contextmanager
def _sqlite_copy(folder: Path) -> Iterator[str]:
    target = folder / "anlan.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    with closing(sqlite3.connect(target)) as copy:
        # As the product's files are. Threads that open a copy at once and are all the
        # first to change it do not wait for each other: SQLite says "locked" at once.
        copy.execute("PRAGMA journal_mode=WAL")
    yield str(target)
    for leftover in folder.glob("anlan.sqlite3*"):
        leftover.unlink()


@contextmanager
def _postgresql_copy(folder: Path) -> Iterator[str]:
    original = connection.settings_dict["NAME"]
    target = f"{original}_{os.getpid()}_{next(_numbers)}"
    connections.close_all()  # a template must have no other visitors
    _hang_up(original)
    _maintain(f'CREATE DATABASE "{target}" TEMPLATE "{original}"')
    yield target
    _maintain(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')


def _maintain(statement: str) -> None:
    import psycopg  # noqa: PLC0415 -- only where PostgreSQL is under test

    settings = connection.settings_dict
    with psycopg.connect(
        dbname="postgres",
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"],
        autocommit=True,
    ) as server:
        server.execute(statement)
