"""What an operator may set wrong is told by the name of the variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.config.environment import WrongSettings, environment
from tools.places import ROOT


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "x"),
        ("PORT", "70000"),
        ("DEMO", "maybe"),
        ("TRUSTED_PROXIES", "nginx"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "postgresql://u:secret@host:x/anlan"),
        ("DATABASE_URL", "postgresql://u:sec/secret@host/anlan"),
        ("DATABASE_URL", "mysql://host/secret"),
        ("BACKUP_KEYS", "/nonexistent"),
        ("PUBLIC_URL", "anlan.example"),
        ("PUBLIC_URL", "https://anlan.example/app"),
        ("MQTT_URL", "http://u:secret@broker"),
        ("MQTT_URL", "mqtt://broker:x"),
        ("TSA_URL", "foo"),
        ("CLAMAV", "foo:bar"),
        ("ALLOWED_HOSTS", "https://a.cn"),
        ("ALLOWED_HOSTS", "localhost,a.cn:8000"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ANLAN_{variable}", value)

    with pytest.raises(WrongSettings) as told:
        environment()

    [line] = str(told.value).splitlines()
    assert line.startswith(f"ANLAN_{variable}: ")
    assert "secret" not in line


def test_half_a_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_BACKUP_KEY_ID", "ours")

    with pytest.raises(WrongSettings, match="ANLAN_BACKUP_SECRET: both"):
        environment()


def test_an_empty_variable_is_as_one_that_is_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = environment()
    for name in type(expected).model_fields:
        if name != "data":
            monkeypatch.setenv(f"ANLAN_{name.upper()}", "")

    assert environment() == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALLOWED_HOSTS", "localhost,.a.cn,192.168.8.2,[::1],*"),
        ("PUBLIC_URL", "https://anlan.example:8443/"),
        ("CLAMAV", "127.0.0.1:3310"),
        ("CLAMAV", "/run/clamav/clamd.ctl"),
        ("DATABASE_URL", "postgresql:///anlan"),
        ("LOG_LEVEL", "warning"),
        ("MQTT_URL", "mqtts://u:p%40@broker"),
        ("TSA_URL", "http://127.0.0.1:1/"),
    ],
)
def test_what_is_right_is_taken(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = environment()

    monkeypatch.setenv(f"ANLAN_{variable}", value)

    assert getattr(environment(), variable.lower()) != getattr(usual, variable.lower())


@pytest.mark.slow
def test_a_command_ends_with_the_sentences_and_one(tmp_path: Path) -> None:
    answer = command(
        "check", ANLAN_DATA=str(tmp_path), ANLAN_LOG_LEVEL="x", ANLAN_PORT="x"
    )

    assert (answer.returncode, answer.stdout) == (1, "")
    assert [line.partition(":")[0] for line in answer.stderr.splitlines()] == [
        "ANLAN_PORT",
        "ANLAN_LOG_LEVEL",
    ]


@pytest.mark.slow
def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    answer = command("check", ANLAN_DATA=str(tmp_path / "file"))

    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert answer.stderr.startswith("ANLAN_DATA: ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("witness_request", "there.json"), 1),
        (("verify",), 2),
    ],
)
def test_a_command_without_its_tables_is_a_sentence(
    words: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    (tmp_path / "anlan.sqlite3").touch()

    answer = command(*words, ANLAN_DATA=str(tmp_path))

    assert answer.returncode == code
    assert "Traceback" not in answer.stderr
    assert "database" in answer.stderr.splitlines()[-1]


def command(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANLAN_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
