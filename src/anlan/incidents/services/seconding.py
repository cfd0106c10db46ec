"""What one person proposes and a second one decides: put on the record, with a clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.incidents.models import FalseAlarmProposal, PoliceWaiver
from anlan.ledger.events import Event

SECOND = "incident.second_person"
_WITHOUT_STANDARD = timedelta(minutes=5)  # of companies from before there was one


def await_second(
    proposal: PoliceWaiver | FalseAlarmProposal,
    event: Event,
    *,
    by: User,
    at: datetime,
) -> None:
    """Record it; whoever may decide it hears of it again when its clock runs out."""
    case, thing = proposal.incident.case, proposal.thing
    cases.record(event, case, thing=thing, by=by, at=at)
    try:
        cases.start_standard(case=case, key=SECOND, about=thing, at=at)
    except NotFound:
        due_at = at + _WITHOUT_STANDARD
        cases.start_deadline(case=case, key=SECOND, about=thing, due_at=due_at, at=at)


def settle(
    proposal: PoliceWaiver | FalseAlarmProposal,
    event: Event,
    *,
    approved: bool,
    by: User,
    at: datetime,
) -> None:
    """Write down what the second person decided. Call it with what follows from it."""
    case, thing = proposal.incident.case, proposal.thing
    proposal.decided_by, proposal.decided_at = by, at
    proposal.approved = approved
    proposal.save(update_fields=["decided_by", "decided_at", "approved"])
    cases.meet_deadlines(case=case, key=SECOND, about=thing, at=at)
    cases.record(event, case, thing=thing, by=by, at=at)
