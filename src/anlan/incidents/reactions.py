"""Answers to what others put on the record, all in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from anlan.accounts.events import PlaceClosed, SiteClosed
from anlan.accounts.models import Place, Site, User
from anlan.accounts.permissions import has_permission, read_memberships
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import people_by_role
from anlan.base.errors import Conflict
from anlan.base.prepared import Prepared
from anlan.cases.enums import Phase
from anlan.cases.events import (
    CaseClosed,
    CaseJoined,
    CaseParted,
    CaseReopened,
    CommandTaken,
    DeadlineMissed,
)
from anlan.cases.models import Case, Deadline, Task
from anlan.cases.selectors import commander_there
from anlan.evidence.services import recordings as evidence
from anlan.incidents import messages, policies, selectors, services
from anlan.incidents.enums import (
    AssignmentState,
    EmergencyService,
    HappenedSource,
    Police,
    Rung,
)
from anlan.incidents.events import (
    EmergencyCorrected,
    FurtherReport,
    IncidentReported,
    LadderExhausted,
    ReportSplitOff,
    ResponderAlerted,
)
from anlan.incidents.models import (
    Assignment,
    Device,
    Incident,
    MonitorTile,
    PoliceWaiver,
    Report,
)
from anlan.incidents.permissions import can_decide
from anlan.incidents.services.responding import ACKNOWLEDGE, CLOSE, CONTROL
from anlan.incidents.services.retaliation import follow_retaliation
from anlan.incidents.services.seconding import SECOND, follow_whole
from anlan.ledger.events import SYSTEM, Queued
from anlan.notify import services as notify
from anlan.notify.enums import ChannelKind, Urgency
from anlan.notify.events import DeliveryFailed, NotDelivered
from anlan.notify.selectors import about_failed_call
from anlan.resolution.legal.events import RetaliationNoted
from anlan.resolution.legal.models import Retaliation

# A panic button may be pressed ten times: within this one message counts them.
_FURTHER_ONCE_IN = timedelta(seconds=60)
# Who may hold the right to agree that the police are not called.
_SECOND = (Rung.SITE_MANAGER.value, "legal_counsel", Rung.HEADQUARTERS.value)
_ABOVE = (Rung.DUTY_OFFICER, Rung.SITE_MANAGER, Rung.HEADQUARTERS)


def climb_ladder(queued: Queued) -> None:
    """A clock of an incident ran out: the ladder goes on, in the same transaction."""
    event = queued.event
    if isinstance(event, DeadlineMissed):
        services.climb(deadline_key=event.key, about=event.about, at=queued.recorded_at)


def climb_after_failed_call(entry: Queued, *, at: datetime) -> None:
    """A call came to nothing: the next person at once, not when the time is up.

    Afterwards, not in the transaction: that one holds the deliveries, and somebody who
    answers just then holds the case and waits for the deliveries.
    """
    event = entry.event
    if (
        isinstance(event, DeliveryFailed | NotDelivered)
        and event.way == ChannelKind.VOICE
    ):
        about = about_failed_call(event.message)
        services.climb_after_failed_call(about=about, at=at)


def tell_groups(queued: Queued) -> None:
    """One line for robots and webhooks when an incident begins; people come by rung."""
    event = queued.event
    incident = _incident(queued)
    if isinstance(event, IncidentReported) or (
        # Both chains say that a report was split off; it opened one of the two.
        isinstance(event, ReportSplitOff) and event.number == incident.case.number
    ):
        _tell(
            messages.REPORTED,
            queued,
            people=[],
            incident=incident,
            params=_ago(_written_at(queued, incident), queued.recorded_at),
            with_groups=True,
        )


def _written_at(queued: Queued, incident: Incident) -> datetime | None:
    event = queued.event
    if isinstance(event, IncidentReported) and (
        event.happened_source != HappenedSource.PHONE
    ):
        return None
    found = Incident.objects.filter(pk=incident.pk)
    row = found.annotate(written_at=selectors.written_at(OuterRef("pk"))).get()
    moment: datetime | None = row.written_at
    return moment


def _ago(written_at: datetime | None, received: datetime) -> dict[str, Any]:
    """How many minutes before it came in it was written, if it lay in a phone."""
    minutes = written_at and policies.minutes_on_the_way(
        happened=written_at, received=received
    )
    return {"ago": minutes} if minutes else {}


_ALERTED_ASSIGNMENT = Prepared(
    lambda uid: (
        Assignment.objects.filter(uid=uid)
        .select_related("user", "incident__place", "incident__case__site")
        .annotate(written_at=selectors.written_at(OuterRef("incident")))
    )
)


def alert_responder(queued: Queued) -> None:
    """Reach the one who is sent on every way; the call is the last before the next one."""
    event = queued.event
    if not isinstance(event, ResponderAlerted):
        return
    (assignment,) = _ALERTED_ASSIGNMENT(uid=UUID(_uid(queued.object)))
    _tell(
        messages.ALERTED,
        queued,
        incident=assignment.incident,
        people=[assignment.user],
        params={
            "rung": event.rung,
            **_ago(assignment.written_at, assignment.incident.reported_at),
        },
        about=queued.object,
        voice_at=_call_time(queued.object, queued.recorded_at),
        is_guard=event.rung == Rung.GUARD,
    )


def stop_calling(queued: Queued) -> None:
    """The person answered: what has not gone out need not any more."""
    notify.call_off(about=queued.object, at=queued.recorded_at, is_answered=True)


def give_up_calling(queued: Queued) -> None:
    """The person is not needed any more."""
    notify.call_off(about=queued.object, at=queued.recorded_at)


def give_up_late(queued: Queued) -> None:
    """The time to answer is over, whether or not the next one was tried before."""
    event = queued.event
    if (
        isinstance(event, DeadlineMissed)
        and event.key == ACKNOWLEDGE
        and event.about.startswith("assignment:")
    ):
        notify.call_off(about=event.about, at=queued.recorded_at)


def tell_of_late_closing(queued: Queued) -> None:
    """It should have been closed by now: who answers for the site, and headquarters."""
    event = queued.event
    if not isinstance(event, DeadlineMissed) or event.key != CLOSE:
        return
    site = _incident(queued).case.site
    holders = people_by_role(site, (Rung.SITE_MANAGER, Rung.HEADQUARTERS))
    _tell(
        messages.LATE,
        queued,
        people=_each_once([*holders[Rung.SITE_MANAGER], *holders[Rung.HEADQUARTERS]]),
        urgency=Urgency.NORMAL,
    )


def tell_of_late_protection(queued: Queued) -> None:
    """The scene is not under control, or what protects people is not done, in time.

    Those who answer for it hear of it, and headquarters: what runs out goes up by itself,
    whoever of the site was told.
    """
    event = queued.event
    if not isinstance(event, DeadlineMissed) or not _protects(event):
        return
    if notify.count_up(
        kind=messages.UNPROTECTED, subject=queued.subject, since=queued.recorded_at
    ):
        return  # several promises end at the same moment
    incident = _incident(queued)
    case = incident.case
    people = _above_the_guards(case.site)
    if (commander := commander_there(case)) is not None:
        people.append(commander)
    _tell(
        messages.UNPROTECTED,
        queued,
        incident=incident,
        people=_each_once(people),
        params={"task": event.title, "count": 1},
    )


def tell_who_may_agree(queued: Queued) -> None:
    """Something waits for a second person: whoever may agree, headquarters if nobody may.

    They hear of it when it is proposed, and again when its clock runs out. Help goes on
    until then, and so does the duty to call the police, so that nobody is woken for it.
    """
    event = queued.event
    is_late = isinstance(event, DeadlineMissed)
    if isinstance(event, DeadlineMissed) and event.key != SECOND:
        return
    thing = event.about if isinstance(event, DeadlineMissed) else queued.object
    proposal = selectors.proposal_named(thing)
    if not policies.still_waits(proposal):  # or decided in the same transaction
        return
    incident = proposal.incident
    holders = people_by_role(incident.case.site, _SECOND)
    people = _each_once(one for role in _SECOND for one in holders[role])
    agree = [one for one in people if can_decide(one, proposal)]
    is_waiver = isinstance(proposal, PoliceWaiver)
    _tell(
        messages.WAIVER_PROPOSED if is_waiver else messages.NONE_PROPOSED,
        queued,
        incident=incident,
        people=agree or holders[Rung.HEADQUARTERS],
        params={"minutes": _minutes(proposal.proposed_at, queued.recorded_at)}
        if is_late
        else None,
        path=f"/cases/{incident.case.number}/",
        urgency=Urgency.NORMAL,
    )


def _minutes(since: datetime, at: datetime) -> int:
    return int((at - since).total_seconds() // 60)


def _each_once(people: Iterable[User]) -> Iterable[User]:
    return {one.pk: one for one in people}.values()


def _protects(event: DeadlineMissed) -> bool:
    """Whether it is the promise to control the scene, or a binding one of the plan."""
    if event.key == CONTROL:
        return True
    kind, _colon, uid = event.about.partition(":")
    return (
        kind == "task"
        and Task.objects.filter(
            uid=uid,
            playbook__isnull=False,
            phase=Phase.PROTECT,
            binding=True,
            case__incident__isnull=False,
        ).exists()
    )


def call_back(queued: Queued) -> None:
    """Tell somebody on the way that they need not come."""
    give_up_calling(queued)
    assignment = Assignment.objects.select_related("user").get(uid=_uid(queued.object))
    _tell(messages.STOOD_DOWN, queued, people=[assignment.user])


def stop_calling_twice(queued: Queued) -> None:
    """Somebody who was sent to both of two joined cases is called for one of them."""
    assignment = Assignment.objects.get(uid=_uid(queued.object))
    if assignment.state == AssignmentState.STOOD_DOWN:
        give_up_calling(queued)


def join_incident(queued: Queued) -> None:
    """Both chains say that a case was joined; its people and its voices go with it."""
    event = queued.event
    case = Case.objects.select_related("joined_into").get(uid=_uid(queued.subject))
    if isinstance(event, CaseJoined) and event.number == case.number:
        services.join_responders(case=case, at=queued.recorded_at)
        services.join_voices(case=case, at=queued.recorded_at)
    follow_whole(case=case, at=queued.recorded_at)


def keep_devices_in_use(queued: Queued) -> None:
    """
    Raises:
        Conflict: a device that may raise an alarm stands at the closed place, or below it,
            or anywhere in the closed site.
    """
    devices = Device.objects.filter(disabled_at=None).order_by("pk")
    if isinstance(queued.event, SiteClosed):
        device = devices.filter(site=queued.site_id).first()
    elif isinstance(queued.event, PlaceClosed):
        place = Place.objects.get(uid=_uid(queued.object))
        device = devices.filter(place__path__startswith=place.path).first()
    else:
        return
    if device is not None:
        raise Conflict(_("设备“%s”装在这里，请先停用它") % device.name)


def keep_pictures_at_places_in_use(queued: Queued) -> None:
    """
    Raises:
        Conflict: a picture of a monitor wall shows the closed place, or one below it: an
            alarm from it would be refused.
    """
    place = Place.objects.get(uid=_uid(queued.object))
    tile = (
        MonitorTile.objects.filter(removed_at=None, place__path__startswith=place.path)
        .order_by("pk")
        .first()
    )
    if tile is not None:
        raise Conflict(_("监控画面“%s”照着这里，请先移除它") % tile.label)


def end_waiver(queued: Queued) -> None:
    """The level rose, a minor was hurt, or a graver case was joined: G05 asks again."""
    case = Case.objects.get(uid=_uid(queued.subject))
    services.end_waiver(case=case, at=queued.recorded_at)


def note_police_report(queued: Queued) -> None:
    """A report was handed over to the police, in writing or orally."""
    case = Case.objects.get(uid=_uid(queued.subject))
    services.note_report(case=case, at=queued.recorded_at)


def tell_police_are_not_called(queued: Queued) -> None:
    """A call to them was none after all: whoever relied on it hears that they know nothing.

    Whatever the level: below the second no task of the plan would remind of it.
    """
    event = queued.event
    if (
        not isinstance(event, EmergencyCorrected)
        or event.service != EmergencyService.POLICE
    ):
        return
    incident = _incident(queued)
    if (host := incident.case.joined_into) is not None:
        (incident,) = _INCIDENT_OF_CASE(case=host.uid)
    if policies.police_of(incident) != Police.UNDECIDED:
        return
    people = _above_the_guards(incident.case.site)
    if (commander := commander_there(incident.case)) is not None:
        people.append(commander)
    _tell(messages.NOT_CALLED, queued, incident=incident, people=_each_once(people))


def go_on(queued: Queued) -> None:
    """A case is opened again: if it was a false alarm it is none, and it has a clock."""
    if isinstance(queued.event, CaseReopened):
        case = Case.objects.get(uid=_uid(queued.subject))
        services.take_back_false_alarm(case=case, at=queued.recorded_at)
        services.resume_closing(case=case, at=queued.recorded_at)
        follow_whole(case=case, at=queued.recorded_at)


def part_responders(queued: Queued) -> None:
    event = queued.event
    case = Case.objects.get(uid=_uid(queued.subject))
    if isinstance(event, CaseParted) and event.number == case.number:
        host = Case.objects.get(site=case.site_id, number=event.host)
        services.part_responders(case=case, host=host, at=queued.recorded_at)
        services.part_voices(case=case, host=host)
    follow_whole(case=case, at=queued.recorded_at)


def tell_proposer(queued: Queued) -> None:
    """Nobody decides any more what they proposed: its case ended, or is another's."""
    event = queued.event
    case = Case.objects.get(uid=_uid(queued.subject))
    if isinstance(event, CaseJoined) and event.number != case.number:
        return  # the host's own chain
    if not isinstance(event, CaseClosed | CaseJoined):
        return
    waivers = PoliceWaiver.objects.filter(
        incident__case=case, decided_at=None, ended_at=None
    )
    people = [one.proposed_by for one in waivers.select_related("proposed_by")]
    if people:
        host = event.host if isinstance(event, CaseJoined) else ""
        _tell(
            messages.WAIVER_MOOT,
            queued,
            people=_each_once(people),
            params={"host": host},
            path=f"/cases/{host or case.number}/",
            urgency=Urgency.NORMAL,
        )


