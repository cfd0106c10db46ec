"""What to mind when meeting the parties of a case, for one reader."""

from __future__ import annotations

from datetime import date

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.cases.selectors.cases import parties_of, shown_name
from anlan.customers.selectors.markers import minded


def minded_in(case: Case, reader: User, *, on: date) -> list[tuple[str, str]]:
    """The name as it is shown, and the advice; nothing else of a marker."""
    parties = [party for party in parties_of(case) if party.person is not None]
    found = minded(
        [party.person for party in parties if party.person is not None], reader, on=on
    )
    return [
        (shown_name(party), advice)
        for party in parties
        if party.person_id in found
        for _marker, advice in found[party.person_id].advice
    ]
