"""Which Python ``./anlan`` picks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.places import ROOT

# Prints who was started and with what, one word a line.
LAUNCHER = "import os, sys; print(os.environ.get('CHOSEN'), *sys.argv[1:], sep='\\n')"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script, a launcher that tells, and a PATH of its own."""
    folder = tmp_path / "a checkout"
    (folder / "tools").mkdir(parents=True)
    (folder / "bin").mkdir()
    shutil.copy(ROOT / "anlan", folder)
    (folder / "tools" / "launch.py").write_text(LAUNCHER)
    (folder / "bin" / "dirname").symlink_to("/usr/bin/dirname")
    return folder


def install_python(folder: Path, name: str, *, works: bool = True) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    script = f'CHOSEN={name} exec "{sys.executable}" "$@"' if works else "exit 1"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def call(
    checkout: Path, *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "anlan", *arguments],
        env={"PATH": str(checkout / "bin"), **env},
        cwd=checkout.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_script_takes_the_newest_that_works(checkout: Path) -> None:
    install_python(checkout / "bin", "python3.13", works=False)
    install_python(checkout / "bin", "python3.12")
    install_python(checkout / "bin", "python3")

    answer = call(checkout, "play", "two words.yaml")

    assert answer.stdout.splitlines() == ["python3.12", "play", "two words.yaml"]


def test_script_prefers_the_environment_that_it_made(checkout: Path) -> None:
    install_python(checkout / "bin", "python3.13")
    install_python(checkout / ".venv" / "bin", "python")

    answer = call(checkout)

    assert answer.stdout.splitlines() == ["python"]


def test_script_goes_past_an_environment_whose_python_is_gone(checkout: Path) -> None:
    install_python(checkout / "bin", "python3")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(checkout / "gone")

    answer = call(checkout)

    assert answer.stdout.splitlines() == ["python3"]


def test_script_obeys_the_variable(checkout: Path) -> None:
    install_python(checkout / ".venv" / "bin", "python")
    named = install_python(checkout / "elsewhere", "mine")

    answer = call(checkout, PYTHON=str(named))

    assert answer.stdout.splitlines() == ["mine"]


def test_script_refuses_a_variable_that_names_no_python(checkout: Path) -> None:
    install_python(checkout / "bin", "python3")

    answer = call(checkout, PYTHON="/nowhere/python")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        "anlan: PYTHON=/nowhere/python is not a Python 3.11 or newer with sqlite3, "
        "ssl and venv.\n"
    )


def test_script_says_what_to_do_without_a_python(checkout: Path) -> None:
    install_python(checkout / "bin", "python3", works=False)

    answer = call(checkout)

    assert answer.returncode == 1
    assert answer.stderr.startswith("anlan: no Python 3.11 or newer found.")


@pytest.mark.skipif(not shutil.which("dash"), reason="there is no dash here")
def test_script_is_plain_posix() -> None:
    dash = shutil.which("dash")

    answer = subprocess.run(
        [str(dash), "-n", ROOT / "anlan"], env=os.environ, check=False
    )

    assert answer.returncode == 0
