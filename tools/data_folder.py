"""The data folder: which one, what it is, and how far its database has come."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from tools.places import (
    REQUIREMENTS,
    ROOT,
    SOURCE,
    Refusal,
    environment,
    manage,
    run,
    say,
)
from tools.stamps import digest, write_whole

DEMO = ROOT / "var" / "demo"
SITE = ROOT / "var" / "site"
NOTE = "launcher.json"
DATABASE = "anlan.sqlite3"
PEOPLE = "people.txt"


@dataclass(frozen=True)
class Progress:
    """What a folder is and what has been done in it; kept there as ``launcher.json``."""

    kind: Literal["demo", "site"]
    migrated: str = ""  # digest of the migrations that its database has seen
    populated: bool = False  # the demo is seeded, or the first administrator is there


def folder(*, empty: bool = False) -> Path:
    """``ANLAN_DATA``, else one folder for each kind."""
    told = os.environ.get("ANLAN_DATA")
    return Path(told).resolve() if told else SITE if empty else DEMO


def shown(path: Path) -> str:
    """The path as a person standing here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def settings(data: Path, progress: Progress | None) -> dict[str, str]:
    """The environment of whatever works on the folder.

    The demo is the demo whoever opens it: outside messages are recorded, never sent.
    """
    env = environment(ANLAN_DATA=str(data))
    if progress:
        env["ANLAN_DEMO"] = "1" if progress.kind == "demo" else "0"
    return env


def read(data: Path) -> Progress | None:
    """What the folder says of itself; nothing if ``up`` has never been there."""
    note = data / NOTE
    if not note.exists():
        return None
    return Progress(**json.loads(note.read_text(encoding="utf-8")))


def begin(data: Path, *, empty: bool) -> Progress:
    """What the folder is; one without a note becomes what was asked for.

    A folder keeps its kind: the demo is never poured over real cases, nor the reverse.

    Raises:
        Refusal: ``--empty`` on the folder of the demo.
    """
    progress = read(data)
    if progress and progress.kind == "demo" and empty:
        raise Refusal(
            f"{shown(data)} holds the demo; name another folder in ANLAN_DATA."
        )
    if progress:
        return progress
    if (data / DATABASE).exists():  # made by other means, so not ours to fill
        return Progress("site", populated=True)
    return Progress("site" if empty else "demo")


def migrate(data: Path, progress: Progress) -> Progress:
    """Bring the database up to date; nothing is started when it is known to be."""
    migrations = SOURCE.glob("**/migrations/*.py")
    value = digest([*migrations, REQUIREMENTS / "base.txt"])
    embedded = not os.environ.get("ANLAN_DATABASE_URL") and (data / DATABASE).exists()
    if embedded and progress.migrated == value:
        return progress
    say("Preparing the database.")
    run(manage("migrate", "--verbosity", "0"), settings(data, progress))
    return _keep(data, replace(progress, migrated=value))


def populate(data: Path, progress: Progress) -> Progress:
    """Seed the demo, or ask for the first administrator: once for each folder.

    Raises:
        Refusal: it could not be done; it is tried again at the next start.
    """
    if progress.populated:
        return progress
    if progress.kind == "demo":
        _seed(data, progress)
    else:
        command = manage("create_administrator")
        env = settings(data, progress)
        if subprocess.run(command, env=env, check=False).returncode:
            raise Refusal("Anlan starts when it has an administrator who can sign in.")
    return _keep(data, replace(progress, populated=True))


def people(data: Path) -> str:
    """Who lives in the demo and how to sign in as each; empty for a real office."""
    path = data / PEOPLE
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _seed(data: Path, progress: Progress) -> None:
    say("Making the demo company.")
    answer = subprocess.run(
        manage("seed_demo", "--footage"),
        env=settings(data, progress),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if answer.returncode:
        raise Refusal("The demo could not be made; the reason stands above.")
    write_whole(data / PEOPLE, answer.stdout)


def _keep(data: Path, progress: Progress) -> Progress:
    write_whole(data / NOTE, json.dumps(asdict(progress), indent=1) + "\n")
    return progress
