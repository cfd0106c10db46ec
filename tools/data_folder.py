"""The data folder: which one, what it is, and how far its database has come."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
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

# Commands of Django's and ours that touch no installation's data, wherever it lies.
WITHOUT_DATA = frozenset(
    {
        "bench",
        "build_icons",
        "catalogue",
        "check",
        "collectstatic",
        "help",
        "makemigrations",
        "play",
        "render_settings",
        "render_sources",
        "render_states",
        "screens",
        "version",
    }
)
# Those that come before the database, or have nothing to do with it.
BEFORE_DATABASE = WITHOUT_DATA | {"migrate", "probe_store", "signer", "signer_key"}
_OTHERS_MAY = 0o077


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


def chosen(command: str, arguments: Sequence[str] = ()) -> Path:
    """The folder that a command works on: ``ANLAN_DATA``, else the only one there is.

    Raises:
        Refusal: there are two, or the command needs a database and there is none.
    """
    if command in WITHOUT_DATA or {"-h", "--help"} & {command, *arguments}:
        return folder()
    standing = [] if os.environ.get("ANLAN_DATA") else _standing()
    if len(standing) > 1:
        raise Refusal(
            f"There are two installations, {' and '.join(map(shown, standing))}. Say "
            f"which is meant: ANLAN_DATA={shown(standing[-1])} ./anlan {command} …"
        )
    data = standing[0] if standing else folder()
    is_embedded = not os.environ.get("ANLAN_DATABASE_URL")
    if (
        is_embedded
        and command not in BEFORE_DATABASE
        and not (data / DATABASE).exists()
    ):
        raise Refusal(
            f"There is no database in {shown(data)}. ./anlan up makes one with the "
            f"demo, ./anlan up --empty one for an office, in {shown(SITE)}; "
            "ANLAN_DATA names another folder."
        )
    return data


def keep_private(data: Path) -> None:
    """Make the folder; nobody but its owner reads what is in it.

    Databases and sockets below have the rights that their makers give them.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = data.stat()
    if status.st_mode & _OTHERS_MAY and status.st_uid == os.getuid():
        data.chmod(status.st_mode & 0o700)
        say(f"Others could read {shown(data)}; from now on its owner alone (0700).")


def _standing() -> list[Path]:
    return [
        data
        for data in (DEMO, SITE)
        if (data / NOTE).exists() or (data / DATABASE).exists()
    ]


def shown(path: Path) -> str:
    """The path as a person standing here would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def settings(data: Path, progress: Progress | None) -> dict[str, str]:
    """The environment of whatever works on the folder.

    The demo is the demo whoever opens it: outside messages are recorded, never sent, and
    the second copies of an office are not its own, to be swept as files nobody owns.
    """
    env = environment(ANLAN_DATA=str(data))
    if progress and progress.kind == "demo":
        for name in ("ANLAN_BACKUP_VAULT", "ANLAN_BACKUP_STORE"):
            env.pop(name, None)
    if progress:
        env["ANLAN_DEMO"] = "1" if progress.kind == "demo" else "0"
    return env


def read(data: Path) -> Progress | None:
    """What the folder says of itself; nothing if ``up`` has never been there.

    Raises:
        Refusal: what it says cannot be read.
    """
    note = data / NOTE
    if not note.exists():
        return None
    try:
        progress = Progress(**json.loads(note.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        progress = None
    if progress is None or progress.kind not in {"demo", "site"}:
        raise Refusal(
            f"{shown(note)} is damaged. Write into it what the folder holds, "
            '{"kind": "site", "populated": true} or {"kind": "demo", "populated": true}.'
        )
    return progress


def begin(data: Path, *, empty: bool) -> Progress:
    """What the folder is; one without a note becomes what was asked for.

    A folder keeps its kind: the demo is never poured over real cases, nor the reverse.

    Raises:
        Refusal: ``--empty`` on the folder of the demo, or without it on a database that
            somebody migrated: whoever does that means an office.
    """
    progress = read(data)
    if progress and progress.kind == "demo" and empty:
        raise Refusal(
            f"{shown(data)} holds the demo; name another folder in ANLAN_DATA."
        )
    if progress:
        return progress
    people = _people_of(data / DATABASE)
    if people:  # made by other means, so not ours to fill
        return Progress("site", populated=True)
    if people is not None and not empty:
        raise Refusal(
            f"{shown(data / DATABASE)} was migrated, and nobody is in it yet. ./anlan up "
            "--empty makes an office of it; for the demo name another folder in "
            "ANLAN_DATA."
        )
    return Progress("site" if empty else "demo")


def migrate(data: Path, progress: Progress) -> Progress:
    """Bring the database up to date; nothing is started when it is known to be."""
    migrations = SOURCE.glob("**/migrations/*.py")
    value = digest([*migrations, REQUIREMENTS / "base.txt"])
    embedded = not os.environ.get("ANLAN_DATABASE_URL") and (data / DATABASE).exists()
    if embedded and progress.migrated == value:
        return progress
    say("Preparing the database.")
    _keep(data, progress)  # killed from here on, the folder is still what it was to be
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


def _people_of(database: Path) -> bool | None:
    """Whether somebody can sign in; nothing where no tables are.

    A file alone is made by whoever opens it.
    """
    if not database.exists():
        return None
    try:
        with closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as opened:
            return bool(
                opened.execute("SELECT 1 FROM accounts_user LIMIT 1").fetchall()
            )
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise Refusal(f"{shown(database)} cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise Refusal(f"{shown(database)} is no database: {error}") from error


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
