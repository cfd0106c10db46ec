"""An incident as one reader sees it on one screen: a case's room, and what is more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.duration import duration_words
from anlan.base.remembered import address
from anlan.cases.about import About
from anlan.cases.enums import Severity
from anlan.cases.models import Party, Task
from anlan.cases.room import Gate, Room
from anlan.cases.selectors import roles_by_party, tasks_added_at
from anlan.incidents.enums import AssignmentState, EmergencyService, Flag, Police
from anlan.incidents.events import ResponderAlerted
from anlan.incidents.measures import Kept, Measure, measures_of
from anlan.incidents.models import (
    Assignment,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.incidents.policies import may_still_go, police_of, signs_of_a_fight
from anlan.incidents.selectors import (
    Call,
    Facts,
    assignments_of,
    followed_reports,
    reason_in,
    reasons_chosen,
    reports_of,
)
from anlan.incidents.severity import Suggestion, suggest_severity
from anlan.resolution.policies import still_objectable

_WAITING = {AssignmentState.ALERTED, AssignmentState.ACKNOWLEDGED}
_TITLES: Mapping[str, tuple[str | Promise, str | Promise, str]] = {
    "incident.acknowledge": (_("上报至接警"), _("接警"), "user-check"),
    "incident.arrive": (_("接警至到场"), _("到场"), "walk"),
    "incident.control": (_("上报至控制"), _("控制"), "shield-check"),
    "incident.close": (_("上报至办结"), _("办结"), "circle-check"),
}
_POLICE = pgettext_lazy("the police", "报警")
# Tasks of the plan whose promise is shown as a clock of its own.
_CLOCK_TASKS: Mapping[str, tuple[str | Promise, str | Promise, str]] = {
    "call_police": (_POLICE, _POLICE, "phone-call"),
    "save_recordings": (_("录像保存"), _("录像保存"), "device-cctv"),
}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A promise as a card: running until ``due_at``, or at rest with what it took."""

    label: str | Promise
    short: str | Promise
    icon: str
    measure: Measure
    is_closed: bool  # the case, so that nothing is waited for any more

    @property
    def state(self) -> str:
        return {Kept.MET: "done", Kept.LATE: "bad"}.get(self.measure.state, "")

    @property
    def is_running(self) -> bool:
        return self.measure.state in {Kept.RUNNING, Kept.OVER}

    @property
    def is_waiting(self) -> bool:
        return self.measure.state == Kept.WAITING

    @property
    def late(self) -> int:
        return max(0, -self.measure.spare)

    @property
    def heading(self) -> str:
        """The promise in a word or two, and its limit."""
        limit = self.measure.limit_words
        said = gettext("≤ %(time)s") % {"time": limit} if limit else ""
        return f"{self.short} {said}".strip()

    @property
    def due_at(self) -> datetime | None:
        """Until when the card's clock runs down."""
        if not self.is_running or self.is_closed:
            return None
        return self.measure.due_at

    @property
    def face(self) -> str:
        """What stands in the place of a running clock."""
        if self.due_at is not None:
            return ""
        if self.is_waiting:
            return gettext("未开始")
        if self.is_running:
            return gettext("未完成")
        return duration_words(self.measure.seconds or 0)

    @property
    def sub(self) -> str:
        """How it stands, or how it went."""
        if self.due_at is not None:
            return gettext("已超时") if self.late else gettext("进行中")
        if self.is_waiting or self.is_running:
            return ""
        if self.late:
            return gettext("超时 %(time)s") % {"time": duration_words(self.late)}
        if self.measure.limit:
            spare = duration_words(self.measure.spare)
            return gettext("已达成，提前 %(time)s") % {"time": spare}
        return ""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Somebody who was alerted: the reason, and what can be entered for them."""

    assignment: Assignment
    reason: str
    next_at: datetime | None
    can_acknowledge: bool
    can_arrive: bool
    can_take_back: bool
    for_another: bool


class IncidentRoom(Room):
    """What the panels of an incident show."""

    further = (*Room.further, ResponderAlerted.kind)

    def __init__(
        self,
        *,
        incident: Incident,
        facts: Facts,
        reader: User,
        at: datetime,
        before: int | None = None,
        about: About | None = None,
    ) -> None:
        super().__init__(
            case=incident.case, reader=reader, at=at, before=before, about=about
        )
        self.incident = incident
        self.facts = facts

    @property
    def has_joined(self) -> bool:
        return self.facts.has_joined

    @property
    def commander_left(self) -> bool:
        return self.case.is_open and self.facts.commander_left

    @cached_property
    def parties(self) -> dict[Party, list[str]]:
        return roles_by_party(self.case) if self.facts.has_parties else {}

    @cached_property
    def assignments(self) -> list[Assignment]:
        return assignments_of(self.incident)

    @cached_property
    def reports(self) -> list[Report]:
        return reports_of(
            self.incident, has_files=self.facts.has_files, has_joined=self.has_joined
        )

    @cached_property
    def followed(self) -> set[UUID]:
        return followed_reports(self.incident, self.reports, at=self.at)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls to each number that count; those before them are on the timeline."""
        return self.facts.calls

    @property
    def corrigible(self) -> set[UUID]:
        """The calls of which the reader may say that it went otherwise."""
        worked = self.case.joined_into or self.case
        if not worked.is_open:
            return set()
        commands = has_permission(
            self.reader, Permission.INCIDENT_COMMAND, site=self.case.site
        )
        return {
            call.uid for call in self.calls if commands or call.caller == self.reader.pk
        }

    @property
    def phases_left(self) -> Mapping[str, datetime | None]:
        return self.facts.left

    @cached_property
    def waiver(self) -> PoliceWaiver | None:
        """The decision not to call the police that was proposed last."""
        if not self.facts.has_waivers:
            return None
        waivers = self.incident.police_waivers.select_related(
            "proposed_by", "decided_by"
        )
        return waivers.order_by("-proposed_at", "-pk").first()

    @cached_property
    def proposal(self) -> FalseAlarmProposal | None:
        """That it was a false alarm, as it was proposed last."""
        if not self.facts.has_proposals:
            return None
        proposals = self.incident.false_alarm_proposals.select_related(
            "proposed_by", "decided_by"
        )
        return proposals.order_by("-proposed_at", "-pk").first()

    @property
    def may_call_off(self) -> bool:
        proposal = self.proposal
        is_waiting = proposal is not None and proposal.decided_at is None
        return self.can.command and not is_waiting

    @property
    def can_decide_proposal(self) -> bool:
        proposal = self.proposal
        return (
            self.can.waive
            and self.can.command
            and proposal is not None
            and proposal.decided_at is None
            and proposal.proposed_by_id != self.reader.pk
        )

    @property
    def signs_of_a_fight(self) -> list[str]:
        """What speaks against a false alarm by now, for whoever decides."""
        return signs_of_a_fight(self.case)

    @cached_property
    def measures(self) -> list[Measure]:
        return measures_of(self.incident, limits=self.facts.limits, at=self.at)

    @cached_property
    def tiles(self) -> list[Tile]:
        """The promises of the first hour, and those of two tasks if the plan has them."""
        first = [m for m in self.measures if m.key != "incident.close"]
        tiles = [self._tile(measure, *_TITLES[measure.key]) for measure in first]
        tasks = {task.key: task for some in self.tasks.values() for task in some}
        return tiles + [
            self._tile(self._measure_of(tasks[key]), *title)
            for key, title in _CLOCK_TASKS.items()
            if key in tasks
        ]

    @cached_property
    def results(self) -> list[Tile]:
        """All times against their standards, for the closing page."""
        closing = self.measures[-1]
        return [*self.tiles, self._tile(closing, *_TITLES[closing.key])]

    @cached_property
    def sent(self) -> list[Sent]:
        return [self._sent(one, self._reasons) for one in self.assignments]

    @cached_property
    def next_rung_at(self) -> datetime | None:
        """When the ladder climbs, if nobody answers or whoever did does not come."""
        if any(one.state == AssignmentState.ARRIVED for one in self.assignments):
            return None
        times: dict[str, list[datetime]] = {}
        for one in self.sent:
            if one.next_at is not None:
                times.setdefault(one.assignment.state, []).append(one.next_at)
        if coming := times.get(AssignmentState.ACKNOWLEDGED):
            return max(coming)  # nobody is passed over while one of them is on the way
        return min(times.get(AssignmentState.ALERTED, []), default=None)

    @cached_property
    def open_gates(self) -> list[Gate]:
        """The scene, the police, the tasks, then letters to which one may still object."""
        number = self.case.number
        gates = []
        if self.incident.controlled_at is None:
            room = address("cases:room", number)
            gates.append(
                Gate(
                    title=_("还没有确认现场已控制"),
                    note=_("由到场的人或值班主任确认"),
                    url=f"{room}#panel-scene",
                    icon="shield-half",
                )
            )
        if self.police_is_open:
            gates.append(
                Gate(
                    title=_("还没有报警，也没有经复核的“不报警”决定"),
                    note=_("拨打 110，或在现场控制一栏提出不报警"),
                    url=address("incidents:call", number, "110"),
                    icon="phone-call",
                )
            )
        return gates + super().open_gates + self._objectable

    @property
    def _objectable(self) -> list[Gate]:
        return [
            Gate(
                title=_("告知书 %s 的申诉期限还没有过") % notice.code,
                note=_("到 %s 为止，本人可以申诉；以后才能办结") % last.isoformat(),
                url=address("resolution:notices", self.case.number),
                icon="message",
            )
            for notice, last in still_objectable(self.case, at=self.at)
        ]

    @cached_property
    def suggestion(self) -> Suggestion:
        return suggest_severity(
            flags=self.incident.flags, people_count=self.incident.people_count
        )

    @property
    def suggests_other(self) -> bool:
        return self.suggestion.severity != Severity(self.case.severity)

    @property
    def additions(self) -> list[tuple[Severity, str]]:
        """What each higher level would add to the tasks, beyond the level below it."""
        seen: set[str] = set()
        found = []
        for level in Severity:
            if level <= self.case.severity:
                continue
            added = tasks_added_at(self.case, severity=level, flags=self.incident.flags)
            new = [task for task in added if task.key not in seen]
            seen |= {task.key for task in new}
            if new:
                found.append((level, str(_("；")).join(task.title for task in new)))
        return found

    @property
    def flags(self) -> list[str | Promise]:
        return [Flag(flag).label for flag in self.incident.flags]

    @property
    def services(self) -> list[EmergencyService]:
        return list(EmergencyService)

    @cached_property
    def police(self) -> Police:
        """What is known of the police, in the joined cases too."""
        if not self.has_joined:
            return Police(self.incident.police)
        return police_of(self.incident)

    @property
    def police_is_open(self) -> bool:
        return self.police == Police.UNDECIDED

    @property
    def may_propose_waiver(self) -> bool:
        """One at a time; again after a refusal, or one that ended with the level it had."""
        waiver = self.waiver
        is_over = waiver and (waiver.ended_at or waiver.approved is False)
        return self.police_is_open and self.can.command and bool(not waiver or is_over)

    @property
    def can_control(self) -> bool:
        """The commander, or whoever stands at the scene."""
        if self.incident.controlled_at or not self.incident.arrived_at:
            return False
        return self.can.command or (self.can.respond and self._reader_is_there)

    @property
    def can_take_back_control(self) -> bool:
        """The commander, or whoever said it."""
        if not self.incident.controlled_at or not self.case.is_open:
            return False
        is_own = self.incident.controlled_by_id == self.reader.pk
        return self.can.command or (self.can.respond and is_own)

    @property
    def can_decide(self) -> bool:
        waiver = self.waiver
        return (
            self.can.waive
            and waiver is not None
            and waiver.decided_at is None
            and waiver.proposed_by_id != self.reader.pk
        )

    @property
    def can_go(self) -> bool:
        """The reader may still join the response."""
        mine = [one for one in self.assignments if one.user_id == self.reader.pk]
        return self.can.respond and may_still_go(
            self.incident, last=mine[-1] if mine else None
        )

    def known_names(self) -> dict[str, str]:
        users: list[User | None] = [one.user for one in self.assignments]
        users += [report.reporter for report in self.reports]
        names = {user.actor_key: user.name for user in users if user is not None}
        return super().known_names() | names

    @cached_property
    def _reasons(self) -> Mapping[str, str]:
        """From what the timeline has read; from the record on an older page of it."""
        things = {f"assignment:{one.uid}" for one in self.assignments}
        read = [(line.kind, line.thing, line.event) for line in self.lines]
        read += [(e.kind, e.object, event) for e, event in self.timeline.further]
        reasons = {
            thing: reason_in(event)
            for kind, thing, event in read
            if kind == ResponderAlerted.kind and thing in things
        }
        return reasons | reasons_chosen(self.case, things - set(reasons))

    @property
    def _reader_is_there(self) -> bool:
        return any(
            one.user_id == self.reader.pk and one.state == AssignmentState.ARRIVED
            for one in self.assignments
        )

    def _sent(self, one: Assignment, reasons: Mapping[str, str]) -> Sent:
        is_own = one.user_id == self.reader.pk
        may = self.can.respond if is_own else self.can.command
        late_answer = one.state == AssignmentState.EXPIRED and not any(
            later.user_id == one.user_id and later.alerted_at > one.alerted_at
            for later in self.assignments
        )
        return Sent(
            assignment=one,
            reason=reasons.get(f"assignment:{one.uid}", ""),
            next_at=self._next_at(one),
            can_acknowledge=may
            and (one.state == AssignmentState.ALERTED or late_answer),
            can_arrive=may and (one.state in _WAITING or late_answer),
            can_take_back=may
            and one.state == AssignmentState.ARRIVED
            and self.case.is_open
            and self.incident.controlled_at is None,
            for_another=not is_own,
        )

    def _tile(
        self, measure: Measure, label: str | Promise, short: str | Promise, icon: str
    ) -> Tile:
        return Tile(
            label=label,
            short=short,
            icon=icon,
            measure=measure,
            is_closed=self.case.closed_at is not None,
        )

    def _measure_of(self, task: Task) -> Measure:
        """A task's promise; the police are called when the phone was taken up."""
        ended = task.ended_at
        if task.key == "call_police":
            ended = self.facts.police_called_at or ended
        limit = task.due_at - task.created_at if task.due_at else None
        return Measure(
            key=task.key,
            started_at=task.created_at,
            ended_at=ended,
            limit=int(limit.total_seconds()) if limit else None,
            at=self.case.closed_at or self.at,
        )

    def _next_at(self, one: Assignment) -> datetime | None:
        if one.state == AssignmentState.ALERTED:
            since, key = one.alerted_at, "incident.acknowledge"
        elif one.state == AssignmentState.ACKNOWLEDGED and one.acknowledged_at:
            since, key = one.acknowledged_at, "incident.arrive"
        else:
            return None
        limit = self.facts.limits.get(key)
        return since + timedelta(seconds=limit) if limit and self.case.is_open else None
