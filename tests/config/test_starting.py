"""A process does not begin on tables of another version."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from anlan.config import schema
from anlan.config.command_line import main
from anlan.config.environment import WrongSettings
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


def test_a_folder_that_is_away_is_a_sentence(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "away"

    with pytest.raises(CommandError, match=r"away: No such file .* ANLAN_DATA"):
        check_start()

    assert not settings.DATA.exists()


def test_a_failed_migration_keeps_its_cause(behind: Any) -> None:
    with pytest.raises(OperationalError, match="no such table: x"):
        main(["manage.py", "migrate"])


@pytest.mark.parametrize(("command", "code"), [("shell", 1), ("verify", 2)])
def test_what_the_database_refused_is_named(
    command: str, code: int, behind: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["manage.py", command])

    assert ended.value.code == code
    assert capsys.readouterr().err == (
        "OperationalError: no such table: x\nThe database is behind.\n"
    )


@pytest.mark.parametrize(("command", "code"), [("migrate", 1), ("verify", 2)])
def test_wrong_settings_are_nothing_that_verify_found(
    command: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail(monkeypatch, WrongSettings("ANLAN_PORT: a number"))

    with pytest.raises(SystemExit) as ended:
        main(["manage.py", command])

    assert ended.value.code == code
    assert capsys.readouterr().err == "ANLAN_PORT: a number\n"


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command fails on a database that is behind."""
    fail(monkeypatch, OperationalError("no such table: x\nLINE 1: secret"))
    monkeypatch.setattr(schema, "trouble", lambda connection: "The database is behind.")


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def execute(arguments: list[str]) -> None:
        raise error

    monkeypatch.setattr(management, "execute_from_command_line", execute)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
