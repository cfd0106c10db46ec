"""What a step of a scenario may do once a plan is in force: letters, objections, work."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.selectors import link_for
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError
from anlan.resolution import services as resolution
from anlan.resolution.enums import (
    DeliveryResult,
    DeliveryWay,
    NoticeKind,
    ObjectionState,
    ObjectionWay,
)
from anlan.resolution.models import Carrying, Notice, Objection, PlanMeasure
from anlan.resolution.selectors.notices import (
    consequences_of,
    letter_of,
    plan_in_force,
    template_of,
)


@action
def write_notice(
    stage: Stage, *, by: User, at: datetime, measure: int, words: str, asks: str
) -> str:
    """The letter of a measure, by its position: what happened, and what is asked."""
    notice = resolution.begin_notice(measure=_measure(stage, measure), by=by, at=at)
    resolution.save_notice(notice=notice, facts=words, request=asks, by=by, at=at)
    return notice.code


@action
def explain_consequences(
    stage: Stage, *, by: User, at: datetime, key: str, words: str, asks: str = ""
) -> str:
    """The letter to a party on what may follow in law.

    ``asks`` empty, it asks what a plan to keep them apart says, if there is one.
    """
    notice = resolution.begin_consequences(party=stage.parties[key], by=by, at=at)
    resolution.save_notice(
        notice=notice, facts=words, request=asks or notice.request, by=by, at=at
    )
    return notice.code


@action
def write_template(
    stage: Stage, *, by: User, at: datetime, letter: str, words: str
) -> str:
    """The newest text of a letter, with one more paragraph."""
    organisation, kind = stage.site.organisation, NoticeKind(letter)
    newest = template_of(organisation, kind)
    made = resolution.write_template(
        organisation=organisation,
        kind=kind,
        title=newest.title,
        body=f"{newest.body}\n{words}",
        version=newest.version,
        by=by,
        at=at,
    )
    return f"{made.kind} v{made.version}"


@action
def issue_notice(
    stage: Stage, *, by: User, at: datetime, measure: int = 0, key: str = ""
) -> str:
    """That of a measure, or with ``key`` the one to a party on what may follow in law."""
    notice = _notice(stage, measure, key)
    shown = letter_of(notice).digest
    return resolution.issue_notice(notice=notice, shown=shown, by=by, at=at).state


@action
def deliver_notice(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    result: str,
    measure: int = 0,
    key: str = "",
    witnesses: str = "",
    words: str = "",
) -> str:
    """Handed over in person."""
    made = resolution.record_delivery(
        notice=_notice(stage, measure, key),
        way=DeliveryWay.IN_PERSON,
        result=DeliveryResult(result),
        happened=at,
        witnesses=witnesses,
        words=words,
        by=by,
        at=at,
    )
    return made.result


@action
def object_to(stage: Stage, *, by: User, at: datetime, measure: int, words: str) -> str:
    """What the person says in writing against a measure."""
    made = resolution.receive_objection(
        measure=_measure(stage, measure),
        way=ObjectionWay.WRITTEN,
        words=words,
        by=by,
        at=at,
    )
    return made.code


@action
def object_by_link(
    stage: Stage, *, by: User, at: datetime, measure: int, words: str
) -> str:
    """Whoever delivers makes the person's link; the person objects on their phone."""
    notice = _notice(stage, measure)
    secret = resolution.give_notice_link(notice=notice, by=by, at=at)
    link = link_for(secret, at=at)
    made = resolution.object_by_link(
        link=link, words=words, by=link, at=at, via="public"
    )
    return made.code


@action
def hear_objection(
    stage: Stage, *, by: User, at: datetime, result: str, words: str
) -> str:
    """The newest one; ``result`` is rejected, eased or upheld."""
    case = _case(stage)
    newest = Objection.objects.select_related("measure__plan", "party").filter(
        case=case
    )
    objection = newest.order_by("-number")[0]
    objection.case = objection.measure.plan.case = case
    ended = resolution.decide_objection(
        objection=objection, state=ObjectionState(result), reason=words, by=by, at=at
    )
    return ended.state


@action
def carry_out(stage: Stage, *, by: User, at: datetime, measure: int, words: str) -> str:
    """The task of a measure is done."""
    carrying = Carrying.objects.select_related("task").get(
        measure=_measure(stage, measure)
    )
    if carrying.task is None:
        raise ScenarioError("the case was closed when the plan was approved")
    carrying.task.case = _case(stage)
    return cases.complete_task(task=carrying.task, words=words, by=by, at=at).state


def _case(stage: Stage) -> Case:
    return Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )


def _measure(stage: Stage, position: int) -> PlanMeasure:
    plan = plan_in_force(_case(stage))
    if plan is None:
        raise ScenarioError("no plan is in force")
    measure = plan.measures.select_related("party__person").get(position=position)
    measure.plan = plan
    return measure


def _notice(stage: Stage, position: int, key: str = "") -> Notice:
    if key:
        explained = consequences_of(stage.parties[key])
        if explained is None:
            raise ScenarioError(f"nothing was explained to {key} in writing")
        explained.case = _case(stage)
        return explained
    measure = _measure(stage, position)
    notice = measure.notices.exclude(state="revoked").get()
    notice.case, notice.measure = measure.plan.case, measure
    return notice
