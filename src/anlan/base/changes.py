"""Whether anything was committed since one last looked: what a poll asks first.

A statement of a few letters, where asking for due rows compiles a query each time.
"""

from __future__ import annotations

from django.db import connection


def mark() -> object:
    """Equal to an earlier mark of this thread only if nobody else committed in between.

    SQLite counts the commits of others for each of its connections; a new connection
    counts from elsewhere. PostgreSQL names the transactions whose rows are seen, our own
    among them.
    """
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA data_version" if on_sqlite else "SELECT pg_current_snapshot()::text"
        )
        (version,) = cursor.fetchone()
    # The connection itself and not its id, which the next one may be given.
    return (connection.connection, version) if on_sqlite else version
