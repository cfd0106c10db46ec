"""``manage.py seed_demo``: makes the invented company once, and prints its people."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from anlan.accounts.models import Organisation
from anlan.accounts.roles import ROLES
from anlan.play.company import PASSWORD, PEOPLE, found_company


class Command(BaseCommand):
    help = (
        "Make the demo company if there is no organisation yet; print how to sign in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="only print the people")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["list"] and not Organisation.objects.exists():
            found_company(at=timezone.now(), with_passwords=True)
        with translation.override("zh-hans"):
            for somebody in PEOPLE:
                role = str(ROLES[somebody.role].name)
                self.stdout.write(
                    f"  {somebody.username:<14} {somebody.name:<5} {role}"
                )
        self.stdout.write(f"  password of all: {PASSWORD}")
