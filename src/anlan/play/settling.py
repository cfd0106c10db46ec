"""What a step of a scenario may do to bring two sides to terms."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import Side
from anlan.cases.models import Case, Party
from anlan.evidence import services as evidence
from anlan.play.actions import Stage, action
from anlan.play.pictures import picture, signature
from anlan.play.scenario import ScenarioError
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import (
    BodyKind,
    Capacity,
    Exclusion,
    Proposer,
    TalksKind,
    TermBy,
    TermKind,
    WithdrawalWay,
)
from anlan.resolution.mediation.models import (
    Body,
    Duty,
    Mediator,
    Proposal,
    Session,
    Talks,
)
from anlan.resolution.mediation.services import Draft, Giver, TermDraft

_SIGNED_AS = 40  # so that no drawing is one that another verb uses


@action
def begin_talks(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    of: str,
    other: str,
    words: str,
    excluded: list[str] | None = None,
    body: str = "",
) -> str:
    """A negotiation of the office between the parties of these keys.

    With the name of a ``body`` that body is asked to mediate.
    """
    asked = Body.objects.get(name=body) if body else None
    made = mediation.begin_talks(
        case=_case(stage),
        kind=BodyKind(asked.kind).holds if asked else TalksKind.NEGOTIATION,
        body=asked,
        victim=_party(stage, of),
        aggressor=_party(stage, other),
        about=words,
        excluded=[Exclusion(one) for one in excluded or []],
        by=by,
        at=at,
    )
    return made.code


@action
def enter_body(
    stage: Stage, *, by: User, at: datetime, name: str, mediator: str
) -> str:
    """A committee of people's mediation and its mediator, who has no account."""
    case = _case(stage)
    body = mediation.write_body(
        organisation=case.site.organisation,
        kind=BodyKind.COMMITTEE,
        name=name,
        area=case.site.name,
        contact="0571-0000 0000",
        verified_on=local_day(at),
        verified_how="查看司法所备案名单",
        by=by,
        at=at,
    )
    mediation.enter_mediator(body=body, name=mediator, by=by, at=at)
    return body.name


@action
def body_answers(
    stage: Stage, *, by: User, at: datetime, accepts: bool = True, words: str = ""
) -> str:
    """Whether the body mediates, by the mediator who was entered; ``words`` say why not."""
    talks = _talks(stage)
    mediators = Mediator.objects.filter(body=talks.body, ended_at=None)
    answered = mediation.record_answer(
        talks=talks,
        accepts=accepts,
        mediator=mediators.order_by("pk").first() if accepts else None,
        is_unrelated=True,
        reason=words,
        by=by,
        at=at,
    )
    return answered.state


@action
def make_binding(stage: Stage, *, by: User, at: datetime, seed: int) -> str:
    """The agreement that both, mediator and body signed is photographed, and binds."""
    paper = evidence.add_file(
        case=_case(stage),
        chunks=[picture(seed)],
        title="人民调解协议书",
        by=by,
        at=at,
    )
    done = mediation.make_effective(
        talks=_talks(stage), exhibit=paper, effective_on=local_day(at), by=by, at=at
    )
    return done.state


