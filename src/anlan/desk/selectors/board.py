"""The home page: what burns, who is here, where nobody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from anlan.accounts.models import Shift, Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import Gap, periods_held, roster_gaps
from anlan.accounts.services import phone_of
from anlan.base.clock import day_bounds, local_day
from anlan.base.remembered import address
from anlan.cases.enums import CaseState, Phase
from anlan.cases.models import Case, Deadline
from anlan.cases.selectors import cases_for
from anlan.cases.selectors.deadlines import shown_deadlines
from anlan.desk.selectors.rows import CaseRow, room_url, rows_of
from anlan.incidents.enums import AssignmentState
from anlan.incidents.models import (
    Assignment,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
)
from anlan.incidents.policies import minutes_on_the_way
from anlan.incidents.selectors import proposals_to_decide, written_at
from anlan.incidents.services.responding import ACKNOWLEDGE, ARRIVE, CONTROL
from anlan.resolution.legal.selectors.police import lists_to_approve

MOST_INCIDENTS = 60  # open at once; beyond it the list of cases is the place
MOST_DUTIES = 60
MOST_GAP_SITES = 5
CLOSED = 5
CLOSED_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class OpenIncident:
    """A card of the home page: how bad, where, who leads, which clock runs."""

    incident: Incident
    url: str
    clock: Deadline | None
    minutes_late: int | None = None  # that its report lay in a phone
    waiting: list[Assignment] = field(default_factory=list)
    coming: list[Assignment] = field(default_factory=list)

    @property
    def case(self) -> Case:
        return self.incident.case

    @property
    def is_unanswered(self) -> bool:
        """It is fresh, and nobody is on the way or there: the reddest state.

        Who said so and did not come counts no more.
        """
        return self.phase is Phase.PROTECT and not (
            self.coming or self.incident.controlled_at
        )

    @property
    def phase(self) -> Phase:
        return Phase(self.case.phase)

    @property
    def phase_step(self) -> int:
        return list(Phase).index(self.phase) + 1


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A post that somebody stands on now."""

    shift: Shift
    phone: str = ""  # E.164; only for those who command at the site


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody proposed and the reader may agree to, and where that is done."""

    case: Case
    title: str
    proposed_by: str
    proposed_at: datetime
    url: str


def decisions(user: User) -> list[Decision]:
    """What waits for the reader as the second person, the oldest first."""
    proposals = [
        Decision(
            case=one.incident.case,
            title=_("不报警待复核")
            if isinstance(one, PoliceWaiver)
            else _("误报待复核"),
            proposed_by=one.proposed_by.name,
            proposed_at=one.proposed_at,
            url=f"{room_url(one.incident.case.number)}#panel-{_panel(one)}",
        )
        for one in proposals_to_decide(user)
    ]
    lists = [
        Decision(
            case=one.case,
            title=_("报案材料清单待批准"),
            proposed_by=one.author.name,
            proposed_at=one.begun_at,
            url=address("legal:police_report", one.case.number, one.uid),
        )
        for one in lists_to_approve(user)
    ]
    return sorted([*proposals, *lists], key=lambda one: one.proposed_at)


def _panel(proposal: PoliceWaiver | FalseAlarmProposal) -> str:
    return "scene" if isinstance(proposal, PoliceWaiver) else "reports"


def open_incidents(user: User) -> list[OpenIncident]:
    """The reader's open incidents: unanswered first, then the worst, then the newest."""
    incidents = list(
        Incident.objects.filter(
            case__state=CaseState.OPEN,
            case__site__in=sites_where(user, Permission.INCIDENT_SEE),
        )
        .select_related("case__site", "case__commander", "place")
        .annotate(written_at=written_at(OuterRef("pk")))
        .order_by("-case__opened_at", "-pk")[:MOST_INCIDENTS]
    )
    assignments = _assignments_of(incidents)
    clocks = _clocks_of(incidents)
    cards = [
        OpenIncident(
            incident=incident,
            url=room_url(incident.case.number),
            minutes_late=minutes_on_the_way(
                happened=incident.written_at or incident.reported_at,
                received=incident.reported_at,
            ),
            clock=_clock(
                incident,
                clocks.get(incident.case_id, []),
                states={one.state for one in assignments.get(incident.pk, [])},
            ),
            waiting=_in_state(assignments.get(incident.pk, []), "alerted"),
            coming=_in_state(
                assignments.get(incident.pk, []), "acknowledged", "arrived"
            ),
        )
        for incident in incidents
    ]
    return sorted(cards, key=lambda c: (not c.is_unanswered, -c.case.severity))


