"""What a step of a scenario may do with the risk marker of a party (G27)."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.customers import services as customers
from anlan.customers.enums import ObjectionOutcome
from anlan.customers.models import RiskMarker
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError


@action
def mark(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    advice: str,
    words: str,
    days: int = 90,
) -> str:
    """The person was told the same day; the review is half way to the end."""
    party, today = stage.parties[key], local_day(at)
    if party.person is None:
        raise ScenarioError(f"nobody knows who {key} is")
    customers.set_marker(
        person=party.person,
        site=stage.site,
        advice=advice,
        reason=words,
        review_on=today + timedelta(days=days // 2),
        expires_on=today + timedelta(days=days),
        told_on=today,
        case_number=party.case.number,
        by=by,
        at=at,
    )
    return key


@action
def object_to_mark(
    stage: Stage, *, by: User, at: datetime, key: str, words: str
) -> str:
    customers.object_to_marker(marker=_marker(stage, key), words=words, by=by, at=at)
    return key


@action
def hear_mark(
    stage: Stage, *, by: User, at: datetime, key: str, outcome: str, words: str
) -> str:
    """Decide what the person said against their marker: kept or ended."""
    objection = _marker(stage, key).objections.get(decided_at=None)
    customers.decide_marker_objection(
        objection=objection,
        outcome=ObjectionOutcome(outcome),
        reason=words,
        by=by,
        at=at,
    )
    return outcome


def _marker(stage: Stage, key: str) -> RiskMarker:
    found = RiskMarker.objects.select_related("site", "person")
    return found.filter(person=stage.parties[key].person_id).latest("pk")
