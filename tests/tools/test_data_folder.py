from __future__ import annotations

from pathlib import Path

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
    (tmp_path / data_folder.DATABASE).touch()

    progress = data_folder.begin(tmp_path, empty=False)

    assert progress == Progress("site", populated=True)


@pytest.mark.parametrize(("kind", "flag"), [("demo", "1"), ("site", "0")])
def test_settings_of_a_folder_say_whether_it_is_the_demo(
    kind: str, flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLAN_DEMO", "maybe")
    (tmp_path / data_folder.NOTE).write_text(f'{{"kind": "{kind}"}}')

    env = data_folder.settings(tmp_path, data_folder.read(tmp_path))

    assert (env["ANLAN_DATA"], env["ANLAN_DEMO"]) == (str(tmp_path), flag)


def test_settings_of_a_folder_that_up_never_saw_leave_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANLAN_DEMO", raising=False)

    assert "ANLAN_DEMO" not in data_folder.settings(tmp_path, None)
