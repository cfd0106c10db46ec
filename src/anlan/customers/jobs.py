"""What a risk marker's days bring: those who decide on it are told. It changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import local_day
from anlan.base.turns import each_alone, resting
from anlan.customers import messages, permissions
from anlan.customers.enums import MarkerState
from anlan.customers.models import RiskMarker
from anlan.customers.selectors.markers import lapsed, newest_decision
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM
from anlan.notify import selectors as notify_selectors
from anlan.notify import services as notify

# A worker that stood still this long has more to tell; and no message is kept for ever,
# by which it is known that they were told.
LOOKED_BACK = timedelta(days=31)
_JOB = "markers that rest or ran out"


def tell_of_lapsed_markers(*, at: datetime) -> int:
    """Say once of each that it rests until somebody decides, or that its last day is over."""
    today = local_day(at)
    keys = {
        marker: f"{marker.key}:{day.isoformat()}"
        for marker in lapsed(on=today).exclude(pk__in=resting(_JOB, at=at))
        if (day := marker.lapsed_on(on=today)) is not None
        and day >= today - LOOKED_BACK
    }
    told = notify_selectors.told_about(keys.values())
    waiting = [marker for marker, key in keys.items() if key not in told]

    def tell(marker: RiskMarker) -> int:
        return _tell(marker, about=keys[marker], on=today, at=at)

    return each_alone(waiting, tell, job=_JOB, at=at)


def _tell(marker: RiskMarker, *, about: str, on: date, at: datetime) -> int:
    is_resting = marker.state(on=on) == MarkerState.RESTING
    with ledger.recording():
        sent = notify.send(
            kind=messages.RESTS if is_resting else messages.RAN_OUT,
            site=marker.site,
            # Not the person's: no message says about whom.
            subject=marker.site.subject,
            people=_who_decide(marker),
            params={"site": marker.site.name},
            about=about,
            path=f"/markers/{marker.uid}/",
            by=SYSTEM,
            at=at,
        )
    return 1 if sent is not None else 0


def _who_decide(marker: RiskMarker) -> list[User]:
    """Whoever decided last, and the managers; if none of them may any more, headquarters."""
    roles = people_by_role(marker.site, messages.DECIDE)
    near = [newest_decision(marker).decided_by, *roles["site_manager"]]
    for people in (near, roles["hq_supervisor"]):
        may = [one for one in people if permissions.can_review_marker(one, marker)]
        if may:
            return may
    return []
