from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from tools import data_folder
from tools.data_folder import DEMO, SITE, Progress
from tools.places import Refusal


@pytest.mark.parametrize(
    ("empty", "expected"), [(False, DEMO), (True, SITE)], ids=["demo", "empty"]
)
def test_folder_without_the_variable(
    empty: bool,  # noqa: FBT001 -- a parameter of the table
    expected: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANLAN_DATA", raising=False)

    assert data_folder.folder(empty=empty) == expected


def test_folder_of_the_variable_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANLAN_DATA", "office")

    assert data_folder.folder() == tmp_path / "office"


def test_new_folder_becomes_what_was_asked_for(tmp_path: Path) -> None:
    assert data_folder.begin(tmp_path, empty=False) == Progress("demo")
    assert data_folder.begin(tmp_path, empty=True) == Progress("site")


def test_site_stays_a_site_and_is_not_seeded(tmp_path: Path) -> None:
    note = tmp_path / data_folder.NOTE
    note.write_text('{"kind": "site", "migrated": "abc", "populated": true}')

    progress = data_folder.begin(tmp_path, empty=False)

    assert progress == Progress("site", migrated="abc", populated=True)
    assert data_folder.populate(tmp_path, progress) == progress


def test_demo_is_not_turned_into_a_site(tmp_path: Path) -> None:
    (tmp_path / data_folder.NOTE).write_text('{"kind": "demo"}')

    with pytest.raises(Refusal, match="holds the demo"):
        data_folder.begin(tmp_path, empty=True)


def test_database_of_unknown_origin_is_not_seeded(tmp_path: Path) -> None:
    database(tmp_path, people=1)

    progress = data_folder.begin(tmp_path, empty=False)

    assert progress == Progress("site", populated=True)


def test_database_without_tables_becomes_what_was_asked_for(tmp_path: Path) -> None:
    database(tmp_path, people=None)

    assert data_folder.begin(tmp_path, empty=False) == Progress("demo")
    assert data_folder.begin(tmp_path, empty=True) == Progress("site")


def test_database_that_was_migrated_by_hand_does_not_become_the_demo(
    tmp_path: Path,
) -> None:
    database(tmp_path, people=0)

    with pytest.raises(Refusal, match=r"\./anlan up --empty"):
        data_folder.begin(tmp_path, empty=False)

    assert data_folder.begin(tmp_path, empty=True) == Progress("site")


def test_demo_that_was_killed_while_it_was_migrated_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrate_and_die(*arguments: object) -> None:
        database(tmp_path, people=0)
        raise KeyboardInterrupt

    monkeypatch.setattr(data_folder, "run", migrate_and_die)
    progress = data_folder.begin(tmp_path, empty=False)
    with pytest.raises(KeyboardInterrupt):
        data_folder.migrate(tmp_path, progress)

    assert data_folder.begin(tmp_path, empty=False) == Progress("demo")


@pytest.mark.parametrize("name", ["why?", "a#1", "100%25", "办公室"])
def test_database_in_a_folder_of_any_name_is_found(name: str, tmp_path: Path) -> None:
    database(tmp_path / name, people=1)

    progress = data_folder.begin(tmp_path / name, empty=False)

    assert progress == Progress("site", populated=True)


def test_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / data_folder.DATABASE).write_bytes(b"a letter" * 1000)

    with pytest.raises(Refusal, match="is no database"):
        data_folder.begin(tmp_path, empty=False)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "x"}', '{"kind": 1, "a": 2}'])
def test_damaged_note_is_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / data_folder.NOTE).write_text(text)

    with pytest.raises(Refusal, match="is damaged"):
        data_folder.read(tmp_path)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where the demo and the office would be; neither is there."""
    demo, site = tmp_path / "demo", tmp_path / "site"
    monkeypatch.setattr(data_folder, "DEMO", demo)
    monkeypatch.setattr(data_folder, "SITE", site)
    monkeypatch.delenv("ANLAN_DATA", raising=False)
    monkeypatch.delenv("ANLAN_DATABASE_URL", raising=False)
    return demo, site


def test_command_works_on_the_only_installation(places: tuple[Path, Path]) -> None:
    _demo, site = places
    database(site, people=1)

    assert data_folder.chosen("verify") == site


def test_command_does_not_choose_between_two(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in places:
        database(folder, people=1)

    with pytest.raises(Refusal, match=r"ANLAN_DATA=.*site \./anlan verify"):
        data_folder.chosen("verify")

    assert data_folder.chosen("play") == places[0]
    assert data_folder.chosen("verify", ["--help"]) == places[0]
    monkeypatch.setenv("ANLAN_DATA", str(places[1]))
    assert data_folder.chosen("verify") == places[1]


def test_command_makes_no_database_by_looking_for_one(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="There is no database"):
        data_folder.chosen("verify")

    assert data_folder.chosen("migrate") == places[0]
    monkeypatch.setenv("ANLAN_DATABASE_URL", "postgresql:///anlan")
    assert data_folder.chosen("verify") == places[0]


def test_folder_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    old.chmod(0o755)

    data_folder.keep_private(new)
    assert capsys.readouterr().err == ""
    data_folder.keep_private(old)

    assert {stat.S_IMODE(path.stat().st_mode) for path in (new, old)} == {0o700}
    assert "Others could read" in capsys.readouterr().err


def database(folder: Path, *, people: int | None) -> None:
    """A database with so many who can sign in; none: without a table."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / data_folder.DATABASE)) as opened:
        if people is not None:
            opened.execute("CREATE TABLE accounts_user (id INTEGER)")
            opened.executemany("INSERT INTO accounts_user VALUES (?)", [(1,)] * people)
            opened.commit()


@pytest.mark.parametrize(("kind", "flag"), [("demo", "1"), ("site", "0")])
def test_settings_of_a_folder_say_whether_it_is_the_demo(
    kind: str, flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLAN_DEMO", "maybe")
    (tmp_path / data_folder.NOTE).write_text(f'{{"kind": "{kind}"}}')

    env = data_folder.settings(tmp_path, data_folder.read(tmp_path))

    assert (env["ANLAN_DATA"], env["ANLAN_DEMO"]) == (str(tmp_path), flag)


@pytest.mark.parametrize(("kind", "kept"), [("demo", False), ("site", True)])
def test_the_demo_has_no_second_copies_of_an_office(
    kind: Literal["demo", "site"],
    kept: bool,  # noqa: FBT001 -- a parameter of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANLAN_BACKUP_VAULT", "/mnt/evidence")

    env = data_folder.settings(tmp_path, Progress(kind))

    assert ("ANLAN_BACKUP_VAULT" in env) is kept


def test_settings_of_a_folder_that_up_never_saw_leave_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANLAN_DEMO", raising=False)

    assert "ANLAN_DEMO" not in data_folder.settings(tmp_path, None)
