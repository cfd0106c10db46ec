"""A database to play into, and what stands on a desk in the middle of an assault."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from anlan.play.player import Outcome, play
from anlan.play.scenario import read_scenario


class NotEmbedded(RuntimeError):
    """Playing replaces the database file; a server's database is never touched."""


@contextmanager
def scratch(data: Path | None = None) -> Iterator[Path]:
    """Play into the folder ``data``; without one, into a folder that is then removed.

    Raises:
        NotEmbedded: the settings name a database server.
    """
    if connection.vendor != "sqlite":
        raise NotEmbedded("play uses an embedded database; unset ANLAN_DATABASE_URL")
    folder = data or Path(tempfile.mkdtemp(prefix="anlan-play-"))
    folder.mkdir(parents=True, exist_ok=True)
    before = connection.settings_dict["NAME"], settings.KEYS
    connection.close()
    connection.settings_dict["NAME"] = folder / "anlan.sqlite3"
    settings.KEYS = folder / "keys"
    try:
        call_command("migrate", verbosity=0)
        yield folder
    finally:
        connection.close()
        connection.settings_dict["NAME"], settings.KEYS = before
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def play_until_now(
    path: Path, *, at: datetime, last: timedelta | None = None
) -> Outcome:
    """Play a scenario so that it ends now, or stands ``last`` into it.

    What the story expects of its end is judged only when it is played to the end.
    """
    scenario = read_scenario(path)
    length = scenario.steps[-1].at if last is None else last
    changes: dict[str, object] = {"start": at - length}
    if last is not None:
        changes["steps"] = [step for step in scenario.steps if step.at <= last]
        changes["expect"] = ["ledger_sound == true"]
    return play(scenario.model_copy(update=changes), say=lambda line: None)