def on_duty(user: User, *, at: datetime) -> dict[Site, list[Duty]]:
    """Who stands where now, by site; phones only for those who command there.

    Whose role has ended is no more on duty than an empty post.
    """
    commanded = set(
        sites_where(user, Permission.INCIDENT_COMMAND).values_list("pk", flat=True)
    )
    shifts = (
        Shift.objects.filter(
            site__in=sites_where(user, Permission.INCIDENT_SEE),
            starts_at__lte=at,
            ends_at__gt=at,
            user__is_active=True,
        )
        .select_related("site", "post", "user")
        .order_by("site__code", "site_id", "post__name", "pk")[:MOST_DUTIES]
    )
    held = periods_held(shifts)
    duties: dict[Site, list[Duty]] = {}
    for shift in shifts:
        if not any(begins <= at < ends for begins, ends in held[shift.pk]):
            continue
        phone = phone_of(shift.user) if shift.site_id in commanded else ""
        duties.setdefault(shift.site, []).append(Duty(shift=shift, phone=phone))
    return duties


def gaps_today(user: User, *, at: datetime) -> dict[Site, list[Gap]]:
    """From now to midnight: the posts without anybody, for those who plan the roster.

    Whoever plans more than a few sites has the roster's own pages.
    """
    midnight = day_bounds(local_day(at))[1]
    sites = sites_where(user, Permission.ROSTER_MANAGE).order_by("code", "pk")
    found = {site: roster_gaps(site, at, midnight) for site in sites[:MOST_GAP_SITES]}
    return {site: gaps for site, gaps in found.items() if gaps}


def closed_lately(user: User, *, at: datetime, most: int = CLOSED) -> list[CaseRow]:
    """The cases closed last, of those opened within the last ninety days."""
    since = at - timedelta(days=CLOSED_DAYS)
    found = (
        cases_for(user)
        .filter(state=CaseState.CLOSED, opened_at__gte=since)
        .select_related("site", "closed_by")
        .order_by("-closed_at", "-pk")[:most]
    )
    return rows_of(found)


def _assignments_of(incidents: Sequence[Incident]) -> dict[int, list[Assignment]]:
    grouped: dict[int, list[Assignment]] = {}
    for assignment in (
        Assignment.objects.filter(incident__in=incidents)
        .select_related("user")
        .order_by("alerted_at", "pk")
    ):
        grouped.setdefault(assignment.incident_id, []).append(assignment)
    return grouped


def _in_state(assignments: list[Assignment], *states: str) -> list[Assignment]:
    wanted = {AssignmentState(state) for state in states}
    return [a for a in assignments if AssignmentState(a.state) in wanted]


def _clocks_of(incidents: Sequence[Incident]) -> dict[int, list[Deadline]]:
    grouped: dict[int, list[Deadline]] = {}
    cases = [incident.case_id for incident in incidents]
    for deadline in (
        shown_deadlines()
        .filter(case__in=cases, met_at=None, cancelled_at=None)
        .select_related("standard")
        .order_by("due_at", "pk")
    ):
        grouped.setdefault(deadline.case_id, []).append(deadline)
    return grouped


def _clock(
    incident: Incident, running: list[Deadline], *, states: set[str]
) -> Deadline | None:
    """The promise that counts now: answer, arrive, control, then the next one due.

    A rung that ran out keeps its row, so a fresh clock of the same step goes first.
    """
    if incident.controlled_at is not None or incident.case.phase != Phase.PROTECT:
        step = ""
    elif AssignmentState.ARRIVED in states:
        step = CONTROL
    elif AssignmentState.ACKNOWLEDGED in states:
        step = ARRIVE
    else:
        step = ACKNOWLEDGE
    if not step:
        ladder = {ACKNOWLEDGE, ARRIVE, CONTROL}
        rest = [d for d in running if d.standard and d.key not in ladder]
        return rest[0] if rest else None
    mine = [deadline for deadline in running if deadline.key == step]
    fresh = [deadline for deadline in mine if deadline.fired_at is None]
    return fresh[0] if fresh else mine[-1] if mine else None
