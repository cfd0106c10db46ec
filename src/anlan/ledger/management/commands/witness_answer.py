"""``manage.py witness_answer FILE``: takes back what a witness signed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.ledger import witnessing
from anlan.ledger.witness import BadFile, read_answer


class Command(BaseCommand):
    help = "Keep the signatures of a witness; the first time with its fingerprint."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--trust", default="", help="fingerprint on the screen of a new witness"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = read_answer(options["file"].read_text("utf-8"))
            new = witnessing.take_answer(
                answer, trust=options["trust"], at=timezone.now()
            )
        except (BadFile, OSError, UnicodeDecodeError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(
            f"{new} checkpoints more are signed by the witness {answer.name}"
        )