def tell_of_further_report(queued: Queued) -> None:
    """Those at the scene hear what a second voice says."""
    event, at = queued.event, queued.recorded_at
    if not isinstance(event, FurtherReport):
        return
    if notify.count_up(
        kind=messages.FURTHER, subject=queued.subject, since=at - _FURTHER_ONCE_IN
    ):
        return
    incident = _incident(queued)
    running = Assignment.objects.filter(
        incident=incident,
        state__in=[
            AssignmentState.ALERTED,
            AssignmentState.ACKNOWLEDGED,
            AssignmentState.ARRIVED,
        ],
    ).select_related("user")
    people = [assignment.user for assignment in running]
    if (commander := commander_there(incident.case)) is not None:
        people.append(commander)
    if not people:  # the ladder is at its end, and they are still fighting
        people = _above_the_guards(incident.case.site)
    _tell(
        messages.FURTHER,
        queued,
        people=people,
        incident=incident,
        params={"flags": event.flags, "count": 1},
    )


def cry_for_help(queued: Queued) -> None:
    """Nobody answered: everybody above the guards is called at once."""
    if isinstance(queued.event, LadderExhausted):
        _tell(
            messages.EXHAUSTED,
            queued,
            people=_above_the_guards(_incident(queued).case.site),
            voice_at=queued.recorded_at,
            with_groups=True,
        )


