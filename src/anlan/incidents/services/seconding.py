"""What one person proposes and a second one decides: put on the record, with a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.models import Case, Deadline
from anlan.incidents import policies
from anlan.incidents.enums import Police
from anlan.incidents.models import FalseAlarmProposal, Incident, PoliceWaiver
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
    _start_clock(case, thing, at=at)


def rest_waivers(*, case: Case, at: datetime) -> None:
    """The police know: that they are not called waits for nobody, here or in its host."""
    whole = {case.pk, case.joined_into_id}
    for waiver in _undecided(incident__case__in=whole):
        cases.cancel_deadlines(case=waiver.incident.case, about=waiver.thing, at=at)


def await_waivers_again(*, incident: Incident, at: datetime) -> None:
    """They know nothing after all: what was proposed waits again, with a clock anew."""
    for waiver in _undecided(incident=incident):
        case, thing = waiver.incident.case, waiver.thing
        cases.cancel_deadlines(case=case, about=thing, at=at)
        _start_clock(case, thing, at=at)


def follow_whole(*, case: Case, at: datetime) -> None:
    """It was joined, parted or opened again: another's call may count for it, or none does.

    What waited all along keeps its clock, due when it was.
    """
    incident = Incident.objects.filter(case=case).first()
    if incident is None or not case.is_open:
        return
    if policies.police_of(incident) == Police.CALLED:
        rest_waivers(case=case, at=at)
        return
    for waiver in _undecided(incident=incident):
        clocks = Deadline.objects.filter(key=SECOND, about=waiver.thing)
        if not clocks.filter(cancelled_at=None).exists():
            _start_clock(case, waiver.thing, at=at)


def _undecided(**where: Any) -> QuerySet[PoliceWaiver]:
    waivers = PoliceWaiver.objects.filter(decided_at=None, **where)
    return waivers.select_related("incident__case")


def _start_clock(case: Case, thing: str, *, at: datetime) -> None:
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
