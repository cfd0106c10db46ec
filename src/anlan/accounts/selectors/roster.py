"""The roster: who stands where, what is missing, who stands in two places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypeAlias

from django.db.models import QuerySet

from anlan.accounts.models import Membership, Post, Shift, Site, User
from anlan.accounts.permissions import covers
from anlan.base.clock import SHANGHAI, local_day

Period: TypeAlias = tuple[datetime, datetime]


def shifts_at(site: Site, at: datetime) -> QuerySet[Shift]:
    """The shifts running at ``at`` at this site, with their people and posts."""
    return Shift.objects.filter(
        site=site, starts_at__lte=at, ends_at__gt=at, user__is_active=True
    ).select_related("user", "post", "post__place")


def shifts_between(site: Site, start: datetime, end: datetime) -> QuerySet[Shift]:
    """The shifts at a site that touch ``[start, end)``, in the order they begin."""
    return (
        Shift.objects.filter(site=site, starts_at__lt=end, ends_at__gt=start)
        .select_related("user", "post")
        .order_by("starts_at", "user__employee_number", "pk")
    )


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time in which a post that must be staffed has nobody."""

    post: Post
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> timedelta:
        return self.ends_at - self.starts_at


def roster_gaps(site: Site, start: datetime, end: datetime) -> list[Gap]:
    """The gaps of a site's roster within ``[start, end)``, post by post, in order.

    A shift counts only while its person's account is active and holds its role.
    """
    if site.closed_at is not None:
        return []
    posts = Post.objects.filter(site=site, must_be_staffed=True, is_active=True)
    shifts = list(
        shifts_between(site, start, end)
        .filter(user__is_active=True)
        .select_related("site")
    )
    held = periods_held(shifts)
    by_post: dict[int, list[Period]] = {}
    for shift in shifts:
        by_post.setdefault(shift.post_id, []).extend(held[shift.pk])
    gaps = []
    for post in posts.select_related("place").order_by("name", "pk"):
        staffed = sorted(by_post.get(post.pk, []))
        for begins, ends in _must_be_staffed(post, start, end):
            gaps += [
                Gap(post=post, starts_at=a, ends_at=b)
                for a, b in _uncovered(begins, ends, staffed)
            ]
    return gaps


def periods_held(shifts: Collection[Shift]) -> dict[int, list[Period]]:
    """What of each shift its person holds its role for, by shift, in order.

    Whose role ends before the shift does could not even answer an alarm. One query for
    all shifts; it does not grow with them.
    """
    memberships: dict[tuple[int, str], list[Membership]] = {}
    for one in Membership.objects.filter(
        user__in={shift.user_id for shift in shifts},
        role_key__in={shift.role_key for shift in shifts},
    ).order_by("since_at", "pk"):
        memberships.setdefault((one.user_id, one.role_key), []).append(one)
    # A role in a region asks for the regions below: once, not for each shift.
    reaches = cache(covers)
    return {
        shift.pk: [
            (begins, ends)
            for one in memberships.get((shift.user_id, shift.role_key), [])
            if reaches(one, shift.site)
            and (begins := max(one.since_at, shift.starts_at))
            < (ends := min(one.ended_at or shift.ends_at, shift.ends_at))
        ]
        for shift in shifts
    }


def times_without_role(shifts: Collection[Shift]) -> dict[int, list[Period]]:
    """What of each shift its person does not hold its role for; mostly nothing."""
    held = periods_held(shifts)
    return {
        shift.pk: list(_uncovered(shift.starts_at, shift.ends_at, held[shift.pk]))
        for shift in shifts
    }


@dataclass(frozen=True, kw_only=True)
class DoubleBooking:
    """One person on the roster twice at the same time."""

    user: User
    first: Shift
    second: Shift


def double_bookings(site: Site, start: datetime, end: datetime) -> list[DoubleBooking]:
    """Shifts of this site that overlap another shift of the same person, anywhere.

    The services refuse them; they can come from a merged or restored database.
    """
    here = list(shifts_between(site, start, end))
    others: dict[int, list[Shift]] = {}
    for shift in (
        Shift.objects.filter(
            user__in={shift.user_id for shift in here},
            starts_at__lt=end,
            ends_at__gt=start,
        )
        .select_related("user", "post", "site")
        .order_by("starts_at", "pk")
    ):
        others.setdefault(shift.user_id, []).append(shift)
    return [
        DoubleBooking(user=first.user, first=first, second=second)
        for shifts in others.values()
        for i, first in enumerate(shifts)
        for second in shifts[i + 1 :]
        if second.starts_at < first.ends_at
        and site.pk in (first.site_id, second.site_id)
    ]


def _must_be_staffed(post: Post, start: datetime, end: datetime) -> Iterator[Period]:
    """The times within ``[start, end)`` in which the post needs somebody."""
    if post.staffed_from is None or post.staffed_until is None:
        yield start, end
        return
    # Two days' hours never touch: between them lies the time that needs nobody. Equal
    # ends mean around the clock, and then the gaps of two days are joined below.
    day = local_day(start) - timedelta(days=1)
    joined: Period | None = None
    while day <= local_day(end):
        begins = datetime.combine(day, post.staffed_from, tzinfo=SHANGHAI)
        ends = datetime.combine(day, post.staffed_until, tzinfo=SHANGHAI)
        if ends <= begins:
            ends += timedelta(days=1)
        clipped = max(begins, start), min(ends, end)
        if clipped[0] < clipped[1]:
            if joined and joined[1] == clipped[0]:
                joined = joined[0], clipped[1]
            else:
                if joined:
                    yield joined
                joined = clipped
        day += timedelta(days=1)
    if joined:
        yield joined


def _uncovered(
    begins: datetime, ends: datetime, staffed: Iterable[Period]
) -> Iterator[Period]:
    """What of ``[begins, ends)`` lies in none of the periods, which come in order."""
    reached = begins
    for a, b in staffed:
        if b <= reached:
            continue
        if a >= ends:
            break
        if a > reached:
            yield reached, a
        reached = max(reached, b)
    if reached < ends:
        yield reached, ends
