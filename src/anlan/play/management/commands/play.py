"""``manage.py play FILE…``: plays scenarios and checks what they expect."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anlan.accounts.models import Organisation
from anlan.play.company import found_company
from anlan.play.player import Outcome, Played, play
from anlan.play.scenario import Scenario, ScenarioError, read_scenario
from anlan.play.scratch import NotEmbedded, scratch


class Command(BaseCommand):
    help = (
        "Play scenarios through the product's own services. Without --data each is "
        "played into a fresh scratch database of which nothing is left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--speed",
            type=float,
            help="seconds of the story for each second; default: full",
        )
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="write the outcome"
        )
        parser.add_argument("--data", type=Path, metavar="DIR", help="keep it there")
        parser.add_argument("--quiet", action="store_true", help="print only the ends")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["speed"] is not None and options["speed"] <= 0:
            raise CommandError("--speed: a number above zero")
        outcomes = []
        for path in options["files"]:
            try:
                scenario = read_scenario(path)
                with scratch(options["data"]):
                    outcomes.append(self._play(scenario, options))
            except (ScenarioError, NotEmbedded) as error:
                raise CommandError(str(error)) from error
        if options["json"]:
            options["json"].write_text(
                json.dumps(
                    [vars(o) for o in outcomes],
                    ensure_ascii=False,
                    indent=2,
                    default=str,
                )
            )
        if not all(outcome.is_good for outcome in outcomes):
            raise SystemExit(1)

    def _play(self, scenario: Scenario, options: dict[str, Any]) -> Outcome:
        if not Organisation.objects.exists():
            found_company(at=scenario.start - timedelta(days=1))
        self.stdout.write(self.style.MIGRATE_HEADING(scenario.title))
        speed = options["speed"]
        outcome = play(
            scenario,
            say=lambda line: None if options["quiet"] else self._say(line),
            pause=lambda span: (
                time.sleep(span.total_seconds() / speed) if speed else None
            ),
        )
        self._summarise(outcome)
        return outcome

    def _say(self, line: Played) -> None:
        seconds = line.after.total_seconds()
        clock = f"{int(seconds // 3600):d}:{int(seconds % 3600 // 60):02d}:{seconds % 60:06.3f}"
        self.stdout.write(f"  {clock}  {line.who:<14} {line.did:<14} {line.outcome}")
        self.stdout.flush()

    def _summarise(self, outcome: Outcome) -> None:
        for text in outcome.held:
            self.stdout.write(f"  {self.style.SUCCESS('ok')}    {text}")
        for text in outcome.failed:
            self.stdout.write(f"  {self.style.ERROR('FAIL')}  {text}")
        total = len(outcome.held) + len(outcome.failed)
        self.stdout.write(f"{len(outcome.held)} of {total} expectations hold")
