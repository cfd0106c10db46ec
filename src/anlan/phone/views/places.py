"""Where a guard is: the poster scanned last, else the post they stand at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest

from anlan.accounts.models import Place, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import places_of, site_of
from anlan.incidents.models import Report
from anlan.phone.views.reader import reader

RECENT = 6  # places offered at once
ELSEWHERE = 600  # places of further sites on one list; beyond it the poster is scanned
_PLACE = "phone.place"  # session key: the code of the poster scanned last
_PLACE_AT = "phone.place_at"  # session key: when, in epoch seconds
# Whoever walks a round is elsewhere by then, and an alarm must not name where they were.
STILL_HERE = timedelta(minutes=15)
AGAIN = timedelta(minutes=1)  # writing the session costs as much as the report itself


@dataclass(frozen=True, kw_only=True)
class Known:
    """The place of the poster scanned last, or reported from last, and when that was."""

    place: Place
    at: datetime


def scan_time(request: HttpRequest, *, now: datetime) -> datetime:
    """When the poster was scanned, as the address says.

    A page that stays open is fetched again hours later: nobody came by the poster then.
    """
    said = request.GET.get("at", "")
    if not (said.isascii() and said.isdigit()):
        return now
    return min(now, datetime.fromtimestamp(int(said[:10]), UTC))


def remember_place(request: HttpRequest, code: str, *, at: datetime) -> None:
    known = request.session.get(_PLACE)
    since = at.timestamp() - request.session.get(_PLACE_AT, 0)
    # An alarm that was kept for a while says where somebody was, and not where they are.
    if not code or since < 0 or (code == known and since < AGAIN.total_seconds()):
        return
    if Place.objects.filter(code=code, is_active=True).exists():
        request.session[_PLACE] = code
        request.session[_PLACE_AT] = int(at.timestamp())


def known_place(request: HttpRequest) -> Known | None:
    code = request.session.get(_PLACE, "")
    seconds = request.session.get(_PLACE_AT)
    allowed = sites_where(reader(request), Permission.INCIDENT_REPORT)
    place = (
        Place.objects.select_related("site")
        .filter(code=code, site__in=allowed, is_active=True)
        .first()
    )
    if place is None or seconds is None:
        return None
    return Known(place=place, at=datetime.fromtimestamp(seconds, UTC))


def place_of(user: User, known: Known | None, *, at: datetime) -> Place | None:
    """Where somebody is who does not say so: where they were just now, else at their post."""
    if known is not None and at - known.at <= STILL_HERE:
        return known.place
    return post_of(user, at=at)


def post_of(user: User, *, at: datetime) -> Place | None:
    """Where the shift that runs is stood; none if the report would refuse it."""
    allowed = sites_where(user, Permission.INCIDENT_REPORT)
    running = user.shifts.filter(
        starts_at__lte=at,
        ends_at__gt=at,
        post__place__site__in=allowed,
        post__place__is_active=True,
    )
    shift = running.select_related("post__place__site").order_by("starts_at").last()
    return shift.post.place if shift else None


def recent_places(user: User, first: list[Place | None]) -> list[Place]:
    """``first``, the places this person reported from last, then the posts of the site."""
    places = [place for place in first if place]
    # None that the report would refuse.
    allowed = sites_where(user, Permission.INCIDENT_REPORT)
    reported = Report.objects.filter(
        reporter=user, place__site__in=allowed, place__is_active=True
    ).select_related("place__site")
    places += [made.place for made in reported.order_by("-received_at", "-pk")[:20]]
    shifts = user.shifts.filter(
        post__place__site__in=allowed, post__place__is_active=True
    ).select_related("post__place__site")
    places += [shift.post.place for shift in shifts.order_by("-starts_at")[:3]]
    site = site_of(user)
    if site is not None:
        places += list(places_of(site).filter(kind=Place.Kind.SPOT)[:RECENT])
    return list(dict.fromkeys(places))[:RECENT]


def places_by_building(user: User) -> dict[str, list[Place]]:
    """The places from which the user may report, those of the own site first.

    The buildings of several sites bear the site's name too.
    """
    own = site_of(user)
    if own is None:
        return {}
    allowed = sites_where(user, Permission.INCIDENT_REPORT).exclude(pk=own.pk)
    elsewhere = Place.objects.filter(site__in=allowed, is_active=True)
    others = elsewhere.select_related("site").order_by("site__code", "label", "pk")
    places = [(own, place) for place in places_of(own)]
    places += [(place.site, place) for place in others[:ELSEWHERE]]
    several = any(site != own for site, _place in places)
    grouped: dict[str, list[Place]] = {}
    for site, place in places:
        building = place.label.partition(" ")[0]
        heading = f"{site.name} · {building}" if several else building
        grouped.setdefault(heading, []).append(place)
    return grouped
