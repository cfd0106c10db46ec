"""Correcting how a call to 110 or 120 went, with all that rested on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.digest import sha256
from anlan.base.errors import InvalidInput
from anlan.cases import policies as case_policies
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import entries_about
from anlan.incidents import permissions, policies
from anlan.incidents.enums import CallOutcome, EmergencyService, Police
from anlan.incidents.events import (
    EmergencyAnswered,
    EmergencyCalled,
    EmergencyCorrected,
)
from anlan.incidents.models import EmergencyCall, Incident
from anlan.incidents.services.controlling import ask_for_police_again, end_waiver
from anlan.incidents.services.locking import incident_in
from anlan.incidents.services.seconding import await_waivers_again, rest_waivers
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor


def correct_emergency_call(
    *,
    call: EmergencyCall,
    outcome: CallOutcome,
    reason: str,
    by: Actor,
    at: datetime,
    via: str = "",
    happened: datetime | None = None,
    request_id: UUID | None = None,
) -> EmergencyCall:
    """Say how a call went after all; what was recorded stays readable, struck.

    What the police know follows from what is left: other calls, a report that was handed
    over, or a decision of two not to call them. Where nothing is left they are still to be
    called, with a clock of its own (G05). The outcome that stands says nothing new.

    Args:
        happened: when it was said, if a phone without a network kept it since.
        request_id: the same again gives the call, and does nothing.

    Raises:
        Conflict: the case is closed: it rests on this call and is reopened first. Or it
            was corrected after the phone kept this.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("请写明为什么更正"), path="reason")
    content = {
        "correct_call": str(call.uid),
        "outcome": outcome.value,
        "reason": sha256(reason.encode()).hex(),
        "by": by.actor_key,
    }
    with ledger.recording():
        case, whole = _locked(call)
        call = EmergencyCall.objects.select_for_update().get(pk=call.pk)
        call.incident = incident_in(case)
        earlier = cases.made_before(
            EmergencyCall.objects.select_related("incident__case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        user = permissions.check_can_correct_call(by, call)
        case_policies.check_is_open(whole)
        policies.check_call_was_not_corrected(call, happened)
        if call.outcome == outcome:
            return call
        said = {EmergencyCalled.kind, EmergencyCorrected.kind}
        if outcome == CallOutcome.MISSED:
            said.add(EmergencyAnswered.kind)
        replaced = entries_about({case.subject}).filter(
            object=f"call:{call.uid}", kind__in=said
        )
        cases.strike_corrected(
            case=case, entries=replaced, reason=reason, by=user, at=at
        )
        call.outcome = outcome
        call.save(update_fields=["outcome"])
        cases.record(
            EmergencyCorrected(service=call.service, outcome=outcome.value),
            case,
            thing=f"call:{call.uid}",
            by=by,
            at=at,
            happened=policies.moment_of(happened, since=call.called_at, at=at),
            via=via,
        )
        if outcome == CallOutcome.CONNECTED:
            _say_answer_again(call, by=by, at=at, via=via)
        if call.service == EmergencyService.POLICE:
            _follow_police(call.incident, whole, at=at)
        cases.remember_made(
            call.uid, case=case, request_id=request_id, content=content, at=at
        )
    return call


def _say_answer_again(
    call: EmergencyCall, *, by: Actor, at: datetime, via: str
) -> None:
    """What was answered stands again with the call, on the record too, where it was struck.

    The words stay those of the row: emptied for new ones, the struck entry would quote
    what nobody had said then, and its digest would fit nothing.
    """
    if call.answered_at is None or call.is_erased:
        return
    cases.record(
        EmergencyAnswered(
            service=call.service,
            receipt=call.receipt or None,
            words_digest=call.digest_of("answer"),
        ),
        call.incident.case,
        thing=f"call:{call.uid}",
        by=by,
        at=at,
        happened=call.answered_at,
        via=via,
    )


def _locked(call: EmergencyCall) -> tuple[Case, Case]:
    """The case of a call and the one that it is worked in, both under their locks.

    Whoever closes that one, joins or parts the two holds its lock: who waited for it
    looks again.
    """
    while True:
        before = Case.objects.select_related("joined_into").get(
            pk=call.incident.case_id
        )
        rows = cases.lock_with_joined(before.joined_into or before)
        for case in rows:
            if case.pk == before.pk and case.joined_into_id == before.joined_into_id:
                return case, rows[0]


def _follow_police(incident: Incident, whole: Case, *, at: datetime) -> None:
    incident.police = policies.police_on_record(incident)
    incident.save(update_fields=["police"])
    worked = incident_in(whole)
    known = policies.police_of(worked)
    if known == Police.CALLED:
        rest_waivers(case=incident.case, at=at)
    else:
        await_waivers_again(incident=worked, at=at)
    if known == Police.UNDECIDED:
        ask_for_police_again(incident=worked, at=at)
    elif known == Police.WAIVED:
        end_waiver(case=whole, at=at)
