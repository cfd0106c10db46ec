"""The scene on a guard's phone: who comes, who called, what is under control."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotFound
from anlan.cases.enums import TaskState
from anlan.cases.forms import ReasonForm
from anlan.cases.room import Room
from anlan.cases.selectors import case_for, timeline
from anlan.cases.selectors.markers import minded_in
from anlan.incidents import services as incidents
from anlan.incidents.enums import AssignmentState, Dissuasion, EmergencyService
from anlan.incidents.models import Assignment, Incident, Report
from anlan.incidents.policies import dissuasion_of, may_still_go
from anlan.incidents.views import help as calling
from anlan.law.selectors import refusal_words
from anlan.phone.forms import STALE, ActForm
from anlan.phone.views.reader import reader, refused_json, wants_json


class Said(TypedDict):
    """Who says something at a scene, and when: by both clocks, once."""

    by: User
    at: datetime
    via: str
    happened: datetime | None
    request_id: UUID | None


_CALL_PAGES = calling.Pages(sheet="phone/sheet.html", incident="phone:incident")


def at_scene(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a button: what is refused is said on the page of the scene.

    A page of its own would lead away from it. What the reader may not know of has none.
    """

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except NotFound:
            raise
        except DomainError as error:
            if wants_json(request):
                return refused_json(error)
            messages.error(request, refusal_words(error))
            return redirect(_page_behind(request, **kwargs))

    return answered


@login_required
@require_GET
def incident_page(request: HttpRequest, number: str) -> HttpResponse:
    """The scene on a small screen: where, who, what to do, and what not to do (G07).

    The message of a case that was joined since leads to the host: its people went there.
    """
    user, now = reader(request), timezone.now()
    case = case_for(user, number)
    if case.joined_into is not None:
        words = {"number": number, "host": case.joined_into.number}
        messages.info(request, _("%(number)s 已并入 %(host)s") % words)
        return redirect("phone:incident", case.joined_into.number)
    incident = get_object_or_404(
        Incident.objects.select_related("place", "case__site"), case=case
    )
    mine = (
        Assignment.objects.filter(incident=incident, user=user)
        .order_by("-alerted_at", "-pk")
        .first()
    )
    commands = has_permission(user, Permission.INCIDENT_COMMAND, site=case.site)
    room = Room(case=case, reader=user, at=now)
    return render(
        request,
        "phone/incident.html",
        {
            "case": case,
            "incident": incident,
            "mine": mine,
            "can_go": case.is_open
            and has_permission(user, Permission.INCIDENT_RESPOND, site=case.site)
            and may_still_go(incident, last=mine),
            "states": AssignmentState,
            "commands": commands,
            "phases": room.phases,
            "can_take_back_control": case.is_open
            and incident.controlled_at is not None
            and (commands or (incident.controlled_by_id == user.pk)),
            "calls": incident.calls.select_related("called_by").order_by(
                "called_at", "pk"
            ),
            "assignments": assignments_of(incident),
            "dissuasions": Dissuasion,
            "tasks": sorted(
                room.tasks.get(case.phase, []),
                key=lambda task: task.state != TaskState.OPEN,  # handled ones last
            ),
            "minded": minded_in(case, user, on=local_day(now)),
            "lines": timeline(case, newest=12),
        },
    )


