"""What a risk marker's days bring: those who decide on it are told. It changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anlan.accounts.models import User
from anlan.accounts.selectors import people_by_role
from anlan.base.clock import local_day
from anlan.base.one_by_one import each_alone, resting
from anlan.customers import messages, permissions, services
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
        marker: about
        for marker in lapsed(on=today).exclude(pk__in=resting(_JOB, at=at))
        if (about := _about(marker, on=today)) is not None
    }
    told = notify_selectors.told_about(keys.values())
    waiting = [marker for marker, key in keys.items() if key not in told]

    def tell(marker: RiskMarker) -> int:
        return _tell(marker, on=today, at=at)

    return each_alone(waiting, tell, job=_JOB, at=at)


def _tell(marker: RiskMarker, *, on: date, at: datetime) -> int:
    with ledger.recording():
        # Asked anew under the lock: somebody may have decided, or another worker told.
        marker = services.lock_marker(marker)
        about = _about(marker, on=on)
        if about is None or notify_selectors.told_about([about]):
            return 0
        is_resting = marker.state(on=on) == MarkerState.RESTING
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


def _about(marker: RiskMarker, *, on: date) -> str | None:
    """What is told of it: the day on which it lapsed; nothing of one that is old news."""
    day = marker.lapsed_on(on=on)
    if day is None or day < on - LOOKED_BACK:
        return None
    return f"{marker.key}:{day.isoformat()}"


def _who_decide(marker: RiskMarker) -> list[User]:
    """Whoever decided last, and the managers; if none of them may any more, headquarters."""
    roles = people_by_role(marker.site, messages.DECIDE)
    near = [newest_decision(marker).decided_by, *roles["site_manager"]]
    for people in (near, roles["hq_supervisor"]):
        may = [one for one in people if permissions.can_review_marker(one, marker)]
        if may:
            return may
    return []
