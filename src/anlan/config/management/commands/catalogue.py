"""``manage.py catalogue``: the English catalogue follows the Chinese texts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from anlan.config import catalogue


class Command(BaseCommand):
    """Write new texts into the catalogue, or say what is missing in it."""

    help = "Bring the English catalogue in step with the texts in the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail if an English text is missing or wrong",
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        added, removed = catalogue.update()
        self.stdout.write(f"added {added}, removed {removed}: {catalogue.CATALOGUE}")
        for fault in self._faults():
            self.stdout.write(f"  {fault}")

    def _check(self) -> None:
        faults = self._faults()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults in {catalogue.CATALOGUE}")

    def _faults(self) -> list[catalogue.Fault]:
        texts = catalogue.texts_in_code()
        return list(catalogue.faults(catalogue.read_catalogue(), texts))
