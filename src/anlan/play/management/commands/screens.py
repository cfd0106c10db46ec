"""``manage.py screens``: takes every page into ``var/screens``."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.play.company import day_begins_at, found_company
from anlan.play.scratch import scratch
from anlan.play.screens import SHOTS, Shot, served, take_pictures
from anlan.play.story import (
    footage_to_look_at,
    found_and_tell,
    names_in_the_story,
    tell_an_assault,
    tell_of_a_mother,
    things_to_look_at,
)


class Command(BaseCommand):
    help = "Take every page, phone and desk, light and dark, in both languages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only these pages")
        parser.add_argument(
            "--out", type=Path, default=settings.ROOT / "var" / "screens"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = set(options["names"])
        shots = tuple(shot for shot in SHOTS if not names or shot.name in names)
        if unknown := names - {shot.name for shot in shots}:
            raise CommandError(f"no such page: {', '.join(sorted(unknown))}")
        out: Path = options["out"]
        out.mkdir(parents=True, exist_ok=True)
        bad = 0
        for fresh in (False, True):
            if chosen := tuple(shot for shot in shots if shot.fresh is fresh):
                bad += self._take(chosen, fresh=fresh, out=out)
        self.stdout.write(f"{len(shots)} pages in {out}, {bad} answered with an error")
        if bad:
            raise SystemExit(1)

    def _take(self, shots: tuple[Shot, ...], *, fresh: bool, out: Path) -> int:
        with scratch() as data:
            now, scenarios = timezone.now(), settings.ROOT / "scenarios"
            story: dict[str, str] = {}
            if fresh:
                found_company(
                    at=now - timedelta(days=1),
                    day_begins=day_begins_at(now),
                    with_passwords=True,
                )
            else:
                found_and_tell(scenarios, at=now)
                tell_of_a_mother(scenarios, at=now)
                tell_an_assault(scenarios, at=now)
                story = names_in_the_story() | things_to_look_at(at=now)
                story |= footage_to_look_at(at=now)
            with served(data) as url:
                return take_pictures(
                    shots, url=url, story=story, out=out, say=self.stdout.write
                )
