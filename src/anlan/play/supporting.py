"""What a step of a scenario may do for people: offer, refer, agree, seal, ask again."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError, read_span
from anlan.resolution.counselling import services as support
from anlan.resolution.counselling.enums import (
    CareState,
    ConsentUse,
    ConsentWay,
    Ending,
    FollowUpResult,
    OfferWay,
    SessionState,
)
from anlan.resolution.counselling.models import Care, Counsellor, UrgentCall

PASSPHRASE = "河水很静，夜里有风，早上会晴"  # noqa: S105 -- of an invented counsellor


@action
def enter_counsellor(
    stage: Stage, *, by: User, at: datetime, user: str, hours: str, telephone: str
) -> str:
    """Somebody of the demo's people, by username, with the sign-in that keeps notes."""
    found = User.objects.get(username=user)
    made = support.enter_counsellor(
        organisation=stage.site.organisation,
        name=found.name,
        user=found,
        hours=hours,
        telephone=telephone,
        by=by,
        at=at,
    )
    return made.name


@action
def set_up_sealing(
    stage: Stage, *, by: User, at: datetime, first: str, second: str
) -> str:
    """The counsellor's key, and both sheets typed off the paper."""
    key, sheets = support.make_key(
        passphrase=PASSPHRASE,
        first=User.objects.get(username=first),
        second=User.objects.get(username=second),
        by=by,
        at=at,
    )
    support.confirm_key(
        key=key,
        first=" ".join(sheets.first),
        second=" ".join(sheets.second),
        by=by,
        at=at,
    )
    return "sealed"


@action
def offer_support(
    stage: Stage, *, by: User, at: datetime, party: str, answer: str, again: str = ""
) -> str:
    """``answer`` is accepted, declined or later; ``again``: a span until the next time."""
    made = support.offer_support(
        party=stage.parties[party],
        way=OfferWay.IN_PERSON,
        answer=CareState(answer),
        not_before=at + read_span(again) if again else None,
        by=by,
        at=at,
    )
    return made.state


@action
def refer_to_support(
    stage: Stage, *, by: User, at: datetime, party: str, to: str
) -> str:
    """``to`` is a counsellor's username, or a helpline."""
    counsellor = Counsellor.objects.filter(user__username=to).first()
    hotline = "" if counsellor else to
    made = support.refer(
        care=_care(stage, party), counsellor=counsellor, hotline=hotline, by=by, at=at
    )
    return made.state


@action
def agree_to_support(
    stage: Stage, *, by: User, at: datetime, party: str, use: str
) -> str:
    """``use`` is talk or screening."""
    made = support.give_consent(
        care=_care(stage, party),
        use=ConsentUse(use),
        way=ConsentWay.IN_PERSON,
        by=by,
        at=at,
    )
    return made.use


@action
def hold_session(
    stage: Stage, *, by: User, at: datetime, party: str, words: str, risk: bool = False
) -> str:
    """A talk that was held, and what the counsellor sealed of it."""
    care = _care(stage, party)
    planned = support.plan_session(care=care, planned_at=at, by=by, at=at)
    support.end_session(session=planned, state=SessionState.HELD, by=by, at=at)
    note = support.write_note(care=care, text=words, is_risk=risk, by=by, at=at)
    return note.code


@action
def answer_counsellor(stage: Stage, *, by: User, at: datetime) -> str:
    """Whoever was told to call says that they did."""
    call = (
        UrgentCall.objects.select_related("care__case__site", "care__party")
        .filter(care__case=stage.incident.case)
        .latest("pk")
    )
    return support.answer_call(call=call, by=by, at=at).state


@action
def ask_again(stage: Stage, *, by: User, at: datetime, party: str) -> str:
    """The next follow-up of a person; they were reached."""
    due = (
        _care(stage, party).follow_ups.filter(ended_at=None).order_by("due_at").first()
    )
    if due is None:
        raise ScenarioError("nothing is left to ask")
    due.care = _care(stage, party)
    made = support.record_follow_up(
        follow_up=due, result=FollowUpResult.REACHED, by=by, at=at
    )
    return made.step


@action
def end_support(stage: Stage, *, by: User, at: datetime, party: str) -> str:
    made = support.close_care(
        care=_care(stage, party), ending=Ending.DONE, by=by, at=at
    )
    return made.state


def _care(stage: Stage, party: str) -> Care:
    found = (
        Care.objects.select_related(
            *("case__site", "counsellor__user", "party__person", "party__user")
        )
        .filter(party=stage.parties[party])
        .first()
    )
    if found is None:
        raise ScenarioError(f"nobody has asked {party}")
    return found
