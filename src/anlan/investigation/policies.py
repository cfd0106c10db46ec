"""What the state of an interview or of findings allows."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict, InvalidInput
from anlan.investigation.enums import FindingState, InterviewState, SentenceKind
from anlan.investigation.models import Citation, Finding, FindingSentence, Interview

# What may become what; ``docs/states/`` is drawn from these tables.
INTERVIEW_MOVES: dict[InterviewState, tuple[InterviewState, ...]] = {
    InterviewState.PLANNED: (InterviewState.RUNNING, InterviewState.CANCELLED),
    # Back to the plan when its draft was given up as begun wrongly.
    InterviewState.RUNNING: (
        InterviewState.HELD,
        InterviewState.STOPPED,
        InterviewState.PLANNED,
    ),
    InterviewState.HELD: (),
    InterviewState.STOPPED: (),
    InterviewState.CANCELLED: (),
}
FINDING_MOVES: dict[FindingState, tuple[FindingState, ...]] = {
    FindingState.DRAFT: (FindingState.SUBMITTED, FindingState.WITHDRAWN),
    FindingState.SUBMITTED: (
        FindingState.APPROVED,
        FindingState.RETURNED,
        FindingState.WITHDRAWN,
    ),
    FindingState.RETURNED: (),
    FindingState.APPROVED: (FindingState.SUPERSEDED,),
    FindingState.SUPERSEDED: (),
    FindingState.WITHDRAWN: (),
}


def check_interview_may_become(interview: Interview, state: InterviewState) -> None:
    now = InterviewState(interview.state)
    if state not in INTERVIEW_MOVES[now]:
        raise Conflict(
            _("谈话 %(code)s：%(state)s，不能再办理")
            % {"code": interview.code, "state": now.label}
        )


def check_is_planned(interview: Interview) -> None:
    """Only what has not begun is planned otherwise."""
    if interview.state != InterviewState.PLANNED:
        raise Conflict(
            _("谈话 %(code)s：%(state)s，安排不能再改")
            % {"code": interview.code, "state": interview.get_state_display()}
        )


def check_is_draft(finding: Finding) -> None:
    """From its submission on a version does not change; a new one takes its place."""
    if not finding.is_draft:
        raise Conflict(
            _("调查结论 %(code)s %(state)s，不能再改；要改请起草新版本")
            % {"code": finding.code, "state": finding.get_state_display()}
        )


def check_is_submitted(finding: Finding) -> None:
    if finding.state != FindingState.SUBMITTED:
        raise Conflict(
            _("调查结论 %(code)s %(state)s，现在不能审批")
            % {"code": finding.code, "state": finding.get_state_display()}
        )


def can_be_withdrawn(finding: Finding) -> bool:
    return FindingState.WITHDRAWN in FINDING_MOVES[FindingState(finding.state)]


def check_can_be_withdrawn(finding: Finding) -> None:
    """What was decided stays; a new version takes its place."""
    if not can_be_withdrawn(finding):
        raise Conflict(
            _("调查结论 %(code)s %(state)s，不能撤回")
            % {"code": finding.code, "state": finding.get_state_display()}
        )


def holds(citation: Citation) -> bool:
    """Whether what it names can still be looked at: signed, and not let go."""
    if citation.statement is not None:
        exhibit = citation.statement.exhibit
        return exhibit is not None and not exhibit.is_deleted
    return citation.exhibit is not None and not citation.exhibit.is_deleted


def uncited(sentences: Iterable[FindingSentence]) -> list[FindingSentence]:
    """The sentences that state a fact and rest on nothing that can be looked at."""
    return [
        sentence
        for sentence in sentences
        if sentence.is_fact and not any(map(holds, sentence.citations.all()))
    ]


def check_every_fact_cites(sentences: Iterable[FindingSentence]) -> None:
    """
    Raises:
        InvalidInput: one or more facts cite nothing; they are named.
        Conflict: there is nothing at all.
    """
    rows = list(sentences)
    if not rows:
        raise Conflict(_("调查结论还没有写任何内容"))
    missing = uncited(rows)
    if missing:
        names = _("、").join(place_of(sentence) for sentence in missing)
        raise InvalidInput(
            _("每一句事实都要引用证据或者已签字的情况说明，这些还没有：%s") % names,
            path="sentences",
        )


def place_of(sentence: FindingSentence) -> str:
    """``经过 2``, as the page counts."""
    return f"{SentenceKind(sentence.kind).label} {sentence.position}"
