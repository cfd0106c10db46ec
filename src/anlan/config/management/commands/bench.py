"""``manage.py bench``: measures, each figure beside its goal and its limit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.config.environment import ROOT


class Command(BaseCommand):
    help = "Measure in data folders of its own; 1 if a goal was missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--quick", action="store_true", help="small numbers")
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="also write the figures there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        arguments = list(options["names"])
        if options["quick"]:
            arguments.append("--quick")
        if options["json"]:
            arguments += ["--json", str(options["json"].resolve())]
        # A process of its own: this one has opened the caller's data folder.
        command = [sys.executable, "-m", "bench.run", *arguments]
        raise SystemExit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603
