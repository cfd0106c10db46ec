"""What a step of a scenario may do on the legal side: work injury, limits of time, counsel."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import (
    Client,
    Filer,
    LawyerKind,
    LimitationKind,
    Material,
    TurnGround,
    WorkInjuryStepKind,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    Limitation,
    WorkInjury,
)


@action
def work_injury(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    step: str,
    words: str = "",
    paper: str = "",
    filer: str = Filer.EMPLOYER,
    clear: bool = False,
) -> str:
    """What happened today; the newest exhibit is the paper that proves it."""
    kind = WorkInjuryStepKind(step)
    legal.record_step(
        injury=_injury(stage),
        kind=kind,
        happened=local_day(at),
        exhibit=_newest(stage) if kind.needs_paper else None,
        paper=paper,
        words=words,
        filer=Filer(filer),
        is_clear=clear,
        by=by,
        at=at,
    )
    return _injury(stage).state


@action
def work_injury_paper(stage: Stage, *, by: User, at: datetime, material: str) -> str:
    """The newest exhibit is this paper of the application."""
    exhibit = _newest(stage)
    legal.add_material(
        injury=_injury(stage),
        material=Material(material),
        exhibit=exhibit,
        by=by,
        at=at,
    )
    return exhibit.code


@action
def limit(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    kind: str,
    words: str,
    of: str = "",
    against: str = "",
) -> str:
    """A period runs from today; of a party, or of the office."""
    made = legal.start_limitation(
        case=_case(stage),
        kind=LimitationKind(kind),
        starts_on=local_day(at),
        words=words,
        holder=stage.parties[of] if of else None,
        against=stage.parties[against] if against else None,
        by=by,
        at=at,
    )
    return made.code


@action
def turn_limit(
    stage: Stage, *, by: User, at: datetime, code: str, ground: str, words: str = ""
) -> str:
    """What interrupts or suspends it from today; the newest exhibit proves it."""
    case = _case(stage)
    row = Limitation.objects.get(case=case, number=int(code.removeprefix("L-")))
    row.case = case
    legal.record_turn(
        limitation=row,
        ground=TurnGround(ground),
        on=local_day(at),
        exhibit=_newest(stage),
        words=words,
        by=by,
        at=at,
    )
    row.refresh_from_db()
    return str(row.due_on or "")


@action
def engage(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    name: str,
    words: str,
    firm: str = "",
    user: str = "",
    client: str = Client.COMPANY,
) -> str:
    """A lawyer is entered, if new, and acts; the newest exhibit is the letter."""
    case = _case(stage)
    lawyer = Lawyer.objects.filter(name=name, firm=firm).first()
    if lawyer is None:
        lawyer = legal.add_lawyer(
            organisation=case.site.organisation,
            kind=LawyerKind.OUTSIDE if firm else LawyerKind.IN_HOUSE,
            name=name,
            firm=firm,
            user=User.objects.get(username=user) if user else None,
            by=by,
            at=at,
        )
    is_ours = client == Client.COMPANY
    made = legal.engage_counsel(
        case=case,
        lawyer=lawyer,
        client=Client(client),
        scope=words,
        begins_on=local_day(at),
        is_related=False,
        letter=_newest(stage) if firm and is_ours else None,
        by=by,
        at=at,
    )
    return made.code


@action
def ask_counsel(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    """The counsel of the company who was engaged last."""
    case = _case(stage)
    acting = Engagement.objects.select_related("lawyer__user").filter(
        case=case, client=Client.COMPANY, ends_on=None
    )
    engagement = acting.order_by("-number")[0]
    engagement.case = case
    return legal.ask_counsel(engagement=engagement, words=words, by=by, at=at).code


@action
def give_opinion(stage: Stage, *, by: User, at: datetime, words: str) -> str:
    """To the newest question: drafted, looked at, given."""
    case = _case(stage)
    asked = CounselQuestion.objects.select_related("engagement__lawyer").filter(
        case=case
    )
    question = asked.order_by("-number")[0]
    question.case = case
    legal.save_opinion(question=question, text=words, by=by, at=at)
    shown = sha256(words.encode()).hex()
    made = legal.give_opinion(question=question, shown=shown, by=by, at=at)
    return f"{question.code} v{made.version}"


def _case(stage: Stage) -> Case:
    return Case.objects.select_related("site__organisation").get(
        pk=stage.incident.case_id
    )


def _injury(stage: Stage) -> WorkInjury:
    case = _case(stage)
    found = WorkInjury.objects.select_related("party").filter(case=case).first()
    if found is None:
        raise ScenarioError("nobody who works here was struck")
    found.case = case
    return found


def _newest(stage: Stage) -> Exhibit:
    newest = Exhibit.objects.filter(case=_case(stage)).order_by("-number").first()
    if newest is None:
        raise ScenarioError("there is no exhibit")
    return newest
