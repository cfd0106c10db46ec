"""What a step of a scenario may do about talks with the parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.accounts.models import Place, User
from anlan.cases import services as cases
from anlan.cases.enums import ContactChannel, Direction, OfferAnswer, Side
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
