"""Answers to what others put on the record."""

from __future__ import annotations

from datetime import datetime

from anlan.cases.events import CaseClosed, CaseJoined, DeadlineMissed
from anlan.cases.models import Case, Contact
from anlan.ledger.events import SYSTEM, Queued, uid_of
from anlan.notify import services as notify
from anlan.resolution.counselling import messages, permissions, services
from anlan.resolution.counselling.models import FollowUp, UrgentCall
from anlan.resolution.counselling.selectors import who_refers


def ask_people(entry: Queued, *, at: datetime) -> None:
    """The scene is under control: the office has to offer support to who was there.

    Afterwards, so that no fault here ever keeps a scene from being under control.
    """
    case = Case.objects.get(uid=uid_of(entry.subject))
    services.post_offer_task(case=case, at=at)


def take_answer(entry: Queued, *, at: datetime) -> None:
    """Somebody answered in a talk of the case: they are not asked the same again.

    Afterwards as well, so that a fault here keeps no talk from being written down.
    """
    contact = Contact.objects.select_related(
        "case__site", "party", "held_by", "recorded_by"
    ).get(uid=uid_of(entry.object))
    services.take_answer(contact=contact, at=at)


def keep_clocks(queued: Queued) -> None:
    """A case is closed or joined and its clocks stop; those of people cared for do not.

    Both chains say that a case was joined: the clocks of the host were never stopped.
    """
    if isinstance(queued.event, CaseClosed | CaseJoined):
        case = Case.objects.get(uid=uid_of(queued.subject))
        services.let_clocks_run(case=case, at=queued.recorded_at)


def answer_missed(queued: Queued) -> None:
    """Nobody has called, or somebody has to be asked again."""
    event = queued.event
    if not isinstance(event, DeadlineMissed):
        return
    if event.about.startswith("urgent_call:"):
        call = UrgentCall.objects.select_related("care").get(uid=uid_of(event.about))
        services.climb_call(call=call, at=queued.recorded_at)
    elif event.about.startswith("follow_up:"):
        _tell_due(queued, event)


def _tell_due(queued: Queued, event: DeadlineMissed) -> None:
    one = FollowUp.objects.select_related(
        "care__case__site", "care__counsellor__user"
    ).get(uid=uid_of(event.about))
    care = one.care
    counsellor = care.counsellor.user if care.counsellor else None
    asked = care.offers.order_by("-pk").select_related("by").first()
    if counsellor is not None and permissions.can_follow_up(counsellor, care):
        people, path = [counsellor], f"/counselling/people/{care.uid}/"
    else:
        can_act = asked is not None and permissions.can_offer(asked.by, care.case)
        people = [asked.by] if asked and can_act else who_refers(care.case)
        path = f"/cases/{care.case.number}/counselling/"
    notify.send(
        kind=messages.DUE,
        site=care.case.site,
        subject=queued.subject,
        people=people,
        path=path,
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )
