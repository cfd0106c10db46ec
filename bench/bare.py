"""The peer of a report: as many rows by bare SQL, behind the same server."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.conf import settings
from django.db import connection

from anlan.base.sqlite.base import WriteGate
from anlan.config.front import Front
from anlan.config.management.commands.web import serve
from anlan.config.server import run

ROWS = "ANLAN_BENCH_ROWS"  # how many a request writes
WORKERS = 2
WORDS = "x" * 300  # about as long as a row of ours


class Bare:
    """A WSGI application that answers every request with one durable transaction.

    The database is the product's, with its settings and, on SQLite, its queue of
    writers; Django only opens the connection.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._local = threading.local()
        self._is_sqlite = connection.vendor == "sqlite"
        self._insert = (
            "INSERT INTO bench_bare (a, b) VALUES (?, ?)"
            if self._is_sqlite
            else "INSERT INTO bench_bare (a, b) VALUES (%s, %s)"
        )

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        if self._is_sqlite:
            gate = self._own_gate()
            gate.enter()
            try:
                self._write("BEGIN IMMEDIATE")
            finally:
                gate.leave()
        else:
            self._write("BEGIN")
        start_response("201 Created", [("Content-Length", "2")])
        return [b"{}"]

    def _write(self, begin: str) -> None:
        connection.ensure_connection()
        cursor = connection.connection.cursor()
        cursor.execute(begin)
        for number in range(self._rows):
            cursor.execute(self._insert, (WORDS, number))
        cursor.execute("COMMIT")

    def _own_gate(self) -> WriteGate:
        if not hasattr(self._local, "gate"):
            self._local.gate = WriteGate(str(settings.DATABASES["default"]["NAME"]))
        gate: WriteGate = self._local.gate
        return gate


application = Bare(int(os.environ.get(ROWS, "1")))

if __name__ == "__main__":
    if sys.argv[1:] == ["web"]:
        serve("bench.bare:application", workers=WORKERS)
    else:
        run(Front(application), host=settings.HOST, port=settings.PORT)
