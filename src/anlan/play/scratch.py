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

_SETTINGS = ("KEYS", "DATA", "SIGNER", "SIGNER_SOCKET")


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
    before = [getattr(settings, name) for name in _SETTINGS]
    database = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = folder / "anlan.sqlite3"
    settings.KEYS = folder / "keys"
    settings.DATA = folder
    settings.SIGNER = folder / "signer"
    settings.SIGNER_SOCKET = folder / "signer.sock"
    try:
        call_command("migrate", verbosity=0)
        yield folder
    finally:
        connection.close()
        connection.settings_dict["NAME"] = database
        for name, value in zip(_SETTINGS, before, strict=True):
            setattr(settings, name, value)
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
