"""``manage.py live``: live streams and uploads alone, where the pages run apart."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from anlan.config.server import run
from anlan.config.starting import check_start


class Command(BaseCommand):
    help = (
        "Serve /live/ and /upload/ alone on ANLAN_HOST and ANLAN_PORT; a proxy sends "
        "both here."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        check_start()
        from anlan.config.front import Front  # noqa: PLC0415 -- opens Django's handler

        run(Front(pages=None), host=settings.HOST, port=settings.PORT)
