"""Reads about risk markers: the advice for who meets the person, the rest for who decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.customers.models import (
    MarkerDecision,
    MarkerObjection,
    Person,
    RiskMarker,
)

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
    """Those that the reader decides on: what waits first, or what holds, or is over."""
    rows = (
        _decided_by(reader)
        .select_related("site", "person")
        .prefetch_related("objections")
    )
    is_over = ~Q(ended_at=None) | Q(expires_on__lt=on)
    waits = ~is_over & (
        Q(review_on__lte=on + SOON) | Q(Exists(_open_objections()))
    ) | Q(Exists(_open_objections()), ended_at=None)
    if which == Which.DUE:
        return rows.filter(waits).order_by("review_on", "pk")
    if which == Which.RUNNING:
        return rows.filter(~is_over & ~waits).order_by("review_on", "pk")
    return rows.filter(is_over & ~waits).order_by("-expires_on", "-pk")


def counts(reader: User, *, on: date) -> dict[Which, int]:
    return {which: listed(reader, which, on=on).count() for which in Which}


def marker_for(reader: User, uid: UUID) -> RiskMarker:
    """
    Raises:
        NotFound: unknown, or of a site where the reader may not even know the advice.
    """
    found = (
        RiskMarker.objects.filter(
            uid=uid, site__in=sites_where(reader, Permission.MARKER_READ)
        )
        .select_related("site", "person")
        .prefetch_related("objections")
        .first()
    )
    if found is None:
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
    return marker.decisions.select_related("decided_by").order_by("-decided_at", "-pk")


def objections_to(marker: RiskMarker) -> QuerySet[MarkerObjection]:
    return marker.objections.select_related("received_by", "decided_by").order_by(
        "-received_at", "-pk"
    )


def newest_decision(marker: RiskMarker) -> MarkerDecision:
    """The one that holds; of a marker that was ended, the last that gave advice."""
    found = decisions_of(marker).exclude(advice="").first()
    return found or decisions_of(marker)[0]  # erased, and every word with it


def newest_decisions(markers: Iterable[RiskMarker]) -> dict[int, MarkerDecision]:
    rows = MarkerDecision.objects.filter(
        marker__in=[marker.pk for marker in markers]
    ).exclude(advice="")
    return {row.marker_id: row for row in rows.order_by("decided_at", "pk")}


def _decided_by(reader: User) -> QuerySet[RiskMarker]:
    return RiskMarker.objects.filter(
        site__in=sites_where(reader, Permission.MARKER_SET)
    )


def _open_objections() -> QuerySet[MarkerObjection]:
    return MarkerObjection.objects.filter(marker=OuterRef("pk"), decided_at=None)


def _unheard(on: date) -> QuerySet[MarkerObjection]:
    """An objection that nobody decided in time."""
    return _open_objections().filter(due_on__lt=on)
