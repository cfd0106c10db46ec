"""What of the record speaks against bringing a matter to terms (G17)."""

from __future__ import annotations

from django.db.models import QuerySet

from anlan.cases.enums import Severity
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.evidence.enums import AppraisedLevel
from anlan.evidence.models import MedicalPaper
from anlan.resolution.mediation.enums import Exclusion
from anlan.resolution.mediation.models import Talks

_SERIOUS = (AppraisedLevel.SERIOUS_1, AppraisedLevel.SERIOUS_2)


def standing_exclusions(case: Case) -> dict[Exclusion, str]:
    """What stands, with the talks that ended for it; empty where the case itself says it."""
    found = {Exclusion(there.exclusion): there.code for there in excluded_talks(case)}
    if case.severity >= Severity.CRITICAL or _is_seriously_hurt(case):
        found.setdefault(Exclusion.SERIOUS, "")
    return found


def excluded_talks(case: Case) -> QuerySet[Talks]:
    """Those that ended because the matter may not be brought to terms, which still holds."""
    return Talks.objects.filter(of_one_case(case), lifted_at=None).exclude(exclusion="")


def _is_seriously_hurt(case: Case) -> bool:
    papers = MedicalPaper.objects.filter(
        of_one_case(case, "party__case"), level__in=_SERIOUS
    )
    return papers.exists()
