"""``manage.py live``: the live streams alone, for an installation of several processes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from anlan.config.server import run


class Command(BaseCommand):
    help = "Serve /live/ alone on ANLAN_HOST and ANLAN_PORT; a proxy sends it here."

    def handle(self, *args: Any, **options: Any) -> None:
        from anlan.config.front import Front  # noqa: PLC0415 -- opens Django's handler

        run(Front(pages=None), host=settings.HOST, port=settings.PORT)
