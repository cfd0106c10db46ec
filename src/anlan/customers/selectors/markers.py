"""Reads about risk markers: the advice for who meets the person, the rest for who decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.customers.models import (
    MarkerDecision,
    MarkerObjection,
    Person,
    RiskMarker,
)
from anlan.customers.models.markers import STANDS
from anlan.customers.permissions import can_review_marker, people_at_odds

SOON: Final = timedelta(days=14)  # a review that is near is told before its day


class Which(StrEnum):
    """The lists of who decides."""

    DUE = "due"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Minded:
    """The markers in force of one person, as one reader may know them."""

    advice: tuple[tuple[RiskMarker, str], ...]
    hidden: int


def in_force(*, on: date) -> QuerySet[RiskMarker]:
    """Those that hold on that day; the same as ``RiskMarker.state`` says one by one."""
    return RiskMarker.objects.filter(
        ~Exists(_unheard(on)), ended_at=None, review_on__gte=on, expires_on__gte=on
    )


def lapsed(*, on: date) -> QuerySet[RiskMarker]:
    """Those that nobody ended, and that rest on that day or have run out."""
    return (
        RiskMarker.objects.filter(
            Q(review_on__lt=on) | Q(Exists(_unheard(on))), ended_at=None
        )
        .select_related("site", "person")
        .prefetch_related("objections")
        .order_by("pk")
    )


def minded(people: Iterable[Person], reader: User, *, on: date) -> dict[int, Minded]:
    """By person: what the reader minds when meeting them, and how much is kept from them.

    One question for all of them; people without a marker in force are left out.
    """
    rows = list(
        in_force(on=on)
        .filter(person__in=[person.pk for person in people])
        .select_related("site", "person")
        .order_by("set_at", "pk")
    )
    if not rows:
        return {}
    readable = set(
        sites_where(reader, Permission.MARKER_READ).values_list("pk", flat=True)
    )
    told = newest_decisions(row for row in rows if row.site_id in readable)
    found = {}
    for pk in {row.person_id for row in rows}:
        theirs = [row for row in rows if row.person_id == pk]
        advice = [(row, told[row.pk].advice) for row in theirs if row.pk in told]
        found[pk] = Minded(advice=tuple(advice), hidden=len(theirs) - len(advice))
    return found


def listed(reader: User, which: Which, *, on: date) -> QuerySet[RiskMarker]:
    """Those that the reader decides on: what waits first, or what holds, or is over.

    None about whom the reader faces in a case: they read no reason and no objection.
    """
    return _listed(_decidable(reader), which, on=on)


def _listed(
    rows: QuerySet[RiskMarker], which: Which, *, on: date
) -> QuerySet[RiskMarker]:
    is_over = ~Q(ended_at=None) | Q(expires_on__lt=on)
    is_unheard = Q(
        Exists(_open_objections().exclude(words=""))
    )  # erased: nothing to hear
    waits = (~is_over & Q(review_on__lte=on + SOON)) | is_unheard
    if which == Which.DUE:
        return rows.filter(waits).order_by("review_on", "pk")
    if which == Which.RUNNING:
        return rows.filter(~is_over & ~waits).order_by("review_on", "pk")
    return rows.filter(is_over & ~waits).order_by("-expires_on", "-pk")


def counts(reader: User, *, on: date) -> dict[Which, int]:
    rows = _decidable(reader)
    return {which: _listed(rows, which, on=on).count() for which in Which}


def with_history(rows: QuerySet[RiskMarker]) -> QuerySet[RiskMarker]:
    """The rows with every decision and objection, the newest first: a query for each."""
    return rows.select_related("site", "person").prefetch_related(
        Prefetch("decisions", _newest_first(MarkerDecision.objects.all())),
        Prefetch("objections", _latest_first(MarkerObjection.objects.all())),
    )


def objected_to(person: Person, site: Site) -> QuerySet[RiskMarker]:
    """The person's markers there with an objection that was upheld, or was never heard."""
    objections = MarkerObjection.objects.filter(STANDS, marker=OuterRef("pk"))
    return RiskMarker.objects.filter(Exists(objections), person=person, site=site)


def over_with_words(*, at: datetime) -> QuerySet[RiskMarker]:
    """Those that were over by then, and of which something that was said is left."""
    left = [
        Exists(QuerySet(model).filter(marker=OuterRef("pk")).exclude(text_salt=b""))
        for model in (MarkerDecision, MarkerObjection)
    ]
    is_over = Q(ended_at__lte=at) | Q(ended_at=None, expires_on__lt=local_day(at))
    return RiskMarker.objects.filter(is_over, Q(left[0]) | Q(left[1]))


def marker_for(reader: User, uid: UUID, *, on: date) -> RiskMarker:
    """
    Raises:
        NotFound: unknown, or of a site where the reader may not even know the advice; or
            it is over, and the reader decides on none.
    """
    found = (
        RiskMarker.objects.filter(
            uid=uid, site__in=sites_where(reader, Permission.MARKER_READ)
        )
        .select_related("site", "person")
        .prefetch_related("objections")
        .first()
    )
    if found is None or (found.is_over(on=on) and not can_review_marker(reader, found)):
        raise NotFound(_("没有找到这个风险标记"))
    return found


def objection_for(reader: User, uid: UUID) -> MarkerObjection:
    """
    Raises:
        NotFound: unknown, or of a site where the reader decides on no marker.
    """
    found = (
        MarkerObjection.objects.filter(uid=uid, marker__in=_decided_by(reader))
        .select_related("marker__site", "marker__person", "received_by", "decided_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有找到这项异议"))
    return found


def decisions_of(marker: RiskMarker) -> QuerySet[MarkerDecision]:
    """The newest first."""
    return _newest_first(marker.decisions.all())


def objections_to(marker: RiskMarker) -> QuerySet[MarkerObjection]:
    return _latest_first(marker.objections.all())


def newest_decision(marker: RiskMarker) -> MarkerDecision:
    """The one that holds; of a marker that was ended, the last that gave advice."""
    found = decisions_of(marker).exclude(advice="").first()
    return found or decisions_of(marker)[0]  # erased, and every word with it


def newest_decisions(markers: Iterable[RiskMarker]) -> dict[int, MarkerDecision]:
    rows = MarkerDecision.objects.filter(
        marker__in=[marker.pk for marker in markers]
    ).exclude(advice="")
    return {row.marker_id: row for row in rows.order_by("decided_at", "pk")}


def _newest_first(rows: QuerySet[MarkerDecision]) -> QuerySet[MarkerDecision]:
    return rows.select_related("decided_by").order_by("-decided_at", "-pk")


def _latest_first(rows: QuerySet[MarkerObjection]) -> QuerySet[MarkerObjection]:
    return rows.select_related("received_by", "decided_by").order_by(
        "-received_at", "-pk"
    )


def _decidable(reader: User) -> QuerySet[RiskMarker]:
    rows = _decided_by(reader).select_related("site", "person")
    return rows.exclude(person__in=people_at_odds(reader))


def _decided_by(reader: User) -> QuerySet[RiskMarker]:
    return RiskMarker.objects.filter(
        site__in=sites_where(reader, Permission.MARKER_SET)
    )


def _open_objections() -> QuerySet[MarkerObjection]:
    return MarkerObjection.objects.filter(marker=OuterRef("pk"), decided_at=None)


def _unheard(on: date) -> QuerySet[MarkerObjection]:
    """An objection that nobody decided in time."""
    return _open_objections().filter(due_on__lt=on)
