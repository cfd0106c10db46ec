"""What every process looks at before it begins, whoever starts it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from anlan.config.schema import trouble

log = logging.getLogger(__name__)

_OTHERS_MAY = 0o077


def check_start() -> None:
    """See that the folder is private and that the database is of this version.

    Raises:
        CommandError: it is not: alarms must not be taken into tables of another one.
    """
    keep_private(settings.DATA)
    if said := trouble(connection):
        raise CommandError(said)


def keep_private(data: Path) -> None:
    """Take the folder from everybody but its owner, as ``./anlan up`` does.

    Raises:
        CommandError: there is none; a new one in its place would hide a disk that is away.
    """
    try:
        status = data.stat()
    except OSError as error:
        raise CommandError(
            f"{data}: {error.strerror}. Is its disk there? ANLAN_DATA names the folder."
        ) from None
    if status.st_mode & _OTHERS_MAY and status.st_uid == os.getuid():
        data.chmod(status.st_mode & 0o700)
        log.warning("others could read %s; from now on its owner alone", data)
