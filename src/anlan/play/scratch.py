"""A database to play into."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection


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
    before = connection.settings_dict["NAME"], settings.KEYS, settings.DATA
    connection.close()
    connection.settings_dict["NAME"] = folder / "anlan.sqlite3"
    settings.KEYS = folder / "keys"
    settings.DATA = folder
    try:
        call_command("migrate", verbosity=0)
        yield folder
    finally:
        connection.close()
        connection.settings_dict["NAME"], settings.KEYS, settings.DATA = before
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
