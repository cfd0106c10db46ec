"""The peer of a report: as many rows by bare SQL, behind the same server."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import django

django.setup()

from django.conf import settings  # noqa: E402

from anlan.config.front import Front  # noqa: E402
from anlan.config.server import run  # noqa: E402

WORDS = "x" * 300  # about as long as a row of ours


class Bare:
    """A WSGI application that answers every request with one durable transaction."""

    def __init__(self, path: Path, *, rows: int) -> None:
        self._path = path
        self._rows = rows
        self._local = threading.local()
        self._gate = threading.Lock()
        self._connection().execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"
        )

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        connection = self._connection()
        with self._gate:
            connection.execute("BEGIN IMMEDIATE")
            for number in range(self._rows):
                connection.execute(
                    "INSERT INTO t (a, b) VALUES (?, ?)", (WORDS, number)
                )
            connection.execute("COMMIT")
        start_response("201 Created", [("Content-Length", "2")])
        return [b"{}"]

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            self._local.connection = connection
        return cast(sqlite3.Connection, self._local.connection)


if __name__ == "__main__":
    path, rows = sys.argv[1:]
    run(
        Front(Bare(Path(path), rows=int(rows))),
        host=settings.HOST,
        port=settings.PORT,
    )
