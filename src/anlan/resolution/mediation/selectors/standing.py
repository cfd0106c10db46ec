"""Whether a side has agreed, and whether it binds itself through a guardian alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from anlan.base.clock import local_day
from anlan.cases.enums import Side
from anlan.cases.models import Party
from anlan.customers.selectors import FULL_AGE
from anlan.evidence.services.statements import is_known_minor
from anlan.resolution.mediation.enums import Capacity, Found
from anlan.resolution.mediation.models import Talks


def unwilling_sides(
    talks: Talks, *, at: datetime, by_guardian: Collection[Side] = ()
) -> list[Side]:
    """Whose consent is missing, taken back, or not of the guardian that the side needs."""
    rows = talks.consents.filter(withdrawn_at=None).values_list("side", "capacity")
    given = dict(rows)

    def is_willing(side: Side) -> bool:
        if side in by_guardian or needs_guardian(talks, side, at=at):
            return given.get(side) == Capacity.GUARDIAN
        return side in given

    return [side for side in Side if not is_willing(side)]


def needs_guardian(talks: Talks, side: Side, *, at: datetime) -> bool:
    """Whether the side binds itself through a guardian alone."""
    return is_minor(talks, side, at=at) or talks.has_guardian(side)


def is_minor(talks: Talks, side: Side, *, at: datetime) -> bool:
    """As the record says, where no document that was looked at says otherwise."""
    party = talks.party_of(side)
    if not is_known_minor(party, at=at):
        return False
    shown = talks.standings.filter(side=side, found=Found.OF_AGE)
    return not (turns_of_age(party, at=at) and shown.exists())


def turns_of_age(party: Party, *, at: datetime) -> bool:
    """In the year of the eighteenth birthday a year of birth does not say which it is."""
    person = party.person
    if person is None or person.birth_year is None or person.identity_number:
        return False
    return local_day(at).year - person.birth_year == FULL_AGE
