"""A process does not begin on tables of another version."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from anlan.config.schema import trouble
from anlan.config.starting import check_start
from tests.databases import connected_to, empty_database


@pytest.mark.both
@pytest.mark.usefixtures("committing_db")
class TestTrouble:
    def test_none(self) -> None:
        assert trouble(connection) == ""

    def test_behind(self) -> None:
        execute("DELETE FROM django_migrations WHERE app = 'ledger'")

        assert trouble(connection).startswith(
            "The database is behind this version (led"
        )

    def test_ahead(self) -> None:
        execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('complaints', '0001_initial', '2027-01-01')"
        )

        assert "of a newer Anlan (complaints.0001_initial)" in trouble(connection)
        with pytest.raises(CommandError, match="newer"):
            call_command("migrate", verbosity=0)


def test_a_process_makes_no_database(tmp_path: Path, django_db_blocker: Any) -> None:
    with (
        django_db_blocker.unblock(),
        empty_database(tmp_path) as name,
        connected_to(name),
        pytest.raises(CommandError, match="There is no database"),
    ):
        check_start()

    assert not Path(name).exists()


@pytest.mark.usefixtures("committing_db")
def test_a_process_takes_its_folder_from_the_others(
    settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path / "office"
    settings.DATA.mkdir()
    settings.DATA.chmod(0o755)

    check_start()

    assert stat.S_IMODE(settings.DATA.stat().st_mode) == 0o700


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
