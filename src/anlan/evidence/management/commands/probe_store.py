"""``manage.py probe_store``: can the bucket of the second copies do what it must?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from anlan.base import stores
from anlan.base.bucket import Bucket
from anlan.evidence.services.probing import probe_store


class Command(BaseCommand):
    help = "Write, read, lock and delete an object of its own in the bucket, and say how it went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--begin",
            action="store_true",
            help="this bucket, now empty, is the store: let every copy be made in it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        store = stores.second()
        if not isinstance(store, Bucket):
            self.stdout.write(f"the second copies lie in a folder: {store.where}")
            return
        probe = probe_store(store=store, at=timezone.now())
        if probe.fault:
            code = f" [{probe.code}]" if probe.code else ""
            raise CommandError(f"{store.where}: {probe.sentence}{code}")
        self.stdout.write(f"{store.where}: {probe.sentence}")
        if options["begin"] and store.is_away:
            store.begin()
            self.stdout.write("it is the store from now on, and the worker fills it")
