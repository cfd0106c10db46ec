"""``manage.py verify``: checks every chain and every file, and says what is wrong where.

It stands here and not in the ledger, which knows of no files.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from anlan.evidence.file_verification import FileReport, verify_files
from anlan.ledger.verify import Report, usable_processes, verify

_SHOWN = 50  # problems printed; after a bad migration there may be millions


class Command(BaseCommand):
    help = (
        "Verify every digest, link, column, text and trigger of the ledger, "
        "and that both copies of every file it names are there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            default=usable_processes(),
            help="default: one a core",
        )
        parser.add_argument(
            "--deep", action="store_true", help="read every byte of every copy"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.perf_counter()
        report = verify(processes=max(1, options["processes"]))
        seconds = time.perf_counter() - begun
        files = verify_files(deep=options["deep"])
        if options["json"]:
            whole = {
                **asdict(report),
                "seconds": round(seconds, 3),
                "files": asdict(files),
            }
            self.stdout.write(json.dumps(whole, indent=2))
        else:
            self._print(report, seconds)
            self._print_files(files, deep=options["deep"])
        if not report.is_sound or files.problems:
            raise SystemExit(1)

    def _print(self, report: Report, seconds: float) -> None:
        self.stdout.write(
            f"{report.chains} chains, {report.entries} entries, {report.words} texts "
            f"checked in {seconds:.1f} s"
        )
        self.stdout.write(
            f"{report.checkpoints} checkpoints fit the entries"
            if report.is_sound
            else f"{report.checkpoints} checkpoints compared"
        )
        if report.unasked:
            self.stdout.write(
                f"the signer did not answer for {report.unasked} chains: what it "
                "remembers was not compared"
            )
        self._print_problems(report.problems)

    def _print_files(self, files: FileReport, *, deep: bool) -> None:
        how = (
            f"whole: every byte read, {files.bytes_read} in all"
            if deep
            else "there with their size (--deep reads every byte)"
        )
        bad = len({(p.digest, p.store) for p in files.problems})
        self.stdout.write(
            f"{files.files} files, {files.copies - bad} of {files.copies} copies are {how}"
        )
        if files.waiting:
            self.stdout.write(
                f"{files.waiting} copies more wait for their disk: see the page of safety"
            )
        self._print_problems(files.problems)

    def _print_problems(self, problems: Sequence[object]) -> None:
        for problem in problems[:_SHOWN]:
            self.stdout.write(self.style.ERROR(str(problem)))
        if len(problems) > _SHOWN:
            more = len(problems) - _SHOWN
            self.stdout.write(f"and {more} more; --json prints them all")
