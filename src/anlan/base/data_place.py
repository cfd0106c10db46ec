"""Which installation a command works on, said before it does anything."""

from __future__ import annotations

from django.conf import settings
from django.db import connection


def data_place() -> str:
    """Folder and database; no name of a user and no password."""
    if connection.vendor == "sqlite":
        return f"Data: {settings.DATA}"
    address = connection.settings_dict
    where = f" at {address['HOST']}" if address["HOST"] else ""
    return f"Data: {settings.DATA}, PostgreSQL {address['NAME']}{where}"
