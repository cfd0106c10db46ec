"""Who is sent, in which order, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from anlan.accounts.models import Place, Shift, Site, User
from anlan.accounts.selectors import people_by_role, shifts_at
from anlan.base.prepared import Prepared
from anlan.incidents.enums import Rung


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person to send, with the facts that chose them."""

    user: User
    rung: Rung
    post: str = ""
    distance: int | None = None
    on_duty: bool = True


_SHIFTS = Prepared(shifts_at)


def ladder(*, site: Site, place: Place, at: datetime) -> list[Candidate]:
    """Everybody who may be sent, first to last: guards by distance, then upwards.

    Guards on duty, the nearest post first; then the duty officer on duty; then the site
    managers and the headquarters supervisors by their role, on duty or not, because the
    upper rungs must never be empty at night.
    """
    shifts = _SHIFTS(site=site.pk, at=at)
    rungs = [Rung.DUTY_OFFICER, Rung.SITE_MANAGER, Rung.HEADQUARTERS]
    holders = people_by_role(site, {*rungs, *(shift.role_key for shift in shifts)})
    # Whose role ended since the roster was made could not even answer.
    shifts = [shift for shift in shifts if shift.user in holders[shift.role_key]]
    guards = sorted(
        (shift for shift in shifts if shift.role_key in {"guard", "guard_captain"}),
        key=lambda shift: (shift.post.place.distance_to(place), shift.pk),
    )
    officers = [shift for shift in shifts if shift.role_key == "duty_officer"]
    found = [_from_shift(shift, Rung.GUARD, place) for shift in guards]
    found += [_from_shift(shift, Rung.DUTY_OFFICER, place) for shift in officers]
    found += [
        Candidate(user=user, rung=rung, on_duty=False)
        for rung in (rungs[1:] if officers else rungs)
        for user in holders[rung]
    ]
    return _each_once(found)


def next_candidate(
    candidates: list[Candidate], *, tried: Collection[int]
) -> Candidate | None:
    """The first of the ladder who was not tried yet; ``tried`` holds user ids."""
    return next((c for c in candidates if c.user.pk not in tried), None)


def _from_shift(shift: Shift, rung: Rung, place: Place) -> Candidate:
    return Candidate(
        user=shift.user,
        rung=rung,
        post=shift.post.name,
        distance=shift.post.place.distance_to(place),
    )


def _each_once(candidates: list[Candidate]) -> list[Candidate]:
    seen: set[int] = set()
    once = []
    for candidate in candidates:
        if candidate.user.pk not in seen:
            seen.add(candidate.user.pk)
            once.append(candidate)
    return once
