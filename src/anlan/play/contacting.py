"""What a step of a scenario may do about talks with the parties, and who stands for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.accounts.models import Place, User
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Direction, OfferAnswer, Side
from anlan.cases.models import Case, Guardianship, Promise
from anlan.cases.selectors.contacts import OFFERS
from anlan.cases.services import Promised
from anlan.play.actions import Stage, action
from anlan.play.scenario import read_span


@action
def name_contact(stage: Stage, *, by: User, at: datetime, side: str, user: str) -> str:
    named = cases.name_contact(
        case=stage.incident.case,
        side=Side(side),
        user=User.objects.get(username=user),
        by=by,
        at=at,
    )
    return named.user.username


@action
def talk(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    words: str,
    channel: str = "in_person",
    offers: Sequence[str] = (),
    promise: str = "",
    within: str = "1d",
    again: str = "",
    explained: bool = False,
) -> str:
    """``offers`` are like ``medical accepted``; ``again`` is when the next talk is due."""
    answers = dict(offer.split() for offer in offers)
    contact = cases.record_contact(
        party=stage.parties[key],
        channel=ContactChannel(channel),
        direction=Direction.OUT,
        words=words,
        offers={name: OfferAnswer(answers[name]) for name in OFFERS if name in answers},
        consequences_explained=explained,
        promises=[Promised(words=promise, due_at=at + read_span(within))]
        if promise
        else [],
        next_due_at=at + read_span(again) if again else None,
        by=by,
        at=at,
    )
    return contact.code


@action
def keep_apart(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    other: str,
    places: Sequence[str],
    words: str,
    within: str,
) -> str:
    plan = cases.keep_apart(
        case=stage.incident.case,
        one=stage.parties[key],
        other=stage.parties[other],
        places=list(Place.objects.filter(site=stage.site, label__in=places)),
        words=words,
        ends_at=at + read_span(within),
        by=by,
        at=at,
    )
    return plan.code


@action
def keep_promise(
    stage: Stage, *, by: User, at: datetime, contact: int, words: str, position: int = 1
) -> str:
    """A promise of the talk of this number was kept."""
    promise = Promise.objects.select_related("task").get(
        contact__case=stage.incident.case_id, contact__number=contact, position=position
    )
    task = promise.task
    task.case = stage.incident.case
    return cases.complete_task(task=task, words=words, by=by, at=at).state


@action
def guardian(
    stage: Stage, *, by: User, at: datetime, key: str, of: str, relation: str
) -> str:
    """A party, who is on the case as a guardian, stands for another."""
    made = cases.link_guardian(
        guardian=stage.parties[key],
        ward=stage.parties[of],
        relation=relation,
        by=by,
        at=at,
    )
    return made.relation


@action
def end_guardian(
    stage: Stage, *, by: User, at: datetime, key: str, of: str, words: str
) -> str:
    """What was said of them is taken back."""
    link = Guardianship.objects.select_related("guardian", "ward__case__site").get(
        guardian=stage.parties[key], ward=stage.parties[of], ended_at=None
    )
    cases.unlink_guardian(link=link, reason=words, by=by, at=at)
    return key


@action
def state_act(
    stage: Stage, *, by: User, at: datetime, words: str, days_ago: int = 0
) -> str:
    """On which day it was, counted back from the day of the step."""
    case = Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )
    day = local_day(at) - timedelta(days=days_ago)
    stated = cases.state_act(case=case, day=day, words=words, by=by, at=at)
    return stated.day.isoformat()