def tell_of_handover(queued: Queued) -> None:
    """Both hear of it: who commands now, and who did."""
    event = queued.event
    if not isinstance(event, CommandTaken):
        return
    keys = [key for key in (event.commander, event.before) if key]
    if Incident.objects.filter(case__uid=_uid(queued.subject)).exists():
        _tell(
            messages.COMMAND,
            queued,
            people=User.objects.filter(uid__in=[_uid(key) for key in keys]),
            params={"commander": event.commander},
        )


def _tell(
    kind: str,
    queued: Queued,
    *,
    people: Iterable[User],
    incident: Incident | None = None,
    params: dict[str, Any] | None = None,
    about: str = "",
    voice_at: datetime | None = None,
    with_groups: bool = False,
    urgency: Urgency = Urgency.ALARM,
    is_guard: bool = False,
    path: str = "",
) -> None:
    """Send to all but the one who did it, with what every message of an incident says.

    Args:
        path: the page it leads to, if not by who they are.
        is_guard: they are led to the scene, and their roles need not be read.
    """
    incident = incident or _incident(queued)
    case = incident.case
    told = [person for person in people if person.actor_key != queued.actor]
    notify.send(
        kind=kind,
        site=case.site,
        subject=queued.subject,
        people=told,
        urgency=urgency,
        params={
            "site": case.site.name,
            "place": incident.place.label,
            "number": case.number,
            "flags": ",".join(incident.flags),
            **(params or {}),
        },
        about=about,
        path=path or (_scene_of(case) if is_guard else _page_for(told, case)),
        with_groups=with_groups,
        voice_at=voice_at,
        exercise=queued.exercise,
        by=SYSTEM,
        at=queued.recorded_at,
    )


