"""Words of risk markers that are over: they go with their case, or a year after their end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from anlan.base.one_by_one import each_alone, resting
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.customers import services as customers
from anlan.customers.models import RiskMarker
from anlan.customers.selectors.markers import over_with_words
from anlan.evidence.models import Hold
from anlan.evidence.selectors.holds import holds_standing
from anlan.evidence.selectors.retention import has_something
from anlan.evidence.services.deleting import add_followers
from anlan.ledger import services as ledger

# Where no case keeps them; the house's own standard. Source: advice, 个保法 19, 47.
KEPT = timedelta(days=366)
_JOB = "words of markers"
_AT_A_TIME = 20


def erase_of_case(*, case: Case, reason: str, at: datetime) -> None:
    """A follower: what was decided after this case, as far as it does not hold any more."""
    over = over_with_words(at=at).filter(site=case.site_id, case_number=case.number)
    for marker in over.order_by("pk"):
        customers.let_marker_words_go(marker=marker, at=at)


def let_marker_words_go(*, at: datetime) -> int:
    """The worker's: markers that ended a year ago, and that no case keeps.

    A case keeps them while it runs, is held, or has anything left: they go with that.
    """
    over = over_with_words(at=at - KEPT)
    if not over.exists():
        return 0  # nearly always; what keeps them takes two dozen tables to ask
    held = Hold.objects.filter(released_at=None).values("case")
    keeps = Case.objects.filter(
        has_something()
        | Q(joined_into=None, closed_at=None)
        | Q(joined_into__isnull=False, joined_into__closed_at=None)
        | Q(pk__in=held)
        | Q(joined_into__in=held),
        site=OuterRef("site"),
        number=OuterRef("case_number"),
    )
    found = (
        over.exclude(Exists(keeps)).exclude(pk__in=resting(_JOB, at=at)).order_by("pk")
    )

    def let_go(marker: RiskMarker) -> int:
        with ledger.recording():
            case = Case.objects.filter(
                site=marker.site_id, number=marker.case_number
            ).first()
            # Held since it was looked for (G09).
            if case is not None and holds_standing(cases.lock_case(case)):
                return 0
            customers.let_marker_words_go(marker=marker, at=at)
            return 1

    return each_alone(list(found[:_AT_A_TIME]), let_go, job=_JOB, at=at)


add_followers(erase_of_case)
