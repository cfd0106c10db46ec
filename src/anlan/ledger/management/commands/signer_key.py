"""``manage.py signer_key``: the fingerprint for the wall, the paper for the safe."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import fingerprint
from anlan.ledger.events import SYSTEM
from anlan.ledger.signer.__main__ import told
from anlan.ledger.signer.client import Away
from anlan.ledger.signer.keys import KeyTrouble


class Command(BaseCommand):
    help = "Show the fingerprint of the signing key; print, restore or change the key."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--paper", action="store_true", help="the key itself, to be kept in a safe"
        )
        which.add_argument(
            "--recover", action="store_true", help="read the key typed off the paper"
        )
        which.add_argument(
            "--rotate", action="store_true", help="a new key; the old one hands over"
        )
        which.add_argument(
            "--accept",
            action="store_true",
            help="trust the signer's key though the old one did not hand over to it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["accept"]:
                key = checkpointing.accept_new_key(by=SYSTEM, at=timezone.now())
                lines = [f"fingerprint {fingerprint(key.public_key)}"]
            else:
                lines = told(settings.SIGNER, self._todo(options))
        except KeyTrouble as trouble:
            raise CommandError(str(trouble)) from None
        except Away:
            raise CommandError("the signer does not answer") from None
        for line in lines:
            self.stdout.write(line)

    def _todo(self, options: dict[str, Any]) -> str:
        for todo in ("paper", "recover", "rotate"):
            if options[todo]:
                if todo == "recover" and sys.stdin.isatty():
                    self.stderr.write("Type the fourteen groups, then Ctrl-D:")
                return todo
        return "fingerprint"
