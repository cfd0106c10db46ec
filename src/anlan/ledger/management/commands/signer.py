"""``manage.py signer``: holds the key of the checkpoints, until it is told to stop.

Under a user of its own it runs as ``python -m anlan.ledger.signer``: see docs/deploy.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from anlan.ledger.signer import server
from anlan.ledger.signer.keys import KeyTrouble


class Command(BaseCommand):
    help = "Sign checkpoints that continue what was signed before; one at a time."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server.run(settings.SIGNER, settings.SIGNER_SOCKET)
        except KeyTrouble as trouble:
            raise CommandError(str(trouble)) from None
