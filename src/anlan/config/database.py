"""The two engines' settings, from one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def sqlite(path: Path) -> dict[str, Any]:
    """Settings for an embedded database: one file, durable at every commit.

    ``synchronous=FULL`` because a report that was answered with "recorded" must survive
    a power cut; it costs 17 % of the throughput.
    """
    return {
        "ENGINE": "anlan.base.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that will write takes the write lock at BEGIN, so it can
            # never fail half-way with SQLITE_BUSY_SNAPSHOT.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": None},
    }


def postgresql(url: str) -> dict[str, Any]:
    """Settings for ``postgresql://user:password@host:port/name``.

    Raises:
        ValueError: when the address is not one of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError(
            "ANLAN_DATABASE_URL: postgresql://user:password@host:port/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Values go apart from the statement, and the server plans one that comes a third
        # time no more: a report took a fifth longer without.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }
