"""Incidents as they are read: a page of one, its reports, who was alerted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    Aggregate,
    Exists,
    JSONField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from anlan.accounts.models import Membership, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.base.clock import acting_moment
from anlan.base.errors import NotFound
from anlan.base.prepared import Prepared
from anlan.cases.enums import CaseState, Phase, Protection
from anlan.cases.models import Case, Party, PhaseRecord, Standard
from anlan.cases.permissions import can_see
from anlan.cases.selectors import entries_about, live_links
from anlan.incidents.enums import (
    AssignmentState,
    CallOutcome,
    EmergencyService,
    HappenedSource,
)
from anlan.incidents.events import ReportSplitOff, ResponderAlerted
from anlan.incidents.models import (
    Assignment,
    Attachment,
    EmergencyCall,
    FalseAlarmProposal,
    Incident,
    PoliceWaiver,
    Report,
)
from anlan.ledger.events import Event
from anlan.ledger.sentences import event_of

STANDARDS = (
    "incident.acknowledge",
    "incident.arrive",
    "incident.control",
    "incident.close",
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call to 110 or 120, and what was answered."""

    service: EmergencyService
    uid: UUID
    called_at: datetime
    called_by: str
    caller: int  # the key of whoever recorded it
    outcome: CallOutcome
    answered_at: datetime | None
    answer: str
    receipt: str

    @property
    def awaits_answer(self) -> bool:
        return self.outcome == CallOutcome.CONNECTED and self.answered_at is None

    @property
    def said(self) -> str:
        """What was answered; nobody notes an empty answer, so that one was erased."""
        is_gone = self.answered_at is not None and not self.answer
        return _("已按期限删除") if is_gone else self.answer


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the room reads with the incident, and whether there is more to read.

    ``limits`` are the standards in force when it was reported, in seconds; ``left`` is
    when each phase was left.
    """

    commander_left: bool
    has_joined: bool
    has_parties: bool
    has_waivers: bool
    has_proposals: bool  # to call it a false alarm
    has_files: bool
    limits: Mapping[str, int]
    calls: tuple[Call, ...]
    police_called_at: datetime | None
    left: Mapping[str, datetime | None]


def open_assignments(user: User) -> list[Assignment]:
    """Where the user is wanted: to answer, or to arrive; the newest first."""
    return list(
        Assignment.objects.filter(
            user=user,
            state__in=[AssignmentState.ALERTED, AssignmentState.ACKNOWLEDGED],
            incident__case__state=CaseState.OPEN,
        )
        .select_related("incident__case__site", "incident__place")
        .order_by("-alerted_at", "-pk")
    )


def incident_for(user: User, number: str) -> Incident:
    """The incident behind a case's number.

    Raises:
        NotFound: unknown, not the reader's, or a case of another kind.
    """
    return incident_and_facts(user, number)[0]


def incident_and_facts(user: User, number: str) -> tuple[Incident, Facts]:
    """The same, with the facts; one query for all of it."""
    case = _NUMBERED.first(
        organisation=user.organisation_id, number=number, at=acting_moment()
    )
    if case is None or not can_see(user, case):
        raise NotFound(_("没有这个事件，或者您无权查看"))
    incident: Incident = case.incident
    incident.case = case
    limits = {
        key: getattr(case, f"limit_{place}") for place, key in enumerate(STANDARDS)
    }
    facts = Facts(
        commander_left=case.commander_id is not None and not case.is_commanded,
        has_joined=case.has_joined,
        has_parties=case.has_parties,
        has_waivers=case.has_waivers,
        has_proposals=case.has_proposals,
        has_files=case.has_files,
        limits={key: limit for key, limit in limits.items() if limit is not None},
        calls=_shown_calls([_call(said) for said in case.calls or ()]),
        police_called_at=case.police_called_at,
        left={phase: _moment(text) for phase, text in (case.left or {}).items()},
    )
    return incident, facts


_ASSIGNMENTS = Prepared(
    lambda incident: (
        Assignment.objects.filter(incident=incident)
        .select_related("user")
        .order_by("alerted_at", "pk")
    )
)


def assignments_of(incident: Incident) -> list[Assignment]:
    """Everybody who was alerted, in that order."""
    return _ASSIGNMENTS(incident=incident.pk)


def reasons_chosen(case: Case, things: Collection[str]) -> dict[str, str]:
    """Why somebody was chosen, as the record says it, by ``assignment:<uid>``."""
    if not things:
        return {}
    entries = entries_about({case.subject}).filter(
        kind=ResponderAlerted.kind, object__in=things
    )
    events = [
        (thing, event_of(ResponderAlerted.kind, orjson.loads(bytes(data))))
        for thing, data in entries.values_list("object", "data")
        if data is not None
    ]
    return {thing: reason_in(event) for thing, event in events}


def lost_a_report(case: Case, *, seq: int) -> bool:
    """Whether this entry says that a report left the case and opened another one.

    Both chains have it; the report stands in the case that it opened.
    """
    own = Report.objects.filter(incident__case=case).values_list("uid", flat=True)
    split_off = entries_about({case.subject}).filter(kind=ReportSplitOff.kind, seq=seq)
    return split_off.exclude(object__in=[f"report:{uid}" for uid in own]).exists()


def reason_in(event: Event | None) -> str:
    """The reason in the entry of an alert; of any other event there is none."""
    if not isinstance(event, ResponderAlerted):
        return ""
    return event.reason


_REPORTS = Prepared(
    lambda incident: (
        Report.objects.filter(incident=incident)
        .select_related("reporter", "place")
        .order_by("received_at", "pk")
    )
)


# What was said in the cases that were joined into this one stands among it.
_REPORTS_WITH_JOINED = Prepared(
    lambda incident, case: (
        Report.objects.filter(
            Q(incident=incident) | Q(incident__case__joined_into=case)
        )
        .select_related("reporter", "place", "incident__case")
        .order_by("received_at", "pk")
    )
)


def helping(incident: Incident) -> Incident:
    """The incident by which help comes: after joining the host's, where its people went."""
    host = incident.case.joined_into
    if host is None:
        return incident
    return Incident.objects.select_related("place", "case__site").get(case=host)


def followed_reports(
    incident: Incident, reports: Collection[Report], *, at: datetime
) -> set[UUID]:
    """The incident's own reports whose reporter follows them by a secret that lives."""
    keys = {
        report.key: report.uid
        for report in reports
        if report.is_followable and report.incident_id == incident.pk
    }
    if not keys:
        return set()
    live = live_links(at=at).filter(case=incident.case_id, about__in=keys)
    return {keys[about] for about in live.values_list("about", flat=True)}


def attachments_for(
    reader: User, attachments: QuerySet[Attachment]
) -> QuerySet[Attachment]:
    """Those of one case that the reader may open; a protected one they need is told."""
    injuries = Q(
        protection=Protection.INJURY,
        report__incident__case__site__in=sites_where(reader, Permission.INJURY_READ),
    )
    seen = attachments.filter(Q(protection=Protection.NONE) | injuries)
    return seen.select_related("report").order_by("pk")


def reports_of(
    incident: Incident, *, has_files: bool = True, has_joined: bool = False
) -> list[Report]:
    """What was reported, the first one first, with the files that came along.

    With what was said in the cases that were joined into this one, if there are any.
    """
    if has_joined:
        reports = _REPORTS_WITH_JOINED(incident=incident.pk, case=incident.case_id)
    else:
        reports = _REPORTS(incident=incident.pk)
    if has_files or has_joined:
        prefetch_related_objects(reports, "attachments")
    return reports


def written_at(incident: OuterRef) -> Subquery:
    """When the report was written that opened it, if it lay in a phone."""
    opened = Report.objects.filter(
        incident=incident, opened_incident=True, happened_source=HappenedSource.PHONE
    )
    return Subquery(opened.values("happened_at")[:1])


def _limit(key: str) -> Subquery:
    in_force = Standard.objects.filter(
        organisation=OuterRef("organisation"),
        key=key,
        valid_from__lte=OuterRef("opened_at"),
    )
    return Subquery(in_force.order_by("-version").values("seconds")[:1])


class _ListOf(Aggregate):
    """JSON of every row, by the function of each engine."""

    function = "json_group_array"
    output_field = JSONField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="jsonb_agg", **extra)


def _calls() -> Subquery:
    calls = EmergencyCall.objects.filter(incident=OuterRef("incident"))
    told = JSONObject(
        service="service",
        uid="uid",
        called_at="called_at",
        called_by="called_by__name",
        caller="called_by_id",
        outcome="outcome",
        answered_at="answered_at",
        answer="answer",
        receipt="receipt",
    )
    return Subquery(
        calls.order_by().values("incident").annotate(told=_ListOf(told)).values("told")
    )


def _shown_calls(calls: list[Call]) -> tuple[Call, ...]:
    """Of each number the last one, the last one that was taken up, on which it rests that
    they know, and all whose answer is still to be noted.
    """
    calls.sort(key=lambda call: (call.service, call.called_at))
    last = {call.service: call for call in calls}
    heard = {
        call.service: call for call in calls if call.outcome == CallOutcome.CONNECTED
    }
    return tuple(
        call
        for call in calls
        if call.awaits_answer or call in {last[call.service], heard.get(call.service)}
    )


def _police_called_at() -> Subquery:
    calls = EmergencyCall.objects.filter(
        incident=OuterRef("incident"),
        service=EmergencyService.POLICE,
        outcome=CallOutcome.CONNECTED,
    ).order_by("called_at", "pk")
    return Subquery(calls.values("called_at")[:1])


def _is_commanded(at: datetime) -> Exists:
    """Whether who commands still has a role there; any region's counts, which is rare."""
    roles = Membership.objects.running(at).filter(
        user=OuterRef("commander"), user__is_active=True
    )
    return Exists(roles.filter(Q(site=OuterRef("site")) | Q(site=None)))


def _left() -> Subquery:
    records = PhaseRecord.objects.filter(case=OuterRef("pk")).order_by().values("case")
    left = JSONObject(
        **{phase.value: Max("left_at", filter=Q(phase=phase)) for phase in Phase}
    )
    return Subquery(records.annotate(left=left).values("left"))


def _call(said: Mapping[str, str]) -> Call:
    called_at = _moment(said["called_at"])
    if called_at is None:  # the column is not null
        raise ValueError("a call without its time")
    return Call(
        service=EmergencyService(said["service"]),
        uid=UUID(said["uid"]),
        called_at=called_at,
        called_by=said["called_by"],
        caller=int(said["caller"]),
        outcome=CallOutcome(said["outcome"]),
        answered_at=_moment(said["answered_at"]),
        answer=said["answer"],
        receipt=said["receipt"],
    )


def _moment(text: str | None) -> datetime | None:
    """An instant in JSON: SQLite writes it in UTC without a zone, PostgreSQL with one."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _with_facts(organisation: int, number: str, at: datetime) -> QuerySet[Case, Any]:
    """The case of an incident with everything about it that is one value."""
    own = {"incident": OuterRef("incident")}
    return (
        Case.objects.filter(
            organisation=organisation, number=number, incident__isnull=False
        )
        .select_related(
            "site", "commander", "joined_into", "incident__place", "closed_by"
        )
        .annotate(
            is_commanded=_is_commanded(at),
            has_joined=Exists(Case.objects.filter(joined_into=OuterRef("pk"))),
            has_parties=Exists(Party.objects.filter(case=OuterRef("pk"))),
            left=_left(),
            has_waivers=Exists(PoliceWaiver.objects.filter(**own)),
            has_proposals=Exists(FalseAlarmProposal.objects.filter(**own)),
            has_files=Exists(
                Attachment.objects.filter(report__incident=OuterRef("incident"))
            ),
            calls=_calls(),
            police_called_at=_police_called_at(),
            **{f"limit_{place}": _limit(key) for place, key in enumerate(STANDARDS)},
        )
    )


_NUMBERED = Prepared(_with_facts)
