"""What came before, and what still stands: earlier cases, bans, markers; counted where hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from django.db.models import F, Q, QuerySet
from django.db.models.functions import ExtractHour
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import SHANGHAI, local_time
from anlan.cases.act import act_day
from anlan.cases.enums import CaseState
from anlan.cases.models import Case, Party
from anlan.cases.selectors import cases_for, parties_of, shown_name
from anlan.customers.models import Occupancy, RiskMarker
from anlan.customers.selectors.markers import Minded, minded

# Cases of the same spot: each kind of case knows where it was.
SpotOf: TypeAlias = Callable[[Case], QuerySet[Case]]
_SPOTS: list[SpotOf] = []
# Bans in force against a party from other cases; the package that decides them knows.
BansOf: TypeAlias = Callable[[Party, Case, User, date], "Standing"]
_BANS: list[BansOf] = []
LOOKED_BACK = timedelta(days=365)
MOST_SHOWN = 10
HOURS_BESIDE = 1


def add_spot(asked: SpotOf) -> None:
    """Enter how another package finds the cases of a spot; once, at import."""
    if asked in _SPOTS:
        raise RuntimeError("this was entered before")
    _SPOTS.append(asked)


def add_bans(asked: BansOf) -> None:
    """Enter how another package finds what is in force against a party; once, at import."""
    if asked in _BANS:
        raise RuntimeError("this was entered before")
    _BANS.append(asked)


@dataclass(frozen=True, kw_only=True)
class Stands:
    """One ban or marker in force: its words, until when, of which case if of one."""

    words: str
    until: date | None
    note: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is in force about one person; ``hidden`` is how much the reader may not see."""

    reason: str
    found: list[Stands]
    hidden: int

    @property
    def count(self) -> int:
        return len(self.found) + self.hidden


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
    found += [
        open_now
        for party in parties_of(case)
        if party.is_identified
        and (open_now := _open_matters(case, reader, party)).count
    ]
    found += [_earlier(case, reader, spot(case), _("同一地点")) for spot in _SPOTS]
    found.append(_earlier(case, reader, _of_hour(case), _hour_words(case)))
    return found


def standing_of(case: Case, reader: User, *, on: date) -> list[Standing]:
    """For each person of the case: bans from other cases, and risk markers, in force."""
    people = [party for party in parties_of(case) if party.is_identified]
    found = [bans(party, case, reader, on) for bans in _BANS for party in people]
    customers = [party.person for party in people if party.person is not None]
    known = minded(customers, reader, on=on)
    for party in people:
        if party.person_id is None:
            continue
        theirs = known.get(party.person_id, Minded(advice=(), hidden=0))
        found.append(
            Standing(
                reason=_("有效的风险标记：%s") % shown_name(party),
                found=[_marker(marker, words) for marker, words in theirs.advice],
                hidden=theirs.hidden,
            )
        )
    return found


def _marker(marker: RiskMarker, words: str) -> Stands:
    return Stands(
        words=words,
        until=marker.expires_on,
        note=marker.site.name,
        url=reverse("markers:marker", args=[marker.uid]),
    )


def _earlier(case: Case, reader: User, rows: QuerySet[Case], reason: str) -> Earlier:
    """Of a year, in the company; an exercise counts only for an exercise."""
    since = case.opened_at - LOOKED_BACK
    before = _others(case, rows).filter(
        opened_at__gte=since, opened_at__lt=case.opened_at
    )
    return _told(before, reader, reason)


def _open_matters(case: Case, reader: User, party: Party) -> Earlier:
    """Open complaints, and open cases of any other kind, of the same person.

    However old they are, and though they began later: somebody is busy with them now.
    """
    rows = _of_party(party).filter(state=CaseState.OPEN).exclude(kind=case.kind)
    reason = _("同一人未办结的投诉和其他案件：%s") % shown_name(party)
    return _told(_others(case, rows), reader, reason)


def _others(case: Case, rows: QuerySet[Case]) -> QuerySet[Case]:
    """Of the company, without the case itself and what was joined into it."""
    return Case.objects.filter(
        pk__in=rows.order_by().values("pk"),
        organisation=case.organisation_id,
        exercise=case.exercise,
    ).exclude(Q(pk=case.pk) | Q(joined_into=case))


def _told(before: QuerySet[Case], reader: User, reason: str) -> Earlier:
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
