"""Sessions as the sign-in page leaves them, without its two pages and its slow hash.

The page itself is pressed in ``test_public.py``, and by whoever signs in after another.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import override_settings

from anlan.accounts.models import User
from anlan.accounts.sessions import SessionStore

BUSY_SECONDS = 60.0  # while a worker writes


def open_session(data: Path, username: str) -> str:
    """The key of a session of somebody who gave their password just now."""
    now = datetime.now(UTC)
    ends = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    key = secrets.token_hex(16)
    with closing(_database(data)) as connection, connection:
        pk, password = connection.execute(
            "SELECT id, password FROM accounts_user WHERE username = ?", [username]
        ).fetchone()
        row = (key, _held(data, pk, password), ends.strftime("%Y-%m-%d %H:%M:%S.%f"))
        connection.execute("INSERT INTO django_session VALUES (?, ?, ?)", row)
    return key


def _database(data: Path) -> sqlite3.Connection:
    return sqlite3.connect(data / "anlan.sqlite3", timeout=BUSY_SECONDS)


def _held(data: Path, pk: int, password: str) -> str:
    """What the session holds, signed with the key of that installation."""
    with override_settings(SECRET_KEY=(data / "keys/session.key").read_text().strip()):
        held = {
            SESSION_KEY: str(pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: User(password=password).get_session_auth_hash(),
            "account_authentication_methods": [
                {"method": "password", "at": time.time()}
            ],
            "account_authentication_methods_user": str(pk),
            "_session_expiry": settings.SESSION_COOKIE_AGE,
        }
        return SessionStore().encode(held)
