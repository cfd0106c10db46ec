"""``manage.py seed_demo``: makes the invented company once, and prints its people."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from anlan.accounts.models import Organisation
from anlan.accounts.roles import ROLES
from anlan.play.company import (
    PASSWORD,
    PEOPLE,
    extend_roster,
)
from anlan.play.story import (
    found_and_tell,
    names_in_the_story,
    tell_an_assault,
    tell_of_a_mother,
    tell_of_cameras,
    things_to_look_at,
)

SCENARIOS = settings.ROOT / "scenarios"


class Command(BaseCommand):
    help = (
        "Make the demo company if there is no organisation yet; print how to sign in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="only print the people")
        parser.add_argument(
            "--footage",
            action="store_true",
            help="in a company that is made now, leave a case open with films of two "
            "cameras, if ffmpeg is installed",
        )
        parser.add_argument(
            "--assault",
            action="store_true",
            help="leave an assault open that began seven minutes ago, and what pages need "
            "to be looked at; print their names",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["list"]:
            self._seed(at=timezone.now(), has_footage=options["footage"])
        if options["assault"]:
            now = timezone.now()
            tell_of_a_mother(SCENARIOS, at=now)
            tell_an_assault(SCENARIOS, at=now)
            story = names_in_the_story() | things_to_look_at(at=now)
            self.stdout.write(json.dumps(story))
            return
        with translation.override("zh-hans"):
            for somebody in PEOPLE:
                role = str(ROLES[somebody.role].name)
                self.stdout.write(
                    f"  {somebody.username:<14} {somebody.name:<5} {role}"
                )
        self.stdout.write(f"  password of all: {PASSWORD}")

    def _seed(self, *, at: datetime, has_footage: bool) -> None:
        """Make the company, or bring its roster up to today."""
        if Organisation.objects.exists():
            extend_roster(at=at)
            return
        found_and_tell(SCENARIOS, at=at)
        if has_footage and not tell_of_cameras(SCENARIOS, at=at):
            # Not to the list of people, which is kept.
            self.stderr.write("Without ffmpeg the demo has no recordings.")
