"""What every test may use: the scene, the clock, and databases that really commit."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Before Django reads its settings: tests never touch the data of a developer.
_SCRATCH = tempfile.mkdtemp(prefix="anlan-test-")
os.environ.setdefault("ANLAN_DATA", _SCRATCH)

import pytest  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

pytest_plugins = ["tests.scene"]

AT = datetime(2026, 11, 23, 6, 2, 31, tzinfo=UTC)  # Monday 14:02:31 in Shanghai


def pytest_unconfigure() -> None:
    shutil.rmtree(_SCRATCH, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL only the tests marked ``both`` run; the others ran on SQLite."""
    if os.environ.get("ANLAN_DATABASE_URL"):
        items[:] = [item for item in items if item.get_closest_marker("both")]


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; tests sign in a thousand times."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]
    ):
        yield


@pytest.fixture
def at() -> datetime:
    """The moment at which a test plays: no test reads the clock."""
    return AT


@pytest.fixture
def later() -> datetime:
    return AT + timedelta(minutes=1)


@pytest.fixture
def committing_db(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path: Path
) -> Iterator[None]:
    """A database of its own in which transactions really commit.

    Django's transactional tests empty every table afterwards, which the ledger's
    triggers refuse. So the migrated test database is copied, used, and thrown away;
    other threads and processes may connect to it.
    """
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        copy = _copy_sqlite if connection.vendor == "sqlite" else _copy_postgresql
        before = connection.settings_dict["NAME"]
        name = copy(before, tmp_path)
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            if connection.vendor == "postgresql":
                _drop_postgresql(name, before)
            connection.settings_dict["NAME"] = before


def _copy_sqlite(name: str, folder: Path) -> str:
    target = str(folder / "anlan.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [target])
    return target


def _copy_postgresql(name: str, folder: Path) -> str:
    target = f"{name}_copy_{os.getpid()}"
    _maintain(
        name,
        f'DROP DATABASE IF EXISTS "{target}"',
        f'CREATE DATABASE "{target}" TEMPLATE "{name}"',
    )
    return target


def _drop_postgresql(name: str, before: str) -> None:
    _maintain(before, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _maintain(template: str, *statements: str) -> None:
    import psycopg  # noqa: PLC0415 -- only where PostgreSQL is under test

    connection.close()
    settings = connection.settings_dict
    with psycopg.connect(
        dbname="postgres",
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"],
        autocommit=True,
    ) as admin:
        for statement in statements:
            admin.execute(statement)
