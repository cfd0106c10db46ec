"""Where things lie, how programs of the environment are called, and how we speak."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "anlan"
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
REQUIREMENTS = ROOT / "requirements"


class Refusal(Exception):
    """Something expected went wrong; its text tells the person what to do."""


def say(sentence: str) -> None:
    """Tell the person at the terminal; standard output is left to the command."""
    print(sentence, file=sys.stderr, flush=True)


def program(name: str) -> str:
    """The path of a program installed in the environment."""
    return str(VENV / "bin" / name)


def manage(*arguments: str) -> list[str]:
    """The command line of one of Django's commands."""
    return [program("python"), str(ROOT / "manage.py"), *arguments]


def management_commands() -> set[str]:
    """The names of our own management commands, found without starting Django."""
    found = SOURCE.glob("**/management/commands/[a-z]*.py")
    return {path.stem for path in found}


def environment(**changes: str) -> dict[str, str]:
    """The caller's environment, with the programs of ours found first.

    Compiled modules are kept, whatever the caller says: without them each of our many
    processes compiles the product anew, which takes longer than its start. An empty
    setting is as one that is not set, so it is none that would take the place of ours.
    """
    inside = {
        "VIRTUAL_ENV": str(VENV),
        "PATH": os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", "")]),
        "PYTHONUTF8": "1",
    }
    around = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
        and (value or not name.startswith("ANLAN_"))
    }
    return {**around, **inside, **changes}


def clean_environment(**changes: str) -> dict[str, str]:
    """As ``environment``, without the caller's settings: nothing of theirs is touched."""
    inherited = environment(**changes)
    return {
        name: value
        for name, value in inherited.items()
        if not name.startswith("ANLAN_") or name in changes
    }


def run(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run a step that must succeed; what it prints goes to the terminal.

    Raises:
        Refusal: when it does not.
    """
    answer = subprocess.run(command, env=dict(env), cwd=ROOT, check=False)
    if answer.returncode:
        words = " ".join(Path(word).name for word in command[:3])
        raise Refusal(f"`{words} …` ended with code {answer.returncode}; see above.")
