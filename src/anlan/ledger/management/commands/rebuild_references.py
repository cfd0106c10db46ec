"""``manage.py rebuild_references``: puts right what verify says is wrong with them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from anlan.ledger import references


class Command(BaseCommand):
    help = "Rebuild the index of what entries speak of, from the entries."

    def handle(self, *args: Any, **options: Any) -> None:
        done = references.rebuild()
        self.stdout.write(f"{done.added} references added, {done.removed} removed")
