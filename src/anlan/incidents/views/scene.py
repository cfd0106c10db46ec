"""What happens at the scene: who goes, words first, under control, how grave it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput, NotFound
from anlan.cases.views.answers import one_tap, posted, reader_of, sheet
from anlan.incidents import services as incidents
from anlan.incidents.forms import (
    DecisionForm,
    FalseAlarmForm,
    SendForm,
    SeverityForm,
)
from anlan.incidents.models import Assignment
from anlan.incidents.policies import dissuasion_of, signs_of_a_fight
from anlan.incidents.selectors import incident_for
from anlan.incidents.views.answers import incident_changed, room_of


@login_required
@require_POST
@one_tap
def acknowledgement(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """On their way: for oneself, or entered for a guard who has only a radio."""
    return _answered(request, number, uid, incidents.acknowledge)


@login_required
@require_POST
@one_tap
def arrival(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return _answered(request, number, uid, incidents.arrive)


@login_required
@require_POST
@one_tap
def arrival_withdrawal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Not there yet: the button was pressed too early."""
    return _answered(request, number, uid, incidents.take_back_arrival)


@login_required
@require_http_methods(["GET", "POST"])
def response(request: HttpRequest, number: str) -> HttpResponse:
    """Send somebody by name."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        user: User = said["user"]
        incidents.join_response(incident=incident, user=user, by=reader, at=at)
        return incident_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("派人"),
        button=_("派往现场"),
        form=SendForm(posted(request), site=incident.case.site),
        act=act,
    )


@login_required
@require_POST
@one_tap
def dissuasion(request: HttpRequest, number: str) -> HttpResponse:
    """口头劝阻: tried or not, and how it went."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    result = dissuasion_of(request.POST.get("result", ""), at=at)
    if result != incident.dissuasion:  # a second press says nothing new
        incidents.record_dissuasion(incident=incident, result=result, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_POST
@one_tap
def control(request: HttpRequest, number: str) -> HttpResponse:
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    incidents.control_scene(incident=incident, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_POST
@one_tap
def control_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """Not under control yet: whoever was called off is alerted again."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    incidents.take_back_control(incident=incident, by=reader, at=at)
    return incident_changed(request, number, at=at)


@login_required
@require_http_methods(["GET", "POST"])
def severity(request: HttpRequest, number: str) -> HttpResponse:
    """The level: suggested with its reasons, set by a person."""
    at = timezone.now()
    room = room_of(request, number, at=at)

    def act(said: dict[str, Any]) -> HttpResponse:
        incidents.set_severity(
            incident=room.incident,
            severity=said["severity"],
            reason=said["reason"],
            by=room.reader,
            at=at,
        )
        return incident_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("定级"),
        button=_("定级"),
        form=SeverityForm(posted(request), initial={"severity": room.case.severity}),
        act=act,
        body="incidents/sheets/severity.html",
        room=room,
    )


@login_required
@require_http_methods(["GET", "POST"])
def false_alarm(request: HttpRequest, number: str) -> HttpResponse:
    """误报: closes the case with the reason; only who commands may say so.

    Where something speaks for a fight it is proposed, and somebody else must agree.
    """
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    signs = signs_of_a_fight(incident.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        say = incidents.propose_false_alarm if signs else incidents.mark_false_alarm
        say(incident=incident, reason=said["reason"], by=reader, at=at)
        return incident_changed(request, number, at=at)

    if signs:
        title, button = _("提出误报"), _("提出，等待复核")
        lead = _(
            "%(signs)s。须由另一人看过理由、复核同意才办结；在此之前一切照常处置。"
        ) % {"signs": _("、").join(signs)}
    else:
        title, button = _("确认为误报"), _("确认误报并办结")
        lead = _("案件会办结，未完成的任务连同理由记为跳过，派出的人会收到通知。")
    return sheet(
        request,
        number=number,
        title=title,
        lead=lead,
        button=button,
        kind="danger",
        form=FalseAlarmForm(posted(request)),
        act=act,
    )


@login_required
@require_POST
@one_tap
def false_alarm_decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Agree that it was a false alarm, which closes the case, or not."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    found = (
        incident.false_alarm_proposals.select_related(
            "incident__case__site", "proposed_by"
        )
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项决定"))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("请选择同意或不同意"), path="approved")
    incidents.decide_false_alarm(
        proposal=found, approved=form.cleaned_data["approved"], by=reader, at=at
    )
    return incident_changed(request, number, at=at)


def _answered(
    request: HttpRequest,
    number: str,
    uid: UUID,
    answer: Callable[..., Assignment],
) -> HttpResponse:
    at: datetime = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    assignment = (
        incident.assignments.select_related("user", "incident__case__site")
        .filter(uid=uid)
        .first()
    )
    if assignment is None:
        raise NotFound(_("这个人没有被派往本事件"))
    answer(assignment=assignment, by=reader, at=at)
    return incident_changed(request, number, at=at)