@login_required
@require_POST
@at_scene
def acknowledgement(request: HttpRequest, uid: UUID) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        assignment = _assignment(request, uid)
        return incidents.acknowledge(assignment=assignment, **said).incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def arrival(request: HttpRequest, uid: UUID) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        assignment = _assignment(request, uid)
        return incidents.arrive(assignment=assignment, **said).incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def arrival_withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Not there yet: the button was pressed too early."""
    assignment = _assignment(request, uid)
    incidents.take_back_arrival(
        assignment=assignment, by=reader(request), at=timezone.now(), via="phone"
    )
    return redirect("phone:incident", assignment.incident.case.number)


@login_required
@require_POST
@at_scene
def response(request: HttpRequest, number: str) -> HttpResponse:
    """I was not alerted, but I am going there."""

    def say(**said: Unpack[Said]) -> Incident:
        made = incidents.join_response(
            incident=_incident(request, number),
            user=said["by"],
            by=said["by"],
            at=said["at"],
            via=said["via"],
            request_id=said["request_id"],
        )
        return made.incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def control(request: HttpRequest, number: str) -> HttpResponse:
    def say(**said: Unpack[Said]) -> Incident:
        return incidents.control_scene(incident=_incident(request, number), **said)

    return _say(request, say)


@login_required
@require_POST
@at_scene
def control_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """Not under control yet: whoever was called off is alerted again."""
    incident = _incident(request, number)
    incidents.take_back_control(
        incident=incident, by=reader(request), at=timezone.now(), via="phone"
    )
    return redirect("phone:incident", incident.case.number)


@login_required
@require_http_methods(["GET", "POST"])
@at_scene
def call(request: HttpRequest, number: str, service: str) -> HttpResponse:
    """110 or 120 was dialled from the scene: whether somebody took it up.

    Phones that keep a page of before lead here by a link: the words stand on the scene.
    """
    if service not in EmergencyService.values:
        raise NotFound("")
    if request.method == "GET":
        return redirect("phone:incident", number)
    outcome = calling.outcome_of(request)

    def say(**said: Unpack[Said]) -> Incident:
        incident = _incident(request, number)
        incidents.record_emergency_call(
            incident=incident,
            service=EmergencyService(service),
            outcome=outcome,
            **said,
        )
        return incident

    return _say(request, say)


@login_required
@require_http_methods(["GET", "POST"])
def call_answer(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    return calling.answer(request, number, uid, pages=_CALL_PAGES)


@login_required
@require_POST
@at_scene
def call_correction(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """It was recorded wrongly whether somebody took the call up."""
    outcome = calling.outcome_of(request)
    made = calling.call_of(request, number, uid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("请写明为什么更正"), path="reason")

    def say(**said: Unpack[Said]) -> Incident:
        corrected = incidents.correct_emergency_call(
            call=made, outcome=outcome, reason=form.cleaned_data["reason"], **said
        )
        return corrected.incident

    return _say(request, say)


@login_required
@require_POST
@at_scene
def dissuasion(request: HttpRequest, number: str) -> HttpResponse:
    result = dissuasion_of(request.POST.get("result", ""), at=timezone.now())

    def say(**said: Unpack[Said]) -> Incident:
        incident = _incident(request, number)
        return incidents.record_dissuasion(incident=incident, result=result, **said)

    return _say(request, say)


def _say(request: HttpRequest, say: Callable[..., Incident]) -> HttpResponse:
    """What is said at a scene by one tap, now, or by the outbox that kept it."""
    at = timezone.now()
    form = ActForm(request.POST)
    form.is_valid()  # of nonsense nothing is left
    if form.has_error("age", STALE):
        raise Conflict(form.errors["age"][0])
    said = Said(
        by=reader(request),
        at=at,
        via="phone",
        happened=form.happened(at=at),
        request_id=form.cleaned_data.get("request_id"),
    )
    try:
        incident = say(**said)
    except DomainError as error:
        if wants_json(request):
            return refused_json(error)
        raise
    url = reverse("phone:incident", args=[incident.case.number])
    if wants_json(request):
        answer = {"request_id": request.POST.get("request_id"), "url": url}
        return JsonResponse(answer, status=201)
    return redirect(url)


def _page_behind(
    request: HttpRequest, *, number: str = "", uid: UUID | None = None, **_more: str
) -> str:
    """Where the button stands: the scene, or the reader's report of it."""
    if uid is None:
        return reverse("phone:incident", args=[number])
    if Report.objects.filter(uid=uid).exists():
        return reverse("phone:sent", args=[uid])
    number = _assignment(request, uid).incident.case.number
    return reverse("phone:incident", args=[number])


def _assignment(request: HttpRequest, uid: UUID) -> Assignment:
    found = (
        Assignment.objects.select_related("incident__case__site", "user")
        .filter(uid=uid, user=reader(request))
        .first()
    )
    if found is None:
        raise NotFound(_("没有派给您的这项任务"))
    return found


def _incident(request: HttpRequest, number: str) -> Incident:
    """The incident of this case, or of the one that it was joined into meanwhile."""
    case = case_for(reader(request), number)
    return get_object_or_404(
        Incident.objects.select_related("place", "case__site"),
        case=case.joined_into or case,
    )


def assignments_of(incident: Incident) -> list[Assignment]:
    return list(
        incident.assignments.select_related("user").order_by("alerted_at", "pk")
    )
