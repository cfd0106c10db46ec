"""The colour of a state."""

from __future__ import annotations

from django import template

from anlan.investigation.enums import FindingState, InterviewState, SceneRating
from anlan.investigation.models import Finding, Interview, SceneLook

register = template.Library()

_INTERVIEWS = {
    InterviewState.PLANNED: "info",
    InterviewState.RUNNING: "brand",
    InterviewState.HELD: "ok",
    InterviewState.STOPPED: "warn",
    InterviewState.CANCELLED: "quiet",
}
_FINDINGS = {
    FindingState.DRAFT: "info",
    FindingState.SUBMITTED: "brand",
    FindingState.RETURNED: "warn",
    FindingState.APPROVED: "ok",
    FindingState.SUPERSEDED: "quiet",
    FindingState.WITHDRAWN: "quiet",
}
_RATINGS = {
    SceneRating.FINE: "ok",
    SceneRating.MINOR: "info",
    SceneRating.PART: "warn",
    SceneRating.UNKNOWN: "quiet",
}


@register.simple_tag
def interview_tone(interview: Interview) -> str:
    return _INTERVIEWS[InterviewState(interview.state)]


@register.simple_tag
def finding_tone(finding: Finding) -> str:
    return _FINDINGS[FindingState(finding.state)]


@register.simple_tag
def rating_tone(look: SceneLook) -> str:
    return _RATINGS[SceneRating(look.rating)]
