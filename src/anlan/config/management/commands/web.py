"""``manage.py web``: pages and API alone, in several processes behind a proxy."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from anlan.config.starting import check_start

KILL_SECONDS = 8  # for answers in progress; the supervisor kills after ten


class Command(BaseCommand):
    help = (
        "Serve pages and API on ANLAN_HOST and ANLAN_PORT, without streams and uploads."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=2, help="processes")

    def handle(self, *args: Any, **options: Any) -> None:
        check_start()
        serve("anlan.config.bounded:application", workers=options["workers"])


def serve(application: str, *, workers: int) -> None:
    """Serve a WSGI application, named as ``module:name``, until a signal."""
    Server(
        application,
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        # Together as many as one process has: more only wait for each other.
        blocking_threads=max(1, settings.WEB_THREADS // workers),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.error,
    ).serve()
