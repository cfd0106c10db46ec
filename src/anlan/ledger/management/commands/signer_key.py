"""``manage.py signer_key``: the fingerprint for the wall, the paper for the safe."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.base.data_place import data_place
from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import fingerprint
from anlan.ledger.events import SYSTEM
from anlan.ledger.signer.__main__ import told
from anlan.ledger.signer.client import Away
from anlan.ledger.signer.keys import KeyTrouble
from anlan.ledger.signer.memory import Refused

WITH_THE_KEY = ("paper", "recover", "rotate", "revoke")


class Command(BaseCommand):
    help = "Show the fingerprint of the signing key; print, restore, change, revoke it."
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

        which.add_argument(
            "--revoke",
            action="store_true",
            help="others may know a key: nothing more counts that it signs",
        )
        parser.add_argument("--reason", default="", help="why; one line, on the record")
        parser.add_argument(
            "--key",
            default="",
            help="which; none: the one in use, and a new one begins",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(data_place(), self.style.NOTICE)
        try:
            if options["accept"]:
                at = timezone.now()
                key = checkpointing.accept_new_key(by=SYSTEM, at=at)
                checkpointing.take_revocations(by=SYSTEM, at=at)
                lines = [_line_of(key.public_key)]
            elif settings.SIGNER_IS_APART:
                lines = self._of_another_user(options)
            else:
                todo = self._todo(options)
                lines = told(settings.SIGNER, todo, options["reason"], options["key"])
                _check_in_use(lines[0])
        except KeyTrouble as trouble:
            raise CommandError(str(trouble)) from None
        except Away:
            raise CommandError("the signer does not answer") from None
        except Refused as refusal:
            raise CommandError(_why(refusal)) from None
        for line in lines:  # the paper of a new key first, whatever follows
            self.stdout.write(line)
        if options["revoke"]:
            self._enter()

    def _enter(self) -> None:
        """Put a revocation on the record at once, where the signer runs."""
        try:
            number = checkpointing.take_revocations(by=SYSTEM, at=timezone.now())
        except (Away, Refused):
            self.stderr.write(
                "The signer does not answer. Once it does, put it on the record: "
                "./anlan manage signer_key --accept"
            )
        else:
            self.stderr.write(f"On the record, of {number} chains.")

    def _of_another_user(self, options: dict[str, Any]) -> list[str]:
        """What the socket shows of a key that this user cannot, and must not, read.

        Raises:
            CommandError: it is to do something with the key.
        """
        for todo in WITH_THE_KEY:
            if options[todo]:
                raise CommandError(
                    "ANLAN_SIGNER_SOCKET names a signer with a user of its own: its key "
                    "does not lie in ANLAN_DATA. As that user: python -m "
                    f"anlan.ledger.signer --folder FOLDER {todo} (docs/deploy)"
                )
        return [_line_of(checkpointing.signer().key().public_key)]

    def _todo(self, options: dict[str, Any]) -> str:
        for todo in WITH_THE_KEY:
            if options[todo]:
                if todo == "recover" and sys.stdin.isatty():
                    self.stderr.write("Type the fourteen groups, then Ctrl-D:")
                return todo
        return "fingerprint"


def _why(refusal: Refused) -> str:
    if refusal.reason != checkpointing.OTHER_KEY:
        return f"the signer refuses: {refusal.reason}"
    return (
        "the signer shows a key that was revoked, from an old paper or an old copy of its "
        "folder: nothing counts that it signs. Move its file `key` aside and `recover` "
        "the key that followed, from its paper"
    )


def _line_of(public_key: bytes) -> str:
    return f"fingerprint {fingerprint(public_key)}"


def _check_in_use(line: str) -> None:
    """See that the signer that answers, if one does, has the same key.

    Raises:
        KeyTrouble: it signs with another one, of which this would be no paper.
    """
    try:
        running = _line_of(checkpointing.signer().key().public_key)
    except (Away, Refused):
        return
    if running != line:
        raise KeyTrouble(
            f"the signer that answers at {settings.SIGNER_SOCKET} has another key "
            f"({running}) than {settings.SIGNER} ({line}): see ANLAN_DATA and "
            "ANLAN_SIGNER_SOCKET"
        )