def _page_for(people: Iterable[User], case: Case) -> str:
    """The room, if all of them command; else the scene, which leads on to the room."""
    people = list(people)
    read_memberships(people)
    commands = [
        has_permission(person, Permission.INCIDENT_COMMAND, site=case.site)
        for person in people
    ]
    room = f"/cases/{case.number}/"
    return room if commands and all(commands) else _scene_of(case)


def _scene_of(case: Case) -> str:
    return f"/m/cases/{case.number}/"


_INCIDENT_OF_CASE = Prepared(
    lambda case: Incident.objects.filter(case__uid=case).select_related(
        "place", "case__site__organisation", "case__commander"
    )
)


def _incident(queued: Queued) -> Incident:
    (incident,) = _INCIDENT_OF_CASE(case=UUID(_uid(queued.subject)))
    return incident


def _above_the_guards(site: Site) -> list[User]:
    holders = people_by_role(site, _ABOVE)
    return [person for rung in _ABOVE for person in holders[rung]]


_ANSWER_DUE = Prepared(
    lambda about: (
        Deadline.objects.filter(key=ACKNOWLEDGE, about=about, met_at=None)
        .order_by("pk")
        .values_list("due_at", flat=True)[:1]
    )
)


def _call_time(about: str, at: datetime) -> datetime | None:
    """Two thirds into the time to acknowledge: late enough to spare most calls."""
    due_at = _ANSWER_DUE.first(about=about)
    return None if due_at is None else at + (due_at - at) * 2 / 3


def _uid(key: str) -> str:
    return key.partition(":")[2]


def want_recordings(entry: Queued, *, at: datetime) -> None:
    """Ask for what the cameras around a reported place recorded, before it is gone.

    A further report may name another place, and what was seen from there is asked for;
    one that was split off is a case that has nothing yet. The clock of a box may be hours
    slow, and what it saw is now: that is asked for first, and what it claims as well.
    """
    report = Report.objects.select_related(
        "incident__case__site", "place__site__organisation"
    ).get(uid=_uid(entry.object))
    for moment in dict.fromkeys((policies.believed_time(report), report.happened_at)):
        evidence.want_recordings(
            case=report.incident.case, place=report.place, happened=moment, at=at
        )


def open_for_retaliation(queued: Queued) -> None:
    """Somebody was retaliated against: an incident of its own, at once (G23)."""
    if not isinstance(queued.event, RetaliationNoted):
        return
    noted = Retaliation.objects.select_related(
        "case__site", "place__site", "noted_by"
    ).get(uid=queued.object.partition(":")[2])
    follow_retaliation(noted=noted, at=queued.recorded_at)
