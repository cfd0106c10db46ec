"""Help from outside: 110 and 120, and the decision to do without the police."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.errors import InvalidInput, NotFound
from anlan.cases.views.answers import is_in_place, one_tap, posted, reader_of, sheet
from anlan.incidents import services as incidents
from anlan.incidents.enums import CallOutcome, EmergencyService
from anlan.incidents.forms import (
    AnswerForm,
    CallForm,
    CorrectionForm,
    DecisionForm,
    WaiverForm,
)
from anlan.incidents.models import EmergencyCall
from anlan.incidents.script import translation_of, words_to_say
from anlan.incidents.selectors import incident_for
from anlan.incidents.views.answers import incident_changed


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Where a sheet stands without a script; the phone has pages of its own.

    ``incident`` is the name of an address.
    """

    sheet: str
    incident: str


ROOM = Pages(sheet="cases/sheet.html", incident="cases:room")


@login_required
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, number: str, service: str) -> HttpResponse:
    """The words to say, the number to dial, and whether somebody answered, by one tap."""
    if service not in EmergencyService.values:
        raise Http404
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    kind = EmergencyService(service)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = incidents.record_emergency_call(
            incident=incident,
            service=kind,
            outcome=outcome_of(request),
            request_id=said["request_id"],
            by=reader,
            at=at,
        )
        if made.outcome == CallOutcome.MISSED:
            return _back(request, number, ROOM, at=at)
        return _answer_sheet(request, number, made)

    return sheet(
        request,
        number=number,
        title=str(kind.label),
        button=_("已拨打"),
        choices=[
            {"name": "outcome", "value": one.value, "label": one.label}
            for one in CallOutcome
        ],
        form=CallForm(posted(request)),
        act=act,
        body="incidents/sheets/call.html",
        kind="",
        dial=kind.value,
        words=words_to_say(incident, kind),
        translation=translation_of(incident, kind),
    )


@login_required
@require_http_methods(["GET", "POST"])
def answer(
    request: HttpRequest, number: str, uid: UUID, *, pages: Pages = ROOM
) -> HttpResponse:
    """What the operator said, and the number they gave."""
    at = timezone.now()
    reader = reader_of(request)
    made = call_of(request, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        incidents.record_emergency_answer(
            call=made, answer=said["answer"], receipt=said["receipt"], by=reader, at=at
        )
        return _back(request, number, pages, at=at)

    return sheet(
        request,
        number=number,
        title=_("%s 的答复") % made.service,
        button=_("记录答复"),
        form=AnswerForm(posted(request)),
        act=act,
        body="incidents/sheets/answer.html",
        page=pages.sheet,
        call=made,
    )


@login_required
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """It was recorded wrongly whether somebody took the call up."""
    at = timezone.now()
    reader = reader_of(request)
    made = call_of(request, number, uid)
    other = made.other_outcome
    lead = _("原来的记录划去，仍看得见。")
    if made.service == EmergencyService.POLICE:
        lead += _(
            "没有别的接通的 110、已递交的报案或者复核同意的“不报警”时，要重新报警。"
        )

    def act(said: dict[str, Any]) -> HttpResponse:
        incidents.correct_emergency_call(
            call=made,
            outcome=outcome_of(request),
            reason=said["reason"],
            request_id=said["request_id"],
            by=reader,
            at=at,
        )
        return _back(request, number, ROOM, at=at)

    return sheet(
        request,
        number=number,
        title=_("更正 %s 的结果") % made.service,
        lead=lead,
        button=_("更正"),
        choices=[
            {
                "name": "outcome",
                "value": other.value,
                "label": _("更正为“%s”") % other.label,
            }
        ],
        form=CorrectionForm(posted(request)),
        act=act,
    )


@login_required
@require_http_methods(["GET", "POST"])
def waiver(request: HttpRequest, number: str) -> HttpResponse:
    """Propose not to call the police; somebody else must agree."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)

    def act(said: dict[str, Any]) -> HttpResponse:
        incidents.propose_police_waiver(
            incident=incident, reason=said["reason"], by=reader, at=at
        )
        return incident_changed(request, number, at=at)

    return sheet(
        request,
        number=number,
        title=_("提出不报警"),
        lead=_("须由另一人复核同意才生效；受害人要求报警的，随时报警。"),
        button=_("提出，等待复核"),
        form=WaiverForm(posted(request)),
        act=act,
    )


@login_required
@require_POST
@one_tap
def decision(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Agree that the police are not called, or not."""
    at = timezone.now()
    reader = reader_of(request)
    incident = incident_for(reader, number)
    found = (
        incident.police_waivers.select_related("incident__case__site", "proposed_by")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这项决定"))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("请选择同意或不同意"), path="approved")
    incidents.decide_police_waiver(
        waiver=found, approved=form.cleaned_data["approved"], by=reader, at=at
    )
    return incident_changed(request, number, at=at)


def outcome_of(request: HttpRequest) -> CallOutcome:
    """By the button that was tapped; a page from before there were two means connected."""
    said = request.POST.get("outcome", CallOutcome.CONNECTED)
    if said not in CallOutcome.values:
        raise InvalidInput(_("请选一个结果"), path="outcome")
    return CallOutcome(said)


def call_of(request: HttpRequest, number: str, uid: UUID) -> EmergencyCall:
    incident = incident_for(reader_of(request), number)
    found = (
        incident.calls.select_related("incident__case__site", "called_by")
        .filter(uid=uid)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次通话"))
    return found


def _back(
    request: HttpRequest, number: str, pages: Pages, *, at: datetime
) -> HttpResponse:
    if is_in_place(request):
        return incident_changed(request, number, at=at)
    return redirect(pages.incident, number)


def _answer_sheet(
    request: HttpRequest, number: str, made: EmergencyCall
) -> HttpResponse:
    """The call is on the record; the field for the answer comes next."""
    if not is_in_place(request):
        return redirect("incidents:answer", number, made.uid)
    return render(
        request,
        "incidents/sheets/answer.html",
        {
            "number": number,
            "title": _("%s 的答复") % made.service,
            "button": _("记录答复"),
            "form": AnswerForm(),
            "call": made,
            "kind": "primary",
            "action": reverse("incidents:answer", args=[number, made.uid]),
        },
    )
