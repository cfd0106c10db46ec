"""``manage.py field_key``: the keys of encrypted phones, identity numbers and secrets."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.accounts.services import field_keys
from anlan.base import crypto
from anlan.base.data_place import data_place
from anlan.base.errors import DomainError
from anlan.ledger.events import SYSTEM


class Command(BaseCommand):
    help = "Show the keys of encrypted fields; change the key, remove an old one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--rotate",
            action="store_true",
            help="a new key, and every value encrypted with it",
        )
        which.add_argument(
            "--renew",
            action="store_true",
            help="go on where --rotate was interrupted",
        )
        which.add_argument(
            "--remove",
            type=int,
            metavar="ID",
            help="delete an old key that no value needs; older backups need it!",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(data_place(), self.style.NOTICE)
        try:
            if options["rotate"]:
                key_id = field_keys.add_field_key(by=SYSTEM, at=timezone.now())
                self.stdout.write(f"field key {key_id:03d} is in use")
            if options["rotate"] or options["renew"]:
                self._renew()
            if options["remove"] is not None:
                field_keys.remove_field_key(
                    key_id=options["remove"], by=SYSTEM, at=timezone.now()
                )
            self._show()
        except (crypto.CryptoError, DomainError) as error:
            raise CommandError(str(error)) from None

    def _renew(self) -> None:
        done: dict[str, int] = {}
        for column, renewed in field_keys.renew_values():
            done[column] = renewed
            self.stdout.write(f"{column}: {renewed}", ending="\r")
        for column, renewed in done.items():
            self.stdout.write(f"{column}: {renewed} encrypted anew")

    def _show(self) -> None:
        ring, values = crypto.key_ring(), field_keys.values_by_key()
        for name, fingerprint in ring.fingerprints().items():
            kind, _, number = name.partition("/")
            if kind == "blind":
                self.stdout.write(f"blind index  {fingerprint}")
                continue
            key_id = int(number)
            state = "in use" if key_id == ring.current else "reads"
            self.stdout.write(
                f"field {key_id:03d}    {fingerprint}  {state}, {values[key_id]} values"
            )
