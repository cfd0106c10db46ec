"""``manage.py worker``: does what falls due, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from anlan import worker


class Command(BaseCommand):
    help = "Fire deadlines, climb ladders, send messages; any number may run at once."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        self.stdout.write("worker ready")
        self.stdout.flush()
        worker.run_forever(stop)
