"""Who speaks and signs for a side, where it is not the party: a guardian, or an agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anlan.cases.models import Party
from anlan.cases.selectors import full_name
from anlan.evidence.models import Exhibit
from anlan.resolution.mediation.enums import Capacity

if TYPE_CHECKING:
    from anlan.resolution.mediation.models import Acceptance, Consent


@dataclass(frozen=True)
class Giver:
    """Named by words, or by their row as the guardian of the case; then that is the name."""

    capacity: Capacity = Capacity.SELF
    name: str = ""
    authority: Exhibit | None = None
    relation: str = ""
    party: Party | None = None

    @property
    def full_name(self) -> str:
        return full_name(self.party) if self.party is not None else self.name


def giver_of(row: Acceptance | Consent) -> Giver:
    """As it was written down."""
    return Giver(
        Capacity(row.capacity), row.giver, row.authority, row.relation, row.giver_party
    )