@action
def tell_police_of_terms(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    """What was performed is told to the police, with what both wrote."""
    talks = _talks(stage)
    task = talks.police_task
    if task is None:
        raise ScenarioError("the police wait for nothing of these talks")
    task.case = talks.case
    return cases.complete_task(task=task, words=words, by=by, at=at).state


@action
def agree_to_talk(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    side: str,
    guardian: str = "",
    relation: str = "",
) -> str:
    """One side signs on the screen that it is willing; a guardian signs for a child."""
    talks = _talks(stage)
    drawn = _SIGNED_AS + 10 * talks.number + talks.consents.count()
    made = mediation.consent_on_screen(
        talks=talks,
        side=Side(side),
        signature=[signature(drawn)],
        giver=_giver(stage, guardian, relation),
        by=by,
        at=at,
    )
    return made.way


@action
def leave_talks(stage: Stage, *, by: User, at: datetime, side: str) -> str:
    """One side says by telephone that it is not willing, or not any more."""
    left = mediation.record_withdrawal(
        talks=_talks(stage), side=Side(side), way=WithdrawalWay.PHONE, by=by, at=at
    )
    return left.state


@action
def meet(stage: Stage, *, by: User, at: datetime, place: str) -> str:
    """A session of the newest talks is fixed for now, and begins."""
    planned = mediation.plan_session(
        talks=_talks(stage), planned=at, place=place, by=by, at=at
    )
    begun = mediation.begin_session(session=planned, by=by, at=at)
    return f"{begun.number} {begun.state}"


@action
def name_writer(stage: Stage, *, by: User, at: datetime, user: str, words: str) -> str:
    """Who writes down the newest session for a mediator without an account."""
    named = mediation.name_writer(
        session=_session(stage),
        writer=User.objects.get(username=user),
        words=words,
        by=by,
        at=at,
    )
    return f"{named.number} {user}"


@action
def write_session(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    """What was said in the newest session; it never is evidence."""
    note = mediation.write_session_note(
        session=_session(stage), text=words, by=by, at=at
    )
    return note.by.username


@action
def end_meeting(stage: Stage, *, by: User, at: datetime) -> str:
    return mediation.end_session(session=_session(stage), by=by, at=at).state


@action
def propose_terms(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    fen: int,
    manner: str,
    days: int,
    words: str,
    otherwise: str,
) -> str:
    """The aggressor pays a sum within days, and apologises; ``otherwise`` is the default."""
    talks = _talks(stage)
    due_on = local_day(at) + timedelta(days=days)
    terms = [
        TermDraft(
            kind=TermKind.PAYMENT,
            by=TermBy.AGGRESSOR,
            fen=fen,
            manner=manner,
            due_on=due_on,
        ),
        TermDraft(
            kind=TermKind.APOLOGY,
            by=TermBy.AGGRESSOR,
            words="向甲方道歉",
            manner="当面",
            due_on=due_on,
        ),
    ]
    made = mediation.propose(
        talks=talks,
        proposer=Proposer.MEDIATOR
        if TalksKind(talks.kind).is_mediation
        else Proposer.OFFICE,
        draft=Draft(facts=words, in_default=otherwise, terms=terms),
        latest=talks.proposals.count(),
        by=by,
        at=at,
    )
    return made.code


@action
def accept_terms(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    side: str,
    version: int = 0,
    guardian: str = "",
    relation: str = "",
) -> str:
    """One side signs the newest version, or that of this number, or its guardian does."""
    talks = _talks(stage)
    rows = talks.proposals.order_by("-number")
    proposal = rows.get(number=version) if version else rows[0]
    proposal.talks = talks
    drawn = 2 * _SIGNED_AS + 10 * proposal.number + proposal.acceptances.count()
    signed: Proposal = mediation.accept_proposal(
        proposal=proposal,
        side=Side(side),
        signature=[signature(drawn)],
        giver=_giver(stage, guardian, relation),
        by=by,
        at=at,
    )
    return signed.state


@action
def perform_term(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    term: int,
    words: str,
    seed: int = 0,
) -> str:
    """A term was performed; with ``seed`` a receipt is photographed."""
    duty = _duty(stage, term)
    receipt = (
        evidence.add_file(
            case=_case(stage), chunks=[picture(seed)], title="收条", by=by, at=at
        )
        if seed
        else None
    )
    made = mediation.record_performance(
        duty=duty, words=words, exhibit=receipt, by=by, at=at
    )
    return made.state


@action
def default_term(stage: Stage, *, by: User, at: datetime, term: int, words: str) -> str:
    """A term was not performed by its day."""
    made = mediation.record_default(duty=_duty(stage, term), words=words, by=by, at=at)
    return made.state


def _giver(stage: Stage, guardian: str, relation: str) -> Giver | None:
    """By the key of a party, or by name."""
    if not guardian:
        return None
    if guardian in stage.parties:
        return Giver(
            Capacity.GUARDIAN, relation=relation, party=stage.parties[guardian]
        )
    return Giver(Capacity.GUARDIAN, guardian, relation=relation)


def _case(stage: Stage) -> Case:
    return Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )


def _party(stage: Stage, key: str) -> Party:
    """As it is now: since it was added somebody may have said who it is."""
    parties = Party.objects.select_related("person", "user", "case__site")
    return parties.get(pk=stage.parties[key].pk)


def _talks(stage: Stage) -> Talks:
    rows = Talks.objects.select_related(
        *("victim__person", "victim__user", "aggressor__person", "aggressor__user"),
        *("host", "body", "mediator__user", "police_task"),
    )
    talks = rows.filter(case_id=stage.incident.case_id).latest("number")
    talks.case = _case(stage)
    return talks


def _session(stage: Stage) -> Session:
    talks = _talks(stage)
    session = talks.sessions.latest("number")
    session.talks = talks
    return session


def _duty(stage: Stage, term: int) -> Duty:
    talks = _talks(stage)
    duty = talks.duties.select_related("term", "task").get(term__position=term)
    duty.talks = talks
    return duty
