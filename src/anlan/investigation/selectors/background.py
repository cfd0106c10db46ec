"""What came before: the same people, room, spot, hour; counted where hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from django.db.models import F, Q, QuerySet
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import SHANGHAI, local_time
from anlan.cases.act import act_day
from anlan.cases.models import Case, Party
from anlan.cases.selectors import cases_for, parties_of, shown_name
from anlan.customers.models import Occupancy

# Cases of the same spot: each kind of case knows where it was.
SpotOf: TypeAlias = Callable[[Case], QuerySet[Case]]
_SPOTS: list[SpotOf] = []
LOOKED_BACK = timedelta(days=365)
MOST_SHOWN = 10
HOURS_BESIDE = 1


def add_spot(asked: SpotOf) -> None:
    """Enter how another package finds the cases of a spot; once, at import."""
    if asked in _SPOTS:
        raise RuntimeError("this was entered before")
    _SPOTS.append(asked)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Earlier cases for one reason; ``hidden`` is how many of them the reader may not see."""

    reason: str
    cases: list[Case]
    more: int
    hidden: int

    @property
    def count(self) -> int:
        return len(self.cases) + self.more + self.hidden


def background_of(case: Case, reader: User) -> list[Earlier]:
    """For each person of the case, their rooms, then for the spot and the hour of the day."""
    found = [
        _earlier(case, reader, _of_party(party), _("同一人：%s") % shown_name(party))
        for party in parties_of(case)
        if party.is_identified
    ]
    found += [
        _earlier(case, reader, homes, _("同一房屋：%s") % shown_name(party))
        for party in parties_of(case)
        if (homes := _of_homes(party, case)) is not None
    ]
    found += [_earlier(case, reader, spot(case), _("同一地点")) for spot in _SPOTS]
    found.append(_earlier(case, reader, _of_hour(case), _hour_words(case)))
    return found


def _earlier(case: Case, reader: User, rows: QuerySet[Case], reason: str) -> Earlier:
    """Of a year, in the company; an exercise counts only for an exercise."""
    since = case.opened_at - LOOKED_BACK
    before = Case.objects.filter(
        pk__in=rows.order_by().values("pk"),
        organisation=case.organisation_id,
        exercise=case.exercise,
        opened_at__gte=since,
        opened_at__lt=case.opened_at,
    ).exclude(Q(pk=case.pk) | Q(joined_into=case))
    seen = before.filter(pk__in=cases_for(reader).values("pk"))
    count = seen.count()
    shown = seen.select_related("site").order_by("-opened_at", "-pk")[:MOST_SHOWN]
    return Earlier(
        reason=reason,
        cases=list(shown),
        more=max(0, count - MOST_SHOWN),
        hidden=before.count() - count,
    )


def _of_party(party: Party) -> QuerySet[Case]:
    """Cases of which the same customer or colleague is a party."""
    them = Q(person=party.person_id) if party.person_id else Q(user=party.user_id)
    parties = Party.objects.filter(them, removed_at=None)
    return Case.objects.filter(pk__in=parties.values("case"))


def _of_homes(party: Party, case: Case) -> QuerySet[Case] | None:
    """Cases with a party who was then of a room that this party is of now.

    None where nobody noted a room: that nothing came before would then be a guess.
    """
    if party.person_id is None:
        return None
    rooms = Occupancy.objects.filter(_on(act_day(case)), person=party.person_id)
    places = list(rooms.values_list("place", flat=True))
    if not places:
        return None
    then = F("case__opened_at__date")
    parties = Party.objects.filter(
        Q(person__occupancies__until_on=None)
        | Q(person__occupancies__until_on__gte=then),
        person__occupancies__place__in=places,
        person__occupancies__since_on__lte=then,
        removed_at=None,
    )
    return Case.objects.filter(pk__in=parties.values("case"))


def _on(day: date) -> Q:
    """Whoever was of the room on that day."""
    return Q(since_on__lte=day) & (Q(until_on=None) | Q(until_on__gte=day))


def _of_hour(case: Case) -> QuerySet[Case]:
    hour = local_time(case.opened_at).hour
    hours = [(hour + beside) % 24 for beside in range(-HOURS_BESIDE, HOURS_BESIDE + 1)]
    return (
        Case.objects.filter(site=case.site_id, kind=case.kind)
        .annotate(hour=ExtractHour("opened_at", tzinfo=SHANGHAI))
        .filter(hour__in=hours)
    )


def _hour_words(case: Case) -> str:
    hour = local_time(case.opened_at).hour
    first, last = (hour - HOURS_BESIDE) % 24, (hour + HOURS_BESIDE) % 24
    return _("同一项目、同一时段（%(first)s 时至 %(last)s 时）") % {
        "first": first,
        "last": last,
    }
