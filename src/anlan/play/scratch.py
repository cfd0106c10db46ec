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

# What an office may have outside its data folder, and a story must not know: the played
# worker would take the files of its second copy for files that nobody owns.
_NOTHING_OUTSIDE: dict[str, object] = {
    "BACKUP_VAULT": None,
    "BACKUP_STORE": None,
    "BACKUP_KEYS": None,
    "TSA_URL": None,
    "TSA_CERTIFICATES": None,
    "CLAMAV": "",
    "RECORDINGS_ROOTS": [],
    "RECORDER_HOSTS": [],
}


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
    within: dict[str, object] = {
        "KEYS": folder / "keys",
        "DATA": folder,
        "SIGNER": folder / "signer",
        "SIGNER_SOCKET": folder / "signer.sock",
        **_NOTHING_OUTSIDE,
    }
    before = {name: getattr(settings, name) for name in within}
    database = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = folder / "anlan.sqlite3"
    for name, value in within.items():
        setattr(settings, name, value)
    try:
        call_command("migrate", verbosity=0)
        yield folder
    finally:
        connection.close()
        connection.settings_dict["NAME"] = database
        for name, value in before.items():
            setattr(settings, name, value)
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
