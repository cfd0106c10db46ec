"""``manage.py seed_demo``: makes the invented company once, and prints its people."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from anlan.accounts.models import Organisation
from anlan.accounts.roles import ROLES
from anlan.base.clock import day_bounds, local_day
from anlan.play.company import PASSWORD, PEOPLE, extend_roster, found_company

_ON_DUTY_SINCE = timedelta(hours=2)


def _seed(*, at: datetime) -> None:
    """Make the company, or bring its roster up to today.

    The day crew came two hours ago, whatever the hour: who tries Anlan late in the
    evening wants to meet the people that the guide names.
    """
    if Organisation.objects.exists():
        extend_roster(at=at)
        return
    came = at - _ON_DUTY_SINCE
    since_midnight = came - day_bounds(local_day(came))[0]
    hours = since_midnight // timedelta(hours=1)
    found_company(at=at, day_begins=timedelta(hours=hours), with_passwords=True)


class Command(BaseCommand):
    help = (
        "Make the demo company if there is no organisation yet; print how to sign in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="only print the people")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["list"]:
            _seed(at=timezone.now())
        with translation.override("zh-hans"):
            for somebody in PEOPLE:
                role = str(ROLES[somebody.role].name)
                self.stdout.write(
                    f"  {somebody.username:<14} {somebody.name:<5} {role}"
                )
        self.stdout.write(f"  password of all: {PASSWORD}")
