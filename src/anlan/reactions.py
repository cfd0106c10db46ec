"""THE table: what follows from what, across the product."""

from __future__ import annotations

from anlan.cases.events import DeadlineMissed
from anlan.incidents import reactions as incidents
from anlan.ledger import afterwards
from anlan.ledger import services as ledger
from anlan.ledger.afterwards import Consumer
from anlan.ledger.events import Reaction

# Fails together with the change that caused it.
IN_TRANSACTION: dict[str, list[Reaction]] = {
    DeadlineMissed.kind: [incidents.climb_ladder],
}

# Read by the worker, at least once, in the order of each chain.
AFTERWARDS: list[Consumer] = []


def install() -> None:
    ledger.install_reactions(IN_TRANSACTION)
    afterwards.install_consumers(AFTERWARDS)
