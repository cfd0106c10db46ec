"""``manage.py verify``: checks every chain and every file, and says what is wrong where.

It stands here and not in the ledger, which knows of no files.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from anlan.base.data_place import data_place
from anlan.evidence import deletion_triggers
from anlan.evidence.file_verification import FileReport, verify_files
from anlan.evidence.list_verification import ListProblem, verify_list
from anlan.ledger.checkpoints import BadNote
from anlan.ledger.verify import Report, usable_processes, verify
from anlan.ledger.verify.held import Compared, Held, compare_held

_OUTSIDE = {
    Held.FITS: "the entries are those that were signed then",
    Held.CHANGED: "entries were changed since",
    Held.CUT: "there are fewer entries now: cut off, or an older copy was restored",
    Held.UNKNOWN: "no such chain here",
    Held.UNSIGNED: "not signed with a key of this installation",
}
NOT_VERIFIED = 2  # the exit code of who could not look; 1 is of who found something
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
        parser.add_argument(
            "--against",
            type=Path,
            metavar="FILE",
            help="a mail or file with checkpoints that somebody kept outside",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(data_place(), self.style.NOTICE)
        try:
            is_sound = self._verify(options)
        except OSError as error:  # a disk that is away, a folder of somebody else
            where = f"{error.filename}: " if error.filename else ""
            raise CommandError(
                f"nothing is verified: {where}{error.strerror or error}",
                returncode=NOT_VERIFIED,
            ) from None
        except DatabaseError as error:
            why = str(error).strip().partition("\n")[0]
            raise CommandError(
                f"nothing is verified, the database cannot be read: {why}",
                returncode=NOT_VERIFIED,
            ) from None
        if not is_sound:
            raise SystemExit(1)

    def _verify(self, options: dict[str, Any]) -> bool:
        """Whether all is as it was written."""
        begun = time.perf_counter()
        report = verify(processes=max(1, options["processes"]))
        seconds = time.perf_counter() - begun
        files = verify_files(deep=options["deep"])
        listed = verify_list()
        absent = deletion_triggers.missing(connection)
        outside = self._compare(options["against"])
        if options["json"]:
            whole = {
                **asdict(report),
                "seconds": round(seconds, 3),
                "files": asdict(files),
                "list": [asdict(problem) for problem in listed],
                "absent_guards": absent,
                "outside": [{**asdict(one), "held": one.held.value} for one in outside],
            }
            self.stdout.write(json.dumps(whole, indent=2))
        else:
            self._print(report, seconds)
            self._print_files(files, deep=options["deep"])
            self._print_list(listed)
            self._print_problems(
                [f"the trigger {name} is not in the database" for name in absent]
            )
            self._print_outside(outside)
        return (
            report.is_sound
            and not files.problems
            and not listed
            and not absent
            and all(one.held is Held.FITS for one in outside)
        )

    def _compare(self, file: Path | None) -> list[Compared]:
        if file is None:
            return []
        try:
            found = compare_held(file.read_text("utf-8", errors="replace"))
        except (OSError, BadNote) as error:
            raise CommandError(f"{file}: {error}", returncode=NOT_VERIFIED) from None
        if not found:
            raise CommandError(
                f"{file}: there is no checkpoint in it", returncode=NOT_VERIFIED
            )
        return found

    def _print_outside(self, outside: Sequence[Compared]) -> None:
        for one in outside:
            said = f"{one.origin} at {one.size}: {_OUTSIDE[one.held]}"
            is_good = one.held is Held.FITS
            self.stdout.write(said if is_good else self.style.ERROR(said))

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

    def _print_list(self, problems: Sequence[ListProblem]) -> None:
        if not problems:
            self.stdout.write("each exhibit is the one that the record took in")
        self._print_problems(problems)

    def _print_problems(self, problems: Sequence[object]) -> None:
        for problem in problems[:_SHOWN]:
            self.stdout.write(self.style.ERROR(str(problem)))
        if len(problems) > _SHOWN:
            more = len(problems) - _SHOWN
            self.stdout.write(f"and {more} more; --json prints them all")
