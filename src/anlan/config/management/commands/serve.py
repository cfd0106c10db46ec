"""``manage.py serve``: pages, API and live streams on one port, in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from anlan.config.server import run
from anlan.config.starting import check_start


class Command(BaseCommand):
    help = "Serve pages and live streams on ANLAN_HOST and ANLAN_PORT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--certificate", type=Path, help="PEM file, for HTTPS")
        parser.add_argument("--key", type=Path, help="PEM file of its key")

    def handle(self, *args: Any, **options: Any) -> None:
        check_start()
        from anlan.config.front import Front  # noqa: PLC0415 -- opens Django's handler

        run(
            Front(),
            host=settings.HOST,
            port=settings.PORT,
            certificate=options["certificate"],
            key=options["key"],
        )
