"""What a step of a scenario may do in an investigation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence.enums import StatementRole
from anlan.evidence.models import Exhibit, Statement
from anlan.investigation import services as investigation
from anlan.investigation.enums import (
    CellSays,
    PinKind,
    SceneAspect,
    SceneRating,
    SentenceKind,
)
from anlan.investigation.models import Finding, Interview, Sketch
from anlan.investigation.selectors.comparison import column_for, comparison_of
from anlan.investigation.selectors.interviews import gap_questions
from anlan.investigation.services import Plan
from anlan.play.actions import Stage, action
from anlan.play.scenario import ScenarioError


@action
def plan_interview(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    role: str,
    of: str = "",
    beside: str = "",
    who_asks: str = "",
    questions: Sequence[str] = (),
    topics: str = "",
    where: str = "",
) -> str:
    """``beside`` is a second party, which is refused; gaps of theirs are taken up."""
    party = stage.parties[of or key]
    asks = User.objects.get(username=who_asks) if who_asks else by
    stage.interviews[key] = investigation.plan_interview(
        case=stage.incident.case,
        parties=[party, *([stage.parties[beside]] if beside else [])],
        role=StatementRole(role),
        plan=Plan(interviewer=asks, topics=topics, place=where),
        questions=questions,
        take_up=gap_questions(party),
        by=by,
        at=at,
    )
    return stage.interviews[key].code


@action
def begin_interview(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    key: str,
    where: str,
    told: bool = True,
    present: str = "",
    minor: bool = False,
    guardian: str = "",
    consent: bool = False,
) -> str:
    """The verbs of a statement go on with it, under the same key.

    ``guardian`` is the key of a party that was linked to them; ``consent`` is theirs for
    somebody under 14.
    """
    begun = investigation.begin_interview(
        interview=_interview(stage, key),
        place=where,
        is_told=told,
        present=present,
        is_minor=minor,
        guardian=stage.parties[guardian] if guardian else None,
        is_guardian_present=bool(guardian),
        has_consent=consent,
        by=by,
        at=at,
    )
    if begun.statement is None:
        return ""
    stage.statements[key] = begun.statement
    return begun.statement.code


@action
def stop_interview(
    stage: Stage, *, by: User, at: datetime, key: str, words: str = ""
) -> str:
    investigation.stop_interview(
        interview=_interview(stage, key), words=words, by=by, at=at
    )
    return ""


@action
def look_at_scene(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    aspect: str,
    rating: str,
    words: str = "",
    photo: str = "",
) -> str:
    case = stage.incident.case
    look = investigation.look_at_scene(
        case=case,
        aspect=SceneAspect(aspect),
        rating=SceneRating(rating),
        note=words,
        exhibit=case.exhibits.get(number=int(photo[2:])) if photo else None,
        by=by,
        at=at,
    )
    return look.rating


@action
def sketch(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    title: str,
    pins: Sequence[Sequence[str]],
) -> str:
    """``pins`` are kind, x, y and a party's key or what it is."""
    made: Sketch = investigation.draw_sketch(
        case=stage.incident.case, title=title, by=by, at=at
    )
    for kind, x, y, what in pins:
        party = stage.parties.get(what)
        investigation.set_pin(
            sketch=made,
            kind=PinKind(kind),
            x=int(x),
            y=int(y),
            party=party,
            label="" if party else what,
            by=by,
            at=at,
        )
    return made.code


@action
def defence_fact(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    question: str,
    source: str = "",
    words: str = "",
) -> str:
    """Without a source it is unknown."""
    case = stage.incident.case
    investigation.note_fact(
        case=case,
        question=question,
        source=_source(case, source) if source else None,
        words=words,
        is_unknown=not source,
        by=by,
        at=at,
    )
    return question


@action
def read_cell(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    statement: str,
    fact: str,
    says: str = "",
    sentence: int = 0,
    words: str = "",
) -> str:
    """What one account says to one fact; the proposal, where nothing else is said."""
    case = stage.incident.case
    if not says:
        return investigation.accept_cell(
            case=case, statement=statement, fact=fact, by=by, at=at
        ).says
    start = None
    if sentence:
        column = column_for(by, case, statement)
        start = column.sentences[sentence - 1].start
    return investigation.read_cell(
        case=case,
        statement=statement,
        fact=fact,
        says=CellSays(says),
        start=start,
        note=words,
        by=by,
        at=at,
    ).says


@action
def judge_pair(
    stage: Stage, *, by: User, at: datetime, topic: str, words: str = ""
) -> str:
    """The first contradiction of a topic: with words it does not hold."""
    case = stage.incident.case
    found = [
        pair for pair in comparison_of(case, by).contradictions if pair.topic == topic
    ]
    if not found:
        raise ScenarioError(f"nothing contradicts in {topic}")
    investigation.judge_pair(
        case=case, pair=found[0], holds=not words, reason=words, by=by, at=at
    )
    return found[0].key


@action
def find(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    part: str,
    words: str,
    cites: Sequence[str] = (),
    fact: bool = True,
) -> str:
    """One sentence of the findings; the first begins a version."""
    case = stage.incident.case
    finding = investigation.begin_finding(case=case, by=by, at=at)
    investigation.add_sentence(
        finding=finding,
        kind=SentenceKind(part),
        text=words,
        is_fact=fact,
        sources=[_source(case, code) for code in cites],
        by=by,
        at=at,
    )
    return finding.code


@action
def cite(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    part: str,
    position: int,
    cites: Sequence[str],
) -> str:
    """What a sentence of the draft rests on, instead of what it rested on."""
    row = _finding(stage).sentences.select_related("finding__case__site")
    sentence = row.get(kind=part, position=position)
    investigation.change_sentence(
        sentence=sentence,
        text=sentence.text,
        is_fact=sentence.is_fact,
        sources=[_source(stage.incident.case, code) for code in cites],
        by=by,
        at=at,
    )
    return " ".join(cites)


@action
def submit_finding(stage: Stage, *, by: User, at: datetime) -> str:
    return investigation.submit_finding(finding=_finding(stage), by=by, at=at).code


@action
def decide_finding(
    stage: Stage, *, by: User, at: datetime, approved: bool = True, words: str = ""
) -> str:
    decided = investigation.decide_finding(
        finding=_finding(stage), is_approved=approved, remark=words, by=by, at=at
    )
    return decided.state


def _interview(stage: Stage, key: str) -> Interview:
    return Interview.objects.select_related(
        "case__site", "party__person", "party__user", "interviewer"
    ).get(pk=stage.interviews[key].pk)


def _finding(stage: Stage) -> Finding:
    found = Finding.objects.select_related("case__site", "author")
    return found.filter(case=stage.incident.case).latest("version")


def _source(case: Case, code: str) -> Statement | Exhibit:
    number = int(code[2:])
    if code.startswith("S-"):
        return Statement.objects.get(case=case, number=number)
    return Exhibit.objects.get(case=case, number=number)
