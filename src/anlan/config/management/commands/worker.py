"""``manage.py worker``: does what falls due, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from anlan import worker
from anlan.accounts.models import Organisation
from anlan.config.starting import check_start
from anlan.notify import jobs as notify
from anlan.play.company import extend_roster


class Command(BaseCommand):
    help = "Fire deadlines, climb ladders, send messages; any number may run at once."

    def handle(self, *args: Any, **options: Any) -> None:
        check_start()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        if settings.DEMO and Organisation.objects.exists():
            extend_roster(at=timezone.now())
        notify.get_ready()
        self.stdout.write("worker ready")
        self.stdout.flush()
        worker.run_forever(stop)
