from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import data_folder, verbs
from tools.places import ROOT, Refusal, environment, management_commands


def listed(page: str) -> list[str]:
    """The first word of each line of the table."""
    return [line.split()[0] for line in page.splitlines() if line.startswith("  ")]


def test_help_lists_exactly_the_verbs_that_work() -> None:
    assert listed(verbs.help_page()) == list(verbs.verbs())


def test_every_verb_has_its_command() -> None:
    assert list(verbs.verbs()) == [verb.name for verb in verbs.VERBS]


def test_help_fits_a_terminal() -> None:
    assert [line for line in verbs.help_page().splitlines() if len(line) > 80] == []


def test_verbs_without_their_command_are_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verbs, "management_commands", lambda: {"verify"})

    assert "verify" in verbs.verbs()
    assert "play" not in verbs.verbs()
    assert {"up", "test", "check", "help"} <= set(verbs.verbs())


def test_management_commands_are_found_by_their_files() -> None:
    assert "build_icons" in management_commands()
    assert "__init__" not in management_commands()


def test_main_names_an_unknown_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert verbs.main(["dance"]) == 2

    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith("anlan: there is no verb “dance”.")


def test_main_says_a_refusal_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(arguments: list[str]) -> int:
        raise Refusal("The port is taken.")

    verb = verbs.Verb("up", "", "", refuse)
    monkeypatch.setattr(verbs, "VERBS", (verb,))

    assert verbs.main(["up"]) == 1
    assert capsys.readouterr().err == "anlan: The port is taken.\n"


def test_main_says_what_the_system_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(arguments: list[str]) -> int:
        raise PermissionError(13, "Permission denied", "/srv/office")

    monkeypatch.setattr(verbs, "VERBS", (verbs.Verb("up", "", "", refuse),))

    assert verbs.main(["up"]) == 1
    assert capsys.readouterr().err == "anlan: /srv/office: Permission denied\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify"], 2),
        (["manage", "verify"], 2),
        (["manage", "migrate"], 1),
        (["manage"], 1),
        (["play", "verify"], 1),
    ],
)
@pytest.mark.parametrize("error", [Refusal("There is no database."), OSError(5, "I/O")])
def test_main_ends_otherwise_where_verify_could_not_look(
    arguments: list[str],
    code: int,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(arguments: list[str]) -> int:
        raise error

    verb = verbs.Verb(arguments[0], "", "", refuse)
    monkeypatch.setattr(verbs, "VERBS", (verb,))

    assert verbs.main(arguments) == code


def test_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_HOST", "")
    monkeypatch.setenv("ANLAN_PORT", "8123")

    env = environment(ANLAN_VAULT="")

    assert "ANLAN_HOST" not in env
    assert (env["ANLAN_PORT"], env["ANLAN_VAULT"]) == ("8123", "")


def test_every_command_without_data_is_one() -> None:
    known = management_commands() | {
        "check",
        "collectstatic",
        "help",
        "makemigrations",
        "version",
    }
    assert known >= data_folder.BEFORE_DATABASE


@pytest.mark.slow
def test_script_prints_the_help_page_from_any_folder(tmp_path: Path) -> None:
    answer = subprocess.run(
        [ROOT / "anlan"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert answer.stdout == verbs.help_page() + "\n"
