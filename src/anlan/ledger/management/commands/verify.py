"""``manage.py verify``: checks every chain and says what is wrong and where."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from anlan.ledger.verify import usable_processes, verify

_SHOWN = 50  # problems printed; after a bad migration there may be millions


class Command(BaseCommand):
    help = "Verify every digest, link, column, text and trigger of the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=usable_processes(),
            help="default: one a core",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.perf_counter()
        report = verify(processes=max(1, options["processes"]))
        seconds = time.perf_counter() - begun
        if options["json"]:
            self.stdout.write(
                json.dumps({**asdict(report), "seconds": round(seconds, 3)}, indent=2)
            )
        else:
            self._print(report.chains, report.entries, report.words, seconds)
            for problem in report.problems[:_SHOWN]:
                self.stdout.write(self.style.ERROR(str(problem)))
            if len(report.problems) > _SHOWN:
                more = len(report.problems) - _SHOWN
                self.stdout.write(f"and {more} more; --json prints them all")
        if not report.is_sound:
            raise SystemExit(1)

    def _print(self, chains: int, entries: int, words: int, seconds: float) -> None:
        self.stdout.write(
            f"{chains} chains, {entries} entries, {words} texts checked in {seconds:.1f} s"
        )
