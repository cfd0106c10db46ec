"""How deep measures should cut: severity of the act × what the same persons did before.

Our own scale (I): no law sets it. It proposes; whoever leaves it says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from anlan.cases.enums import Severity
from anlan.law import selectors as law
from anlan.resolution.enums import History

# From the lightest to the deepest weight, for no, one and more earlier acts.
_RANGES: dict[Severity, tuple[tuple[int, int], ...]] = {
    Severity.NOTICE: ((0, 1), (0, 2), (1, 3)),
    Severity.ORDINARY: ((0, 2), (1, 3), (1, 4)),
    Severity.CONSIDERABLE: ((1, 3), (1, 4), (2, 5)),
    Severity.MAJOR: ((2, 4), (2, 5), (3, 5)),
    Severity.CRITICAL: ((2, 5), (3, 5), (3, 5)),
}
MANY_PEOPLE_FROM = Severity.MAJOR
MANY_PEOPLE_WEIGHT = 4  # a ban, a termination, a suit


@dataclass(frozen=True)
class Range:
    """The proposed weights, both included, of the deepest measure of a plan."""

    low: int
    high: int

    def holds(self, weight: int) -> bool:
        return self.low <= weight <= self.high


def proposed(severity: int, history: int) -> Range:
    return Range(*_RANGES[Severity(severity)][History(history)])


def deepest(keys: Iterable[str], *, on: date) -> int:
    """The weight of the measure that cuts deepest; 0 if there is none."""
    return max((law.measure(key, on=on).weight for key in keys), default=0)


def people_needed(*, severity: int, weight: int) -> int:
    """How many have to approve: two above a level, or where it cuts deep."""
    is_grave = severity >= MANY_PEOPLE_FROM or weight >= MANY_PEOPLE_WEIGHT
    return 2 if is_grave else 1
