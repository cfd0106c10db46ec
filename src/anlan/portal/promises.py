"""What was promised to whoever reported, by when, and whether it was kept: no names.

Of the standards those that concern somebody who called for help; what is promised to a
victim stands on the page that only they have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.duration import duration_words
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.enums import TaskState
from anlan.cases.models import Case, Task
from anlan.incidents.enums import CallOutcome, Channel, EmergencyService
from anlan.incidents.measures import Kept, Measure, measures_of
from anlan.incidents.models import EmergencyCall, Incident, Report
from anlan.resolution.legal.models import PoliceReport

CONFIRM = "incident.confirm"
CALL_POLICE = "call_police"  # of the playbook
_TITLES: Mapping[str, str | Lazy] = {
    "incident.acknowledge": _("有人接警"),
    CONFIRM: _("工作人员核实您的报告"),
    "incident.arrive": _("接警以后到场"),
    "incident.control": _("控制现场"),
    CALL_POLICE: _("报警（或者经两人决定不报）"),
    "save_recordings": _("保存录像"),
    "incident.close": _("办结"),
}
_TONES = {Kept.MET: "ok", Kept.LATE: "warn", Kept.OVER: "bad"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One promise, as it stands for who waits for it."""

    measure: Measure
    is_left_out: bool  # somebody wrote down why it is not done
    is_ended: bool  # the case is closed: nothing is waited for any more
    was_none: bool  # and it was a false alarm

    @property
    def title(self) -> str:
        name, limit = str(_TITLES[self.measure.key]), self.measure.limit_words
        return (
            gettext("%(step)s（%(time)s以内）") % {"step": name, "time": limit}
            if limit
            else name
        )

    @property
    def is_kept(self) -> bool:
        return self.measure.ended_at is not None and not self.is_left_out

    @property
    def tone(self) -> str:
        if self.was_none and not self.is_kept:
            return "brand"
        if self.is_left_out:
            return "warn"
        if self.is_ended and self.measure.state == Kept.RUNNING:
            return "warn"
        return _TONES.get(self.measure.state, "brand")

    @property
    def state(self) -> str:
        """Kept, running, overdue: in one or two words."""
        if self.was_none and not self.is_kept:
            return gettext("误报，不再计时")
        if self.is_left_out:
            return gettext("没有做，写明了理由")
        if not self.is_kept and self.is_ended:
            return gettext("没有做到")
        words = {
            Kept.MET: gettext("按时做到"),
            Kept.LATE: gettext("超时做到"),
            Kept.RUNNING: gettext("进行中"),
            Kept.OVER: gettext("已超时"),
            Kept.WAITING: gettext("还没有开始计时"),
        }
        return words[self.measure.state]

    @property
    def due_at(self) -> datetime | None:
        return self.measure.due_at

    @property
    def ended_at(self) -> datetime | None:
        return self.measure.ended_at if self.is_kept else None

    @property
    def late_words(self) -> str:
        """By how much it was late, once it is kept."""
        is_late = self.measure.state == Kept.LATE and self.is_kept
        return duration_words(-self.measure.spare) if is_late else ""


def steps_of(report: Report, *, incident: Incident, at: datetime) -> list[Step]:
    """What was promised, in its order; ``incident`` is the one by which help comes."""
    case = incident.case
    tasks = {
        task.key: task
        for task in Task.objects.filter(
            case=case, key__in=_TITLES, playbook__isnull=False
        )
    }
    police_at = _police_at(incident) if CALL_POLICE in tasks else None
    found = _measures(report, incident, tasks, police_at=police_at, at=at)
    measures = {one.key: one for one in found}
    return [
        Step(
            measure=measures[key],
            is_left_out=key in tasks
            and tasks[key].state == TaskState.SKIPPED
            and not (key == CALL_POLICE and police_at is not None),
            is_ended=case.closed_at is not None,
            was_none=incident.false_alarm_at is not None,
        )
        for key in _TITLES
        if key in measures
    ]


def _measures(
    report: Report,
    incident: Incident,
    tasks: Mapping[str, Task],
    *,
    police_at: datetime | None,
    at: datetime,
) -> Iterator[Measure]:
    case = incident.case
    asked = [key for key in _TITLES if key.startswith("incident.")]
    limits = _limits(case, asked, at=incident.reported_at)
    yield from measures_of(incident, limits=limits, at=at)
    if report.channel == Channel.PUBLIC and CONFIRM in limits:
        yield Measure(
            key=CONFIRM,
            started_at=incident.reported_at,
            ended_at=incident.confirmed_at,
            limit=limits[CONFIRM],
            at=case.closed_at or at,
        )
    for key, task in tasks.items():
        limit = task.due_at - task.created_at if task.due_at else None
        yield Measure(
            key=key,
            started_at=task.created_at,
            ended_at=(police_at if key == CALL_POLICE else None) or task.ended_at,
            limit=int(limit.total_seconds()) if limit else None,
            at=case.closed_at or at,
        )


def _police_at(incident: Incident) -> datetime | None:
    """When the police knew of it, or two people decided that they need not.

    They know when the phone was taken up or a report handed over, not when it was ticked
    off; in a joined case too. A decision stands for its own case, until it ends.
    """
    case = incident.case
    whole = [case, *case.joined_cases.all()]
    calls = EmergencyCall.objects.filter(
        incident__case__in=whole,
        service=EmergencyService.POLICE,
        outcome=CallOutcome.CONNECTED,
    )
    reports = PoliceReport.objects.filter(case__in=whole, handed_at__isnull=False)
    waivers = incident.police_waivers.filter(approved=True, ended_at=None)
    moments = [
        *calls.values_list("called_at", flat=True),
        *reports.values_list("handed_at", flat=True),
        *waivers.values_list("decided_at", flat=True),
    ]
    return min((one for one in moments if one is not None), default=None)


def _limits(case: Case, keys: list[str], *, at: datetime) -> dict[str, int]:
    """The seconds that were promised when it was reported; none where nothing was."""
    found = {}
    for key in keys:
        with suppress(NotFound):
            found[key] = cases.standard_at(case.organisation_id, key, at).seconds
    return found
