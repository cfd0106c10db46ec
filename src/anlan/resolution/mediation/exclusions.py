"""What of the record speaks against bringing a matter to terms (G17)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from anlan.cases.enums import Severity
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.evidence.enums import AppraisedLevel
from anlan.evidence.models import MedicalPaper
from anlan.resolution.mediation.enums import Exclusion
from anlan.resolution.mediation.models import Talks

_SERIOUS = (AppraisedLevel.SERIOUS_1, AppraisedLevel.SERIOUS_2)
_CRIMINAL = (AppraisedLevel.MINOR_1, AppraisedLevel.MINOR_2, *_SERIOUS)


def standing_exclusions(case: Case) -> dict[Exclusion, str]:
    """What stands, with the talks that ended for it; empty where the case itself says it."""
    found = {Exclusion(there.exclusion): there.code for there in excluded_talks(case)}
    if case.severity >= Severity.CRITICAL or _is_seriously_hurt(case):
        found.setdefault(Exclusion.SERIOUS, "")
    return found


def excluded_talks(case: Case) -> QuerySet[Talks]:
    """Those that ended because the matter may not be brought to terms, which still holds."""
    return Talks.objects.filter(of_one_case(case), lifted_at=None).exclude(exclusion="")


def may_be_a_crime(case: Case) -> bool:
    """Whether somebody was appraised so badly hurt that terms end no case of the police.

    From 轻伤 on it is an intentional injury of the criminal law (刑法 234), which 治安法 9
    does not reach: what was agreed is looked at, and set down, under 刑诉法 288.
    """
    return _is_appraised(case, _CRIMINAL)


def _is_seriously_hurt(case: Case) -> bool:
    return _is_appraised(case, _SERIOUS)


def _is_appraised(case: Case, levels: Collection[AppraisedLevel]) -> bool:
    papers = MedicalPaper.objects.filter(
        of_one_case(case, "party__case"), level__in=levels
    )
    return papers.exists()
