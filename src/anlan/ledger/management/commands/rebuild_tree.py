"""``manage.py rebuild_tree``: makes the tiles of every chain anew from its entries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anlan.ledger import tiles
from anlan.ledger.models import Chain


class Command(BaseCommand):
    help = "Make the trees of all chains anew; what was signed is not touched."

    def handle(self, *args: Any, **options: Any) -> None:
        for chain in Chain.objects.order_by("organisation_id", "site_id"):
            place = (chain.organisation_id, chain.site_id)
            tiles.forget(*place)
            try:
                tiles.grow(*place, upto=chain.seq)
            except tiles.TreeBroken as trouble:
                raise CommandError(
                    f"chain {place}: {trouble} is missing; run verify"
                ) from None
            self.stdout.write(f"{chain}: {tiles.tree_size(*place)} leaves")
